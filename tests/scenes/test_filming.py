"""A script as footage: who has a part in it, and where."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from ingest.footage import FootageFile
from ingest.health import Counts
from ingest.mask import Mask
from ingest.timeline import Timeline
from scenes.actors import Actor
from scenes.filming import film
from scenes.script import Script
from scenes.scripts import Role, Stand
from scenes.wardrobe import Sprite

_COLOURS = {"red": (0, 0, 220), "green": (0, 220, 0), "blue": (220, 0, 0)}
_AT = ((-3.0, 10.0), (0.0, 10.0), (3.0, 10.0))


def _clad(colour: tuple[int, int, int]) -> Sprite:
    return Sprite(np.full((120, 40, 3), colour, np.uint8), np.full((120, 40), 255, np.uint8))


def _seen(name: str, folder: Path, **more: Any) -> list[str]:
    """What those who stand on the square wear, from left to right."""
    roles = tuple(Role("person", 0, at, (Stand(2),)) for at in _AT)
    actors = {colour: Actor(colour, "person", (_clad(bgr),)) for colour, bgr in _COLOURS.items()}
    script = Script(name, 1, roles, rules=(), zones={}, lines={}, **more)
    film(script, actors, folder / "film.mp4")
    with av.open(str(folder / "film.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="bgr24").astype(int)
    chests = [picture[285, x] for x in (172, 352, 532)]
    return [min(_COLOURS, key=lambda colour: int(np.abs(chest - _COLOURS[colour]).sum())) for chest in chests]


def test_nobody_in_a_scene_looks_like_another_while_there_are_as_many_to_play_them(tmp_path: Path) -> None:
    assert sorted(_seen("CROWD/day/1", tmp_path)) == ["blue", "green", "red"]


def test_the_same_scene_has_the_same_people_and_other_scenes_have_others(tmp_path: Path) -> None:
    scenes = [_seen(f"CROWD/day/{seed}", tmp_path) for seed in (1, 1, 2, 3, 4)]

    assert scenes[0] == scenes[1]
    assert any(other != scenes[0] for other in scenes[2:])


@pytest.mark.parametrize(("begins", "coloured"), [("2026-03-04T12:00:00", True), ("2026-03-04T01:00:00", False)])
def test_by_night_a_camera_sees_in_grey(begins: str, coloured: bool, tmp_path: Path) -> None:
    seen = _seen("CROWD/day/1", tmp_path, begins=begins)

    assert (len(set(seen)) == len(_COLOURS)) is coloured


def test_pictures_after_a_hole_are_taken_when_the_script_says(tmp_path: Path) -> None:
    roles = (Role("person", 0, (0.0, 10.0), (Stand(12),)),)
    script = Script("PARK/unseen/1", 12, roles, rules=(), zones={}, lines={}, holes=((2.0, 9.0),))
    film(script, {"red": Actor("red", "person", (_clad(_COLOURS["red"]),))}, tmp_path / "film.mp4")
    file = FootageFile(tmp_path / "film.mp4", Timeline(0), Counts(), Mask(()))

    taken = [round(picture.stamp.taken / 1e6, 3) for picture in file.pictures()]

    assert taken == [number / 5 for number in (*range(10), *range(45, 60))]
