"""The blind-time ledger: every span in which a camera could not have alerted, each exactly once."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from models.alert import BlindSpan, Onset, mint
from models.clock import from_micros
from models.link import Health

_SILENT: Final = 3_000_000
"""µs without a word after which an ingest worker counts as down; it speaks once a second."""

_FRESH: Final = 1_000_000
"""µs by which the newest decoded picture must be ahead of the newest analysed one for the detector to be at fault."""

OBSCURED: Final = ("moved", "covered")
"""Reasons for which pictures come and prove nothing."""

SPARSE: Final = "sparse"
"""Pictures come, and too few to see everybody. Such a span is one of its own: what lasts for a day must not be put
down to a process that died once in it."""

_RANK: Final = (
    "starting",
    SPARSE,
    *OBSCURED,
    "detector_behind",
    "stalled",
    "frozen",
    "process_down",
    "disconnected",
    "unauthorised",
)
"""The worst that is seen while a span lasts is its reason: what follows from it comes later and is milder."""


@dataclass(frozen=True, slots=True)
class Open:
    """A span that lasts; `began` in µs."""

    id: UUID
    reason: str
    began: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one camera's sight. Instants in µs.

    Attributes:
        last: Newest analysed picture; when we started, before the first one ever.
        heard: When (by our clock) that picture had been analysed.
        first: Whether there has been a picture at all.
        down: Whether we ourselves were down since the newest picture.
        span: The span that lasts, None while the camera sees.
        since: End of the newest span: since then it has seen.
    """

    last: int
    heard: int
    first: bool
    down: bool = False
    span: Open | None = None
    since: int = 0

    @staticmethod
    def starting(now: int) -> "Sight":
        """A camera that we have never seen."""
        return Sight(last=now, heard=now, first=False)

    def restarted(self) -> "Sight":
        """The same sight after our own restart: unless it was blind before, we are to blame until a picture comes."""
        return replace(self, heard=self.last, down=self.first and (self.span is None or _is_sparse(self)))


