"""The composer: the demo's eight entrances as footage with its exact truth, made once and kept."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Final

import av

from models.errors import FootageError
from models.geometry import Box
from scenes import places, places_night
from scenes.actors import Actor, cut_actors
from scenes.clip import CLOCK_HZ
from scenes.encode import ClipWriter, whole
from scenes.footage import sha256_of
from scenes.light import Place
from scenes.render import Renderer
from scenes.scripts import FPS, FRAMES, SCRIPTS, standings
from scenes.stage import HEIGHT, WIDTH, View
from scenes.truth import Seen, Truth, read_truth

VERSION: Final = 2
"""Of everything that a scene's picture depends on besides photograph and script; another one is composed anew."""

_PLACES: Final[dict[str, Callable[[], Place]]] = {
    "gate-1": places.west_gate,
    "gate-2": places.south_lane,
    "gate-3": places.east_gate,
    "gate-4": places.market,
    "gate-5": places_night.fire_lane,
    "gate-6": places_night.north_gate,
    "gate-7": places_night.doorway,
    "gate-8": places_night.car_park,
}

SCENES: Final = tuple(_PLACES)
"""Ids of the demo's scenes, as its cameras are called."""

_OPTIONS: Final = {"preset": "veryfast", "profile": "main", "crf": "27", "maxrate": "600k", "bufsize": "600k"}
"""As a frugal sub-stream; noise costs most of it."""

_TOLD_EVERY: Final = 9
"""Frames between two words of progress."""

_WORKERS: Final = 2
"""Scenes that are made at once; more would delay the first one."""

Progress = Callable[[str, float], None]
"""Told a scene's id and the share of it that is done, 0..1; called from the composer's threads, one at a time."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A composed scene.

    Attributes:
        id: One of `SCENES`.
        video: mp4, H.264.
        truth: What is to be seen in it.
    """

    id: str
    video: Path
    truth: Truth


class _Cast:
    """The actors, cut out once for all scenes, when the first scene asks."""

    def __init__(self, photo: Path) -> None:
        self._photo = photo
        self._lock = Lock()
        self._actors: dict[str, Actor] = {}

    def get(self) -> dict[str, Actor]:
        with self._lock:
            self._actors = self._actors or cut_actors(self._photo)
            return self._actors


def compose(
    photo: Path, folder: Path, scenes: Sequence[str] = SCENES, progress: Progress | None = None
) -> Iterator[Scene]:
    """Compose scenes from the photograph, in order, each as soon as it is ready; kept ones are not made again.

    They lie in `folder` as `<hash>/<id>.mp4` and `<id>.truth.json`, hashed over photograph, script and version.

    Raises:
        FootageError: the photograph is not the expected one, or a scene is not known.
    """
    unknown = [scene for scene in scenes if scene not in _PLACES]
    if unknown:
        raise FootageError(f"there is no scene {unknown[0]!r}; there are {', '.join(SCENES)}")
    if not photo.is_file():
        raise FootageError(f"{photo}: there is no such file")
    photo_hash, cast = sha256_of(photo), _Cast(photo)
    telling, unwanted = Lock(), Event()

    def told(scene: str, share: float) -> None:
        if unwanted.is_set():
            raise FootageError(f"{scene}: not finished, nobody waits for it any more")
        if progress:
            with telling:
                progress(scene, share)

    def made(scene: str) -> Scene:
        video = folder / _hash(scene, photo_hash) / f"{scene}.mp4"
        truth = video.with_suffix(".truth.json")
        if not (video.is_file() and truth.is_file()):
            _make(scene, cast.get(), video, partial(told, scene))
        told(scene, 1.0)
        return Scene(scene, video, read_truth(truth))

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="compose") as pool:
        try:
            yield from pool.map(made, scenes)
        finally:
            unwanted.set()


def _hash(scene: str, photo_hash: str) -> str:
    told = f"{VERSION}\n{scene}\n{SCRIPTS[scene]!r}\n{FPS} {FRAMES}\n{photo_hash}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _make(scene: str, actors: dict[str, Actor], video: Path, told: Callable[[float], None]) -> None:
    """Compose one scene; the truth is written first, so that a video never stands without it."""
    roles = SCRIPTS[scene]
    renderer = Renderer(_PLACES[scene](), actors, roles)
    boxes: list[list[Box | None]] = []
    with whole(video) as part:
        writer = ClipWriter(part, WIDTH, HEIGHT, Fraction(FPS), dict(_OPTIONS))
        try:
            for number, (planes, seen) in enumerate(renderer.frames()):
                boxes.append(seen)
                writer.write(av.VideoFrame.from_ndarray(planes, format="yuv420p"), round(number * CLOCK_HZ / FPS))
                if number % _TOLD_EVERY == 0:
                    told(number / FRAMES)
        finally:
            writer.close()
        with whole(video.with_suffix(".truth.json")) as truth:
            truth.write_text(_truth(scene, renderer.view, actors, boxes).dumps(), encoding="utf-8")


def _truth(scene: str, view: View, actors: dict[str, Actor], boxes: list[list[Box | None]]) -> Truth:
    seen = []
    for index, role in enumerate(SCRIPTS[scene]):
        steps = [step for step in standings(role) if step[0] < FRAMES]
        first = steps[0][0]
        seen.append(
            Seen(
                role.actor,
                actors[role.actor].key,
                first,
                tuple(view.fraction((standing.x, standing.z)) for _, standing in steps),
                tuple(boxes[number][index] for number, _ in steps),
            )
        )
    return Truth(scene, FPS, FRAMES, tuple(seen))
