"""The truth of a composed scene: where everybody stands in each frame, exactly."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import FootageError
from models.geometry import Box, Point

_FORMAT: Final = 1
_REMEDY: Final = "name the .truth.json that stands beside a composed clip"


@dataclass(frozen=True, slots=True)
class Seen:
    """One appearance of one actor.

    Attributes:
        actor: Its name in the script.
        key: Key of `models.labels.KEYS`.
        first: Number of the first frame in which it is on, visible or not.
        feet: For each frame from there on, where it stands, fractions of the picture.
        boxes: For each of these frames, what is visible of it, fractions; None where nothing is.
    """

    actor: str
    key: str
    first: int
    feet: tuple[Point, ...]
    boxes: tuple[Box | None, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """One loop of one scene.

    Attributes:
        scene: Its id.
        fps: Frames a second.
        frames: In one loop.
        seen: All appearances.
    """

    scene: str
    fps: float
    frames: int
    seen: tuple[Seen, ...]

    @property
    def seconds(self) -> float:
        """The length of one loop."""
        return self.frames / self.fps

    def dumps(self) -> str:
        """As JSON; fractions with five decimals."""
        return json.dumps(
            {
                "format": _FORMAT,
                "scene": self.scene,
                "fps": self.fps,
                "frames": self.frames,
                "seen": [
                    {
                        "actor": s.actor,
                        "key": s.key,
                        "first": s.first,
                        "feet": [_rounded(point) for point in s.feet],
                        "boxes": [box and _rounded(box) for box in s.boxes],
                    }
                    for s in self.seen
                ],
            },
            separators=(",", ":"),
        )


def _rounded(values: tuple[float, ...]) -> list[float]:
    return [round(value, 5) for value in values]


def read_truth(path: Path) -> Truth:
    """The truth of a `.truth.json` file.

    Raises:
        FootageError: the file cannot be read or is none of this version.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT:
            raise FootageError(f"{path.name}: is the truth of another version; compose the scene again")
        seen = tuple(
            Seen(
                s["actor"],
                s["key"],
                s["first"],
                tuple((x, y) for x, y in s["feet"]),
                tuple(box and (box[0], box[1], box[2], box[3]) for box in s["boxes"]),
            )
            for s in raw["seen"]
        )
        return Truth(raw["scene"], raw["fps"], raw["frames"], seen)
    except OSError as error:
        raise FootageError(f"{path}: cannot be read: {error.strerror}; {_REMEDY}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FootageError(f"{path}: is no truth of a scene; {_REMEDY}") from error
