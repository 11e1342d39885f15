"""The composer: the same scene every time, empty at both ends, and its truth is what is drawn."""

import hashlib
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import FootageError
from scenes.actors import cut_actors
from scenes.clip import read_clip
from scenes.compose import SCENES, Scene, compose
from scenes.scripts import FRAMES, SCRIPTS, standings
from scenes.stage import HEIGHT, WIDTH


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture(scope="module")
def scenes(photo: Path, folder: Path) -> dict[str, Scene]:
    """A day with people, and a night with the bus."""
    return {scene.id: scene for scene in compose(photo, folder, ["gate-1", "gate-5"])}


def _grey(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


@pytest.fixture(scope="module")
def day(scenes: dict[str, Scene]) -> NDArray[np.uint8]:
    return _grey(scenes["gate-1"].video)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_photograph_makes_the_same_bytes(scenes: dict[str, Scene], photo: Path, tmp_path: Path):
    (again,) = compose(photo, tmp_path, ["gate-1"])

    assert _digest(again.video) == _digest(scenes["gate-1"].video)
    assert again.truth == scenes["gate-1"].truth


def test_what_is_there_is_not_made_again(scenes: dict[str, Scene], photo: Path, folder: Path):
    before = scenes["gate-1"].video.stat().st_mtime_ns
    told: list[tuple[str, float]] = []
    (again,) = compose(photo, folder, ["gate-1"], lambda scene, share: told.append((scene, share)))

    assert again.video.stat().st_mtime_ns == before
    assert told == [("gate-1", 1.0)]


def test_nothing_half_made_is_left(scenes: dict[str, Scene]):
    assert {path.name for path in scenes["gate-1"].video.parent.iterdir()} == {"gate-1.mp4", "gate-1.truth.json"}


def test_a_scene_is_served_without_transcoding(scenes: dict[str, Scene]):
    clip = read_clip(scenes["gate-5"].video)

    assert (clip.width, clip.height, len(clip.units), clip.seconds) == (WIDTH, HEIGHT, FRAMES, 36.0)
    assert all(unit.at == number * 7200 for number, unit in enumerate(clip.units))
    assert sum(unit.key for unit in clip.units) >= 36


def test_a_scene_begins_and_ends_empty(scenes: dict[str, Scene], day: NDArray[np.uint8]):
    for scene in scenes.values():
        visible = [s.first + n for s in scene.truth.seen for n, box in enumerate(s.boxes) if box]

        assert 0 < min(visible) < max(visible) < FRAMES - 5
    empty = day[:2].mean(axis=0)
    changed = np.abs(day[-2:].mean(axis=0) - empty)

    assert (changed > 40).mean() < 0.0005


def test_an_empty_scene_is_noisy(day: NDArray[np.uint8]):
    keys = day[[0, 36 * 12]].astype(int)[:, ::4, ::4]

    assert np.abs(keys[1] - keys[0]).mean() > 0.6


def test_whoever_the_truth_names_is_drawn_there(scenes: dict[str, Scene], day: NDArray[np.uint8]):
    empty = day[:3].mean(axis=0)
    checked = 0
    for seen in scenes["gate-1"].truth.seen:
        for number, box in enumerate(seen.boxes):
            if box is None or number % 20 or (box[3] - box[1]) < 0.15:
                continue
            x0, y0, x1, y1 = (round(v * side) for v, side in zip(box, (WIDTH, HEIGHT) * 2, strict=True))
            difference = np.abs(day[seen.first + number] - empty) > 18
            checked += 1

            assert difference[y0:y1, x0:x1].mean() > 0.25
            assert difference[y0 - 12 : y0 - 4, x0:x1].mean() < 0.1
    assert checked > 10


def test_feet_stand_at_the_foot_of_the_box(scenes: dict[str, Scene]):
    for scene in scenes.values():
        for seen in scene.truth.seen:
            for (x, y), box in zip(seen.feet, seen.boxes, strict=True):
                if box is None or box[0] <= 0 or box[2] >= 1 or box[3] >= 1 or box[3] - box[1] < 0.2:
                    continue  # cut by the picture's edge, or half behind something

                assert box[3] == pytest.approx(y, abs=8 / HEIGHT)
                assert (box[0] + box[2]) / 2 == pytest.approx(x, abs=24 / WIDTH)


def test_faces_are_mosaics(photo: Path):
    standing = cut_actors(photo)["cream"].gait[0]
    face = standing.bgr[10:60][standing.alpha[10:60] == 255]

    assert len(face) > 1000
    assert len(np.unique(face, axis=0)) < 60


@pytest.mark.parametrize("scene", SCENES)
def test_nobody_jumps_and_everybody_leaves(scene: str):
    for role in SCRIPTS[scene]:
        steps = list(standings(role))

        assert steps[-1][0] < FRAMES
        for (_, before), (_, after) in pairwise(steps):
            assert abs(after.x - before.x) + abs(after.z - before.z) < 0.32


def test_another_picture_is_refused(tmp_path: Path, folder: Path):
    other = tmp_path / "cat.png"
    other.write_bytes(b"no picture")

    with pytest.raises(FootageError, match=r"cat\.png: is no picture"):
        list(compose(other, folder, ["gate-2"]))
    with pytest.raises(FootageError, match="no such file"):
        list(compose(tmp_path / "gone.jpg", folder))


def test_an_unknown_scene_is_refused(photo: Path, folder: Path):
    with pytest.raises(FootageError, match="no scene 'gate-9'"):
        list(compose(photo, folder, ["gate-9"]))
