"""Runs a camera's rules again over what was seen, without pictures and without a detector."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from config.site import Camera, Site
from detect.observed import Record, Remembered, Seen
from detect.rules.rule import Said
from detect.watch import Watch
from models.clock import from_micros
from models.journal import Checkpoint

_HELD: Final = 512
"""Pictures that a restart may have forgotten: checkpoints come once a second, so this is plenty at any rate."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What the rules said of one picture.

    Attributes:
        taken: When it was taken, µs.
        missed: So many pictures before it could not be written down.
        said: Revisions of alerts, without snapshots, and of counts.
    """

    taken: int
    missed: int
    said: tuple[Said, ...]


def rerun(site: Site, camera: Camera, records: Iterable[Record], *, anew: bool = False) -> Iterator[Ran]:
    """What the rules say of the records, picture by picture and revision by revision, as they did live.

    Args:
        site: The configuration: as it was, to get what was said, or another one, to see what that would have said.
        camera: Of this site; whose records they are.
        records: As `detect.observed.read` gives them. Those of a file begin with what the camera remembered, so any
            file can be the first.
        anew: Leave out what the camera remembered: for other rules than those that it ran.
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
        alerts, flows = watch.see(record.tracks, taken, lambda _: None, lambda *_: None)
        yield Ran(record.taken, record.missed, (*(replace(alert, snapshot=None) for alert in alerts), *flows))


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
