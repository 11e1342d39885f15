"""How a camera is, as its worker sees it: one state at a time, and every drop counted by name."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Literal

from ingest.opened import Opened
from models.clock import to_micros, utc_now
from models.link import CameraState, Health

_RATE_PICTURES: Final = 50
"""Pictures over which the rate is measured: two seconds at most cameras' rate."""

Count = Literal[
    "packets",  # arrived
    "decoded",  # pictures decoded
    "sampled",  # samples written and announced
    "corrupt",  # packets that could not be decoded; the decoder went on at the next key picture
    "awaiting_key",  # packets that could not be decoded because the key picture before them is missing
    "decode_overflow",  # packets that a busy decoder did not get; it went on at the next key picture
    "settling",  # samples left out in the first moments of an epoch, while their instant was not yet sure
    "held",  # samples left out because they would not have been later than the one before
    "unstamped",  # pictures without an instant
    "unencoded",  # masked pictures that could not be encoded again; the encoder began anew
    "link_full",  # messages that the socket did not take: detect is behind or away
    "link_unread",  # messages from detect that nobody understands
    "live_published",  # fragments that Redis took
    "live_overflow",  # packets and pictures that a busy Redis did not get; live went on at the next key picture
    "live_failed",  # fragments that Redis did not take
    "main_packets",  # of the main stream
    "main_lost",  # connections to the main stream that failed or ended
    "ring_overflow",  # packets that left the ring for want of room: clips begin later than they should
    "requests_dropped",  # requests for evidence that a busy worker did not get; detect repeats them
    "evidence_failed",  # clips and snapshots that the disk refused
]


class Counts:
    """Counters since the worker started; any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Count] = Counter()

    def add(self, name: Count, number: int = 1) -> None:
        """Count."""
        with self._lock:
            self._counts[name] += number

    def now(self) -> dict[str, int]:
        """All that are not 0, by name."""
        with self._lock:
            return {str(name): number for name, number in self._counts.items()}


class CameraHealth:
    """The state machine: connecting → live ⇄ frozen; disconnected, stalled, unauthorised until it is live again.

    While it retries it keeps the state that names the trouble, so that a dead camera does not flicker.
    """

    def __init__(self, counts: Counts, changed: Callable[[Health], object]) -> None:
        """`changed` is told each change of state at once, on the thread that caused it."""
        self._counts = counts
        self._changed = changed
        self._lock = threading.RLock()
        self._state: CameraState = "connecting"
        self._since = to_micros(utc_now())
        self._detail = ""
        self._attempt = 0
        self._retry_at: int | None = None
        self._opened: Opened | None = None
        self._media: deque[int] = deque(maxlen=_RATE_PICTURES)
        self._epoch: int | None = None
        self._taken: int | None = None
        self._skew_s: float | None = None
        self._recording: tuple[str, int | None] = ("", None)

    @property
    def state(self) -> CameraState:
        """What the worker sees now."""
        return self._state

    @property
    def skew_s(self) -> float | None:
        """Camera's clock minus ours, seconds; None where it sends no report."""
        return self._skew_s

    def trying(self) -> None:
        """A connection is being made."""
        with self._lock:
            self._attempt += 1
            self._retry_at = None

    def arrived(self, opened: Opened, epoch: int, media: int, skew_s: float | None) -> None:
        """A packet came, at `media` µs of its epoch: the camera is live."""
        with self._lock:
            self._opened = opened
            if epoch != self._epoch:
                self._epoch = epoch
                self._media.clear()
            self._media.append(media)
            self._skew_s = skew_s if skew_s is not None else self._skew_s
            if self._state not in ("live", "frozen"):
                self._attempt = 0
                self._become("live", "")

    def decoded(self, taken: int) -> None:
        """A picture was decoded."""
        self._taken = taken

    def recording(self, session: tuple[str, int] | None) -> None:
        """A session of this name is written from the picture taken then (µs) on; None: no more."""
        self._recording = session or ("", None)

    def looked(self, frozen: bool) -> None:
        """The picture was looked at: it has or has not changed for too long."""
        with self._lock:
            if frozen and self._state == "live":
                self._become("frozen", "the picture does not change")
            elif not frozen and self._state == "frozen":
                self._become("live", "")

    def lost(self, state: Literal["disconnected", "unauthorised", "stalled"], detail: str, retry_s: float) -> None:
        """The connection failed or ended; `detail` is for people and has no secrets in it."""
        with self._lock:
            self._retry_at = to_micros(utc_now()) + round(retry_s * 1_000_000)
            self._skew_s = None
            self._media.clear()
            if self._state == state:
                self._detail = detail
            else:
                self._become(state, detail)

    def message(self) -> Health:
        """As it is told to detect."""
        with self._lock:
            opened = self._opened
            return Health(
                at=to_micros(utc_now()),
                state=self._state,
                since=self._since,
                attempt=self._attempt,
                retry_at=self._retry_at,
                detail=self._detail,
                codec=opened.codec if opened else "",
                width=opened.width if opened else 0,
                height=opened.height if opened else 0,
                fps=self._fps(),
                taken=self._taken,
                skew_s=self._skew_s,
                recording=self._recording[0],
                recorded_from=self._recording[1],
                counts=self._counts.now(),
            )

    def _become(self, state: CameraState, detail: str) -> None:
        self._state, self._detail = state, detail
        self._since = to_micros(utc_now())
        self._changed(self.message())

    def _fps(self) -> float:
        span = max(self._media) - min(self._media) if self._media else 0
        return round((len(self._media) - 1) * 1_000_000 / span, 2) if span else 0.0