class Ledger:
    """Decides, camera by camera; keeps nothing between calls.

    Args:
        site, camera: Ids.
        blind_s: A camera counts as blind when pictures are missing for longer than this.
        freeze_s: A worker calls a picture frozen when it has not changed for so long.
    """

    def __init__(self, site: str, camera: str, blind_s: float, freeze_s: float) -> None:
        self._site, self._camera = site, camera
        self._blind, self._freeze = round(blind_s * 1e6), round(freeze_s * 1e6)
        self._patience = 2 * self._blind  # of a camera that is looked at seldom: many a gap is a little too long there

    def analysed(self, sight: Sight, taken: int, now: int) -> tuple[Sight, list[BlindSpan]]:
        """A picture that proves something was analysed: what was open closes; a gap that nobody noticed is recorded.

        Args:
            sight: What is known.
            taken: When the picture was taken, later than `sight.last`.
            now: Our clock.
        """
        sight, said = self._unnoticed(sight, taken)
        seeing = Sight(last=taken, heard=now, first=True, since=min(sight.since, taken))
        if sight.span is not None:
            seeing = replace(seeing, since=taken)
            return seeing, [*said, self._said(sight.span, 2, max(taken, sight.span.began))]
        if taken - sight.last <= self._blind:
            return seeing, []
        span = self._opened(sight, "process_down" if sight.down else "stalled" if sight.first else "starting")
        return replace(seeing, since=taken), [self._said(span, 1, None), self._said(span, 2, taken)]

    def obscured(self, sight: Sight, reason: str, since: int, taken: int, now: int) -> tuple[Sight, list[BlindSpan]]:
        """A picture was analysed that proves too little: a span opens where none lasts, back to when that began.

        Args:
            sight: What is known.
            reason: One of OBSCURED, or SPARSE.
            since: `taken` of the first such picture.
            taken: When this picture was taken.
            now: Our clock.
        """
        sight, said = self._unnoticed(sight, taken)
        if sight.span is None and taken - sight.last > self._blind:  # unnoticed, too: it is part of what follows
            since = min(since, sight.last)
        since = min(max(since, sight.since), taken)
        span, blind = sight.span, replace(sight, last=taken, heard=now, first=True, down=False)
        blind = replace(blind, since=min(sight.since, taken))
        if span is None:
            opened = self._opened(replace(sight, last=since), reason)
            return replace(blind, span=opened), [self._said(opened, 1, None)]
        if _is_sparse(sight) != (reason == SPARSE):
            blind, turned = self._turned(blind, reason, taken if reason == SPARSE else since)
            return blind, [*said, *turned]
        return replace(blind, span=replace(span, reason=_worse(span.reason, reason))), said

    def watched(self, sight: Sight, health: Health | None, now: int) -> tuple[Sight, list[BlindSpan]]:
        """Time has passed: a span opens when the last picture is too long ago; while it lasts its reason may worsen.

        Args:
            sight: What is known.
            health: The worker's newest word; None where it has never spoken.
            now: Our clock.
        """
        if sight.span is not None and sight.span.reason in OBSCURED and now - sight.heard <= self._blind:
            return sight, []
        if _is_sparse(sight):
            if now - sight.heard <= self._patience:
                return sight, []
            return self._turned(sight, _reason(sight, health, now), sight.last)
        if sight.span is not None:
            worse = _worse(sight.span.reason, _reason(sight, health, now))
            return replace(sight, span=replace(sight.span, reason=worse)), []
        if now - sight.heard <= self._blind:
            return sight, []
        reason, since = _reason(sight, health, now), sight.last
        if reason == "frozen" and health is not None:  # what was looked at since it froze proved nothing
            since = max(sight.since, min(since, health.since - self._freeze))
        span = self._opened(replace(sight, last=since), reason)
        return replace(sight, span=span), [self._said(span, 1, None)]

    def _unnoticed(self, sight: Sight, taken: int) -> tuple[Sight, list[BlindSpan]]:
        """A gap among sparse looks, too long to be one of them, that nobody noticed while it lasted."""
        if not _is_sparse(sight) or taken - sight.last <= self._patience:
            return sight, []
        return self._turned(sight, "process_down" if sight.down else "stalled", sight.last)

    def _turned(self, sight: Sight, reason: str, at: int) -> tuple[Sight, list[BlindSpan]]:
        """The span that lasts ends at `at`, and one for another reason begins; one that only just began is that one."""
        before, span = sight.span, self._opened(replace(sight, last=at), reason)
        if before is None or at <= before.began:
            return replace(sight, span=before and replace(before, reason=reason)), []
        return replace(sight, span=span, since=at), [self._said(before, 2, at), self._said(span, 1, None)]

    def _opened(self, sight: Sight, reason: str) -> Open:
        onset = Onset(self._site, self._camera, "BLIND", "", from_micros(sight.last))
        return Open(mint(onset), reason, sight.last)

    def _said(self, span: Open, revision: int, ended: int | None) -> BlindSpan:
        return BlindSpan(
            span.id,
            revision,
            self._camera,
            span.reason,
            from_micros(span.began),
            None if ended is None else from_micros(ended),
        )


def _reason(sight: Sight, health: Health | None, now: int) -> str:
    if sight.down:
        return "process_down"
    if health is None:
        return "process_down" if sight.first else "starting"
    if now - health.at > _SILENT:
        return "process_down"
    if health.state == "connecting":  # a worker that has just started; one that lost its camera says so first
        return "process_down" if sight.first else "starting"
    if health.state != "live":
        return health.state
    ahead = health.taken is not None and health.taken - sight.last > _FRESH
    return ("detector_behind" if ahead else "stalled") if sight.first else "starting"


def _is_sparse(sight: Sight) -> bool:
    return sight.span is not None and sight.span.reason == SPARSE


def _worse(one: str, other: str) -> str:
    return max(one, other, key=_RANK.index)
