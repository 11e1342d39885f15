"""A camera's main stream: drained all the time into its ring, shown to who watches it, decoded for a still only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ingest.coded import Coded
from ingest.drain import Lost
from ingest.health import Counts
from ingest.live import Live
from ingest.ring import Ring

_APART_S: Final = 2.0
"""Two streams of one camera are never further apart; what says so is a clock that was just set."""


class MainStream:
    """Takes the main stream's packets; `taken` is laid onto that of the sub-stream, which the rules have read.

    Each stream's own `taken` is late by its own smallest delay. Where the camera says of both when a picture was taken
    by its clock, the difference is known, and taken out.

    Args:
        ring: Where the packets are kept.
        counts: Where they are counted.
        sub_skew_s: Camera's clock minus the sub-stream's `taken` just now, seconds; None where it is unknown.
        live: Who watches it.
    """

    def __init__(self, ring: Ring, counts: Counts, sub_skew_s: Callable[[], float | None], live: Live) -> None:
        self._ring, self._counts, self._sub_skew_s, self._live = ring, counts, sub_skew_s, live

    def trying(self) -> None:
        """Nobody waits for it: evidence comes from the sub-stream meanwhile."""

    def connected(self) -> None:
        """The ring knows epochs apart by themselves."""

    def take(self, coded: Coded, skew_s: float | None) -> None:
        """Keep a packet, and show it to who watches."""
        self._counts.add("main_packets")
        sub_skew_s = self._sub_skew_s()
        if skew_s is not None and sub_skew_s is not None and abs(skew_s - sub_skew_s) < _APART_S:
            taken = coded.stamp.taken + round((skew_s - sub_skew_s) * 1_000_000)
            coded = replace(coded, stamp=replace(coded.stamp, taken=taken))
        self._counts.add("ring_overflow", self._ring.add(coded))
        self._live.offer_coded(coded, "main")

    def spare_s(self, coded: Coded) -> float:  # noqa: ARG002 (as the receiver of the sub-stream)
        """Read at once: its packets are many, and the socket holds few."""
        return 0.0

    def lost(self, state: Lost, detail: str, retry_s: float) -> None:
        """Counted; the log says why."""
        del state, detail, retry_s
        self._counts.add("main_lost")
