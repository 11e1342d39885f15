"""Writes down what was seen in every picture, so that rules can be run again without a detector; holds nobody up."""

import gzip
import logging
import os
import threading
from dataclasses import dataclass
from datetime import timedelta
from io import FileIO
from pathlib import Path
from queue import Empty, Full, Queue
from time import perf_counter, thread_time
from typing import Final

from config.site import Observations as Bounds
from detect.figures import Figures
from detect.observed import MAGIC, Record, Remembered, Seen, encode, files, whole_bytes
from models.clock import Monotonic, from_micros, monotonic_now, utc_now
from models.journal import Checkpoint
from models.track import Track

log = logging.getLogger("detect:observations")

_WAITING: Final = 2000
"""Records in the queue: more than a minute of eight cameras, far more than a busy disk needs."""

_HOUR: Final = 3_600_000_000
_TIDY_S: Final = 600.0
"""Old files are looked for this often; until then a log may be larger than its bound by what ten minutes bring."""


@dataclass(slots=True)
class _Open:
    """The file of a camera that is being written."""

    path: Path
    file: FileIO
    hour: str


class Observations:
    """The log and its thread; every method returns at once.

    Args:
        folder: One folder per camera in it.
        bounds: How many days and bytes are kept.
        figures: Where drops are counted.
    """

    def __init__(self, folder: Path, bounds: Bounds, figures: Figures) -> None:
        self._folder, self._bounds, self._figures = folder, bounds, figures
        self._missed: dict[str, int] = {}
        self._hours: dict[str, int] = {}
        self._queue: Queue[tuple[str, int, Record] | None] = Queue(_WAITING)
        self._open: dict[str, _Open] = {}
        self._ill = False
        self._thread = threading.Thread(target=self._run, name="detect:observations", daemon=True)

    def start(self) -> None:
        """Begin; where nothing is to be kept, nothing is written."""
        if self._bounds.days:
            self._thread.start()

    def begins(self, camera: str, taken: int) -> bool:
        """Whether a picture taken then is the first of its file, so that `begin` must come before it."""
        return bool(self._bounds.days) and self._hours.get(camera) != taken // _HOUR

    def begin(self, camera: str, taken: int, checkpoint: Checkpoint) -> None:
        """What the camera remembers before that picture: a file can be read by itself, and a restart is known."""
        if self._put(camera, taken, Remembered(checkpoint.heartbeat, checkpoint.body)):
            self._hours[camera] = taken // _HOUR

    def anew(self, camera: str) -> None:
        """Its rules are others from here on: `begin` must come before its next picture."""
        self._hours.pop(camera, None)

    def note(self, camera: str, taken: int, wide: float, tracks: tuple[Track, ...]) -> None:
        """A picture was looked at; `wide` is heights to its width, as it is shown."""
        missed = self._missed.get(camera, 0)
        self._missed[camera] = 0 if self._put(camera, taken, Seen(taken, missed, wide, tracks)) else missed + 1

    def end(self, timeout_s: float) -> None:
        """Write what waits, as far as that goes in this time."""
        if not self._thread.is_alive():
            return
        try:
            self._queue.put(None, timeout=timeout_s)
        except Full:
            return
        self._thread.join(timeout_s)

    def _put(self, camera: str, taken: int, record: Record) -> bool:
        if not self._bounds.days:
            return True
        try:
            self._queue.put_nowait((camera, taken, record))
        except Full:
            self._figures.count(camera, "observations_dropped")
            return False
        return True

    def _run(self) -> None:
        try:
            tidy_at = monotonic_now()
            while True:
                if monotonic_now() >= tidy_at:
                    self._tidy()
                    tidy_at = Monotonic(monotonic_now() + _TIDY_S)
                try:
                    item = self._queue.get(timeout=max(0.0, tidy_at - monotonic_now()))
                except Empty:
                    continue
                if item is None:
                    break
                self._take(*item)
            for one in self._open.values():
                one.file.close()
        except BaseException:  # the boundary of this thread: alerts go on without the log, whose drops are counted
            log.exception("the thread has failed; nothing more is written down")

    def _take(self, camera: str, taken: int, record: Record) -> None:
        wall, cpu = perf_counter(), thread_time()
        data = encode(record)
        try:
            file = self._file(camera, f"{from_micros(taken):%Y%m%dT%H}").file
            if file.write(data) != len(data):
                raise OSError("the disk took only a part")  # noqa: TRY301 (as if it had said so itself)
        except OSError as error:
            self._figures.count(camera, "observations_failed")
            broken = self._open.pop(camera, None)
            if broken is not None:
                broken.file.close()  # what it holds of this record is cut off when it is opened again
            if not self._ill:
                log.warning("%s: what is seen cannot be written down: %s", camera, error.strerror or error)
            self._ill = True
        else:
            self._ill = False
        self._figures.spent(camera, "observe", perf_counter() - wall, thread_time() - cpu)

    def _file(self, camera: str, hour: str) -> _Open:
        """The file of that hour, whole to its end; the one before it is closed and compressed."""
        current = self._open.get(camera)
        if current is not None and current.hour == hour:
            return current
        folder = self._folder / camera
        folder.mkdir(parents=True, exist_ok=True)
        if current is not None:
            current.file.close()
            del self._open[camera]
        known = files(folder)
        newest = known[-1] if known else None
        if newest is not None and newest.suffix == ".obs":
            cut_off(newest)
            if newest.name.endswith(f"-{hour}.obs"):
                self._open[camera] = _Open(newest, newest.open("ab", buffering=0), hour)
                return self._open[camera]
        for path in known:
            if path.suffix == ".obs":
                _compress(path)
        number = int(newest.name.partition("-")[0]) + 1 if newest is not None else 1
        path = folder / f"{number:08}-{hour}.obs"
        file = path.open("ab", buffering=0)
        file.write(MAGIC)
        self._open[camera] = _Open(path, file, hour)
        return self._open[camera]

    def _sweep(self) -> None:
        """Remove what a process that died while it compressed has left behind."""
        for path in self._folder.glob("*/*"):
            if path.suffix == ".draft" or (path.suffix == ".obs" and path.with_suffix(".obs.gz").exists()):
                path.unlink()

    def _tidy(self) -> None:
        """Remove what is older than the bounds, and the oldest hours of all cameras where they take too much room."""
        try:
            self._sweep()
            known = [path for folder in sorted(self._folder.glob("*")) for path in files(folder)]
            sizes = {path: path.stat().st_size for path in known}
            oldest = f"{utc_now() - timedelta(days=self._bounds.days):%Y%m%dT%H}"
            total, writing = sum(sizes.values()), {one.path for one in self._open.values()}
            for path in sorted(known, key=_hour):
                if path in writing or (_hour(path) >= oldest and total <= self._bounds.megabytes * 1_000_000):
                    continue
                path.unlink(missing_ok=True)
                total -= sizes[path]
        except OSError as error:
            log.warning("old observations cannot be removed: %s", error)


def cut_off(path: Path) -> int:
    """Cut a torn tail off; returns how many bytes that were."""
    data = path.read_bytes()
    whole = whole_bytes(data)
    if whole == len(data):
        return 0
    if whole == 0:
        path.write_bytes(MAGIC)
    else:
        os.truncate(path, whole)
    log.warning("%s: %d bytes at its end were torn and are cut off", path.name, len(data) - whole)
    return len(data) - whole


def _compress(path: Path) -> None:
    """Replace the file by its compressed self; a process that dies meanwhile leaves one of them whole."""
    cut_off(path)
    draft, whole = path.with_suffix(".obs.draft"), path.with_suffix(".obs.gz")
    draft.write_bytes(gzip.compress(path.read_bytes(), compresslevel=6))
    draft.replace(whole)
    path.unlink()


def _hour(path: Path) -> str:
    return path.name.partition("-")[2].partition(".")[0]
