"""Files through the line: decoded ahead in a thread, looked at in order, nothing dropped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from config.site import Camera, Site
from detect.detector import Detector
from detect.ordered import in_order
from detect.tiles import size_wanted
from detect.watch import Looked, Watch
from ingest.footage import FootageFile
from ingest.health import Counts
from ingest.mask import Mask
from ingest.samples import Chosen, Footage, Samples
from ingest.stills import Stills
from ingest.timeline import Timeline
from kanmen.ahead import ahead
from kanmen.replay_report import Replayed
from models.alert import Alert
from models.clock import to_micros
from models.errors import FootageError

AHEAD: Final = 8
"""Frames decoded before they are looked at: a few, so that neither side waits for the other at every frame."""

_PASSED_OVER: Final = {
    "corrupt": "{n} packets or images could not be decoded",
    "awaiting_key": "{n} packets lack the key picture that they are built on",
    "unstamped": "{n} pictures had no instant",
    "held": "{n} samples would not have been later than the one before",
}

Seen = Callable[[Chosen, Looked], None]
"""Told each sample and what it led to."""


def replay_files(
    files: Sequence[Path],
    site: Site,
    camera: Camera,
    at: datetime,
    detector: Detector,
    *,
    fps: float | None,
    seen: Seen,
    progress: Callable[[float, float], None],
) -> Replayed:
    """The files one after the other, as one camera's footage.

    Args:
        files: Files, or folders of images.
        site: The configuration.
        camera: Of this site, as which they are replayed.
        at: The first instant of the first file.
        detector: Of this site; stays open.
        fps: Images a second of folders; None: as often as the detector looks.
        seen: Told each sample and what it led to.
        progress: Told seconds done and in all, 0 where that is not known.

    Raises:
        FootageError: of none of them a single picture could be looked at; says why of each.
        ModelError: the detector fails.
    """
    outcome = Replayed(camera, at)
    watch = Watch(site, camera, None, at)
    counts, mask = Counts(), Mask(camera.masks)
    timeline = Timeline(to_micros(at))
    size = size_wanted(detector.width, detector.height, camera.tiles)
    samples = Samples(camera.id, site.detector.fps, size, site.health.freeze_s, counts, tiles=camera.tiles)
    sources: list[Footage] = []
    for path in files:
        try:
            sources.append(_footage(path, fps or site.detector.fps, timeline, counts, mask))
        except FootageError as error:
            outcome.said.append(str(error))
            outcome.files.append({"name": path.name, "pictures": 0, "frames": 0, "complete": False})
    total = sum(source.seconds for source in sources) if all(source.seconds for source in sources) else 0.0
    began = perf_counter()
    decoded = outcome.timed(_all(sources, samples, timeline, outcome), "decode")
    looking = outcome.timed(in_order(detector, ahead(decoded, AHEAD, "replay:decode")), "wait")
    last = at
    for chosen, found in looking:
        frame = chosen.frame
        looked = watch.look(frame, found, frame.taken, no_photograph, outcome.spent)
        outcome.frames += 1
        outcome.told(as_replayed(alert) for alert in looked.alerts)
        outcome.counted(looked.flows)
        seen(chosen, looked)
        last = frame.taken
        progress((last - at).total_seconds(), total)
    outcome.counted(watch.untold())
    outcome.wall_s = perf_counter() - began
    outcome.seconds = timeline.ended_us(to_micros(at)) / 1e6
    progress(total or outcome.seconds, total or outcome.seconds)
    if samples.frozen:
        outcome.said.append(f"{samples.frozen} samples were left out: the picture stood still, as live")
    told = counts.now()
    outcome.said += [say.format(n=told[name]) for name, say in _PASSED_OVER.items() if name in told]
    if not outcome.frames:
        raise FootageError("\n".join(["nothing could be looked at:", *outcome.said]))
    return outcome


def as_replayed(alert: Alert) -> Alert:
    """The alert, marked: whoever gets it must not be told of it."""
    return replace(alert, source="replay", snapshot=None)


def _all(sources: Sequence[Footage], samples: Samples, timeline: Timeline, outcome: Replayed) -> Iterator[Chosen]:
    """From the decoding thread: every sample of every file, and what is to be said of each file."""
    for source in sources:
        before, frames = samples.pictures, 0
        from_s = timeline.ended_us(to_micros(outcome.began)) / 1e6
        try:
            for chosen in samples.of(source):
                frames += 1
                yield chosen
        finally:
            source.close()
        pictures = samples.pictures - before
        if source.ended:
            outcome.said.append(f"{source.name}: {source.ended}; replayed as far as it goes ({pictures} pictures)")
        elif not pictures:
            outcome.said.append(f"{source.name}: not one picture could be decoded")
        outcome.files.append(
            {
                "name": source.name,
                "from_s": round(from_s, 3),
                "pictures": pictures,
                "frames": frames,
                "complete": bool(pictures) and not source.ended,
            }
        )


def _footage(path: Path, fps: float, timeline: Timeline, counts: Counts, mask: Mask) -> Footage:
    return Stills(path, fps, timeline, counts, mask) if path.is_dir() else FootageFile(path, timeline, counts, mask)


def no_photograph(alert: Alert) -> None:
    """A replay stores no picture."""
    del alert
