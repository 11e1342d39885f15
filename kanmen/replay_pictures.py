"""Pictures of what a replay alerted and of what it should have: the frames an engineer wants to look at first."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from config.site import Camera
from detect.watch import Looked
from media.sheet import boxed, drawn
from media.snapshot import encode_jpeg
from models.errors import FootageError
from models.frame import Frame
from models.geometry import Box
from models.score import Event


class Pictures:
    """Writes the frame of each alert's first word and of the middle of each event, with zones, lines and boxes.

    Args:
        folder: Where they go; made where it is missing.
        camera: Whose zones and lines are drawn.
        began: The first instant of the footage.
        events: What happens in it.

    Attributes:
        of_alert: Name of the file by id of the alert: who is in it has a box.
        of_event: Name of the file by event: everybody has a box.

    Raises:
        FootageError: the folder cannot be written.
    """

    def __init__(self, folder: Path, camera: Camera, began: datetime, events: Sequence[Event] = ()) -> None:
        self._folder, self._began = folder, began
        self._zones, self._lines = [zone.shape for zone in camera.zones], [line.shape for line in camera.lines]
        self._to_come = deque(sorted(enumerate(events, 1), key=lambda one: middle(one[1])))
        self.of_alert: dict[str, str] = {}
        self.of_event: dict[Event, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def see(self, frame: Frame, looked: Looked) -> None:
        """A sample was looked at.

        Raises:
            FootageError: its picture cannot be written.
        """
        for alert in looked.alerts:
            if str(alert.id) not in self.of_alert:
                name = f"alert-{len(self.of_alert) + 1:04}-{alert.code}.jpg"
                self._write(name, frame, [subject.box for subject in alert.subjects])
                self.of_alert[str(alert.id)] = name
        at = (frame.taken - self._began).total_seconds()
        while self._to_come and middle(self._to_come[0][1]) <= at:
            number, event = self._to_come.popleft()
            name = f"event-{number:04}-{event.code}.jpg"
            self._write(name, frame, [track.box for track in looked.tracks])
            self.of_event[event] = name

    def _write(self, name: str, frame: Frame, boxes: Sequence[Box]) -> None:
        try:
            (self._folder / name).write_bytes(encode_jpeg(boxed(drawn(frame.image, self._zones, self._lines), boxes)))
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> FootageError:
        return FootageError(f"--pictures {self._folder}: cannot be written: {error.strerror}; name another folder")


def middle(event: Event) -> float:
    """The second at which it is looked at, in the hope that it shows then."""
    return (event.from_s + event.to_s) / 2
