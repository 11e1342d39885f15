"""A script as footage: its roles played by actors on a plain square, in its light and its weather."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final
from zlib import crc32

import av
import numpy as np

from scenes.actors import Actor
from scenes.built import front
from scenes.clip import CLOCK_HZ
from scenes.encode import ClipWriter, whole
from scenes.ground import Paving, lay
from scenes.lens import Lens
from scenes.light import DAY, NIGHT, Lamp, Place
from scenes.render import Renderer
from scenes.script import SHAPES, VIEW, Script
from scenes.stage import HEIGHT, WIDTH, Stage
from scenes.textures import flat
from scenes.wardrobe import Sprite
from scenes.weather import Weather

_OPTIONS: Final = {"preset": "veryfast", "profile": "main", "crf": "25"}
_SEED: Final = 11


def film(script: Script, actors: Mapping[str, Actor], path: Path, place: Place | None = None) -> None:
    """Write a script's footage, H.264, a picture for each that is looked at.

    Args:
        script: What happens.
        actors: By name: people, who take the parts of persons in turn, and whatever else of `SHAPES` has a part in it.
        path: Of the mp4.
        place: Where it happens; None: on the plain square.
    """
    weather, lens = Weather(script), Lens(script)
    cast = {**actors, "pillar": Actor("pillar", "pillar", (_pillar(),))}
    people = [name for name, actor in actors.items() if actor.key == "person"]
    first = crc32(script.name.encode())  # other scenes, other people
    roles = tuple(
        replace(
            role,
            actor=people[(first + number) % len(people)] if role.actor == "person" else role.actor,
            height_m=SHAPES[role.actor].high_m,
        )
        for number, role in enumerate(script.roles)
    )
    frames = round(script.seconds * script.fps)
    renderer = Renderer(
        place or square(night=script.night),
        cast,
        roles,
        fps=script.fps,
        frames=frames,
        over=lambda picture, number: lens.over(weather.over(picture, number), number),
    )
    with whole(path) as part:
        writer = ClipWriter(part, WIDTH, HEIGHT, Fraction(script.fps).limit_denominator(1000), dict(_OPTIONS))
        try:
            for number, (drawn, _) in enumerate(renderer.frames()):
                at = number / script.fps
                planes = lens.kept(drawn, number)
                if not any(since <= at < until for since, until in script.holes):
                    writer.write(av.VideoFrame.from_ndarray(planes, format="yuv420p"), round(at * CLOCK_HZ))
        finally:
            writer.close()


def square(*, night: bool) -> Place:
    """The plain square that scripts play on, before a row of houses."""
    stage = Stage(VIEW, _SEED)
    stage.sky((40, 36, 34) if night else (222, 206, 186), (60, 56, 54) if night else (232, 228, 222))
    lay(stage, Paving((120, 124, 126)))
    for x, colour in ((-30, (150, 162, 172)), (-10, (142, 158, 176)), (10, (160, 160, 162))):
        stage.wall((x, 44), (x + 20, 44), 9, front(stage, 20, 9, flat(stage.rng, 20, 9, colour)))
    lamps = (Lamp((0.0, 6.0, 8.0), (0.75, 0.75, 0.75), 9.0), Lamp((0.0, 6.0, 20.0), (0.6, 0.6, 0.6), 9.0))
    return Place(stage, NIGHT, lamps, noise=3.4, shade=0.3) if night else Place(stage, DAY)


def _pillar() -> Sprite:
    bgr = np.full((300, 90, 3), (118, 122, 128), np.uint8)
    bgr[:, :30] = (96, 100, 106)
    return Sprite(bgr, np.full((300, 90), 255, np.uint8))
