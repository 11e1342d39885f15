"""Runs a camera's rules again over what was seen, without pictures and without a detector."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from config.site import Camera, Site
from detect.observed import Record, Remembered, Seen
from detect.rules.rule import Said
from detect.watch import Watch
from models.clock import from_micros
from models.flow import FlowCount
from models.journal import Checkpoint
from models.track import Track

_HELD: Final = 512
"""Pictures that a restart may have forgotten: checkpoints come once a second, so this is plenty at any rate."""

Rest = Callable[[Sequence[FlowCount]], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What the rules said of one picture.

    Attributes:
        taken: When it was taken, µs.
        missed: So many pictures before it could not be written down.
        said: Revisions of alerts, without snapshots, and of counts.
        wide: Heights to its width, as it is shown.
        tracks: Seen in it.
    """

    taken: int
    missed: int
    said: tuple[Said, ...]
    wide: float
    tracks: tuple[Track, ...]


def rerun(
    site: Site, camera: Camera, records: Iterable[Record], *, anew: bool = False, rest: Rest | None = None
) -> Iterator[Ran]:
    """What the rules say of the records, picture by picture and revision by revision, as they did live.

    Args:
        site: The configuration: as it was, to get what was said, or another one, to see what that would have said.
        camera: Of this site; whose records they are.
        records: As `detect.observed.read` gives them. Those of a file begin with what the camera remembered, so any
            file can be the first.
        anew: Leave out what the camera remembered: for other rules than those that it ran.
        rest: Told what has been counted and not told when the records end; live it would have come later.
    """
    watch: Watch | None = None
    for record in _not_forgotten(records):
        if isinstance(record, Remembered):
            if not anew:
                kept = None if record.taken is None else Checkpoint(record.taken, record.body)
                watch = Watch(site, camera, kept, from_micros(record.taken or 0))
            continue
        taken = from_micros(record.taken)
        watch = watch or Watch(site, camera, None, taken)
        alerts, flows = watch.see(record.tracks, taken, record.wide, lambda _: None, lambda *_: None)
        said: tuple[Said, ...] = (*(replace(alert, snapshot=None) for alert in alerts), *flows)
        yield Ran(record.taken, record.missed, said, record.wide, record.tracks)
    if watch is not None and rest is not None:
        rest(watch.untold())


def _not_forgotten(records: Iterable[Record]) -> Iterator[Record]:
    """Without the pictures that a killed process had seen and the next one knew nothing of."""
    held: deque[Record] = deque()
    for record in records:
        if isinstance(record, Remembered) and record.taken is not None:
            while held and isinstance(held[-1], Seen) and held[-1].taken > record.taken:
                held.pop()
        held.append(record)
        if len(held) > _HELD:
            yield held.popleft()
    yield from held
