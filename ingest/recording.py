"""One clip on its way: from the ring into a file that grows, until it is long enough or the camera is lost."""

from pathlib import Path
from typing import Final

from ingest.coded import Coded
from ingest.ring import Ring
from media.clip import GrowingClip, Shape, make_whole, told_of
from models.evidence import EvidenceStore, Kept
from models.link import Answer, Request

_GAP_US: Final = 1_500_000
"""µs without a picture that a viewer would notice; cameras send at least one a second."""

_LATE_US: Final = 5_000_000
"""So long after the wanted end its last pictures are waited for: a camera that reconnects may be back by then."""

_TICK_US: Final = 12
"""µs by which decoding goes on at least: MP4 counts in 1/90000 s."""


class Recording:
    """A clip; used by one thread.

    Args:
        request: What is wanted.
        ring: Where pictures come from.
        store: Where it goes.
    """

    def __init__(self, request: Request, ring: Ring, store: EvidenceStore) -> None:
        self.request = request
        self._ring, self._store = ring, store
        self._number: int | None = None  # of the next picture in the ring
        self._clip: GrowingClip | None = None
        self._shape: Shape | None = None
        self._began = self._newest = 0  # `taken` of its first and newest picture
        self._epoch, self._offset = 0, 0  # of the newest picture; media time less time in the clip, µs
        self._decoded = -_TICK_US
        self._missing: list[str] = []

    def step(self, now: int) -> Answer | None:
        """Write what has come since the last step; the answer once it is at its end. `now` in µs since 1970 UTC.

        Raises:
            OSError: the disk refuses.
        """
        if self._number is None:
            self._number = self._ring.start(self.request.first)
        if self._number is not None:
            first, pictures = self._ring.since(self._number)
            whole = first == self._number
            self._number = first + len(pictures)
            for coded in pictures:
                if coded.stamp.taken - coded.show_after > self.request.last:
                    return self.end()
                whole = whole or coded.key  # pictures that we were too slow for are missing until the next key picture
                if whole and not self._take(coded):
                    return self.end("changed")
        return self.end() if now > self.request.last + _LATE_US else None

    def end(self, why: str = "") -> Answer:
        """Make whole what there is; `why` it ends before its time.

        Raises:
            OSError: the disk refuses.
        """
        if self._clip is None:
            return Answer(self.request.id, "failed", why or "no_pictures")
        self.abandon()
        if not why and self._newest < self.request.last - _GAP_US:
            why = "ends_early"
        if self._began > self.request.first:
            self._missing.append("starts_late")
        return keep_grown(self._store, self.request, why or next(iter(self._missing), ""))

    def abandon(self) -> None:
        """Let go of the file as it is; what has grown stays."""
        if self._clip is not None:
            clip, self._clip = self._clip, None
            clip.close()

    def _take(self, coded: Coded) -> bool:
        """Write one picture; False where it belongs into another clip."""
        opened, stamp = coded.opened, coded.stamp
        shape = Shape(opened.codec, opened.width, opened.height, opened.extradata)
        if self._clip is None:
            note = {"began": stamp.taken, "alert": self.request.key.rpartition("/")[2], "kanmen": "clip"}
            self._clip, self._shape = GrowingClip(self._store.growing(self.request.key), shape, note), shape
            self._began, self._epoch, self._offset = stamp.taken, stamp.epoch, stamp.media
        elif stamp.epoch != self._epoch:
            if not coded.key:
                return True  # an epoch cannot be shown from its middle
            if shape != self._shape:
                return False
            self._epoch = stamp.epoch
            self._offset = stamp.media - max(stamp.taken, self._newest + _TICK_US) + self._began
        if self._newest and stamp.taken - self._newest > _GAP_US and "gap" not in self._missing:
            self._missing.append("gap")
        shown = stamp.media - self._offset
        self._decoded = max(shown - coded.show_after, self._decoded + _TICK_US)
        self._clip.add(bytes(coded.packet), shown_us=max(shown, self._decoded), decoded_us=self._decoded, key=coded.key)
        self._newest = max(self._newest, stamp.taken)
        return True


def keep_grown(store: EvidenceStore, request: Request, reason: str) -> Answer:
    """Make whole what has grown under the request's key, also what a dead worker left; `reason` why it is partial.

    Raises:
        OSError: the disk refuses.
    """
    grown = store.grown(request.key)
    if grown is None:
        return Answer(request.id, "failed", reason or "no_pictures")

    def made(part: Path) -> None:
        make_whole(grown, part, {"reason": reason})

    try:
        kept = store.keep(request.key, made)
    except ValueError:
        grown.unlink(missing_ok=True)
        return Answer(request.id, "failed", reason or "no_pictures")
    return _told(store, request, kept)


def kept_before(store: EvidenceStore, request: Request) -> Answer | None:
    """The answer that an earlier worker owed: the file alone says it. None where there is no whole file.

    Raises:
        OSError: the disk refuses.
    """
    path = store.file(request.key)
    return None if path is None else _told(store, request, store.weigh(request.key))


def _told(store: EvidenceStore, request: Request, kept: Kept) -> Answer:
    path = store.file(request.key)
    told = told_of(path) if path else None
    if told is None or not isinstance(began := told.note.get("began"), int):
        return Answer(request.id, "failed", "undecodable")
    reason = str(told.note.get("reason", ""))
    ended = began + round(told.seconds * 1_000_000)
    return Answer(request.id, "partial" if reason else "ready", reason, began, ended, kept.bytes, kept.sha256)
