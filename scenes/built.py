"""What places are built of: house fronts, walls with things on them, pillars, gates, stalls and lamp posts."""

from collections.abc import Sequence

import numpy as np

from scenes.ground import YELLOW
from scenes.light import Lamp
from scenes.stage import Colour, Floats, Ground, Space, Stage
from scenes.textures import brick, flat, put, sign, stripes, window

IRON: Colour = (74, 72, 70)
DARK: Colour = (46, 46, 48)


def front(  # noqa: PLR0917 (as one says it: so wide, so high, of this)
    stage: Stage, width_m: float, height_m: float, wall: Floats, lit: Sequence[int] = (), glow: Colour = (96, 178, 226)
) -> Floats:
    """A house front: rows of windows in a wall, some of them `lit` (by number), air conditioners beside a few."""
    number = 0
    y = 0.7
    while y + 1.4 < height_m - 0.8:
        x = 0.8
        while x + 1.5 < width_m:
            put(wall, window(stage.rng, 1.2, 1.3, lit=glow if number in lit else None), x, y)
            if stage.rng.random() < 0.45 and x + 2.2 < width_m:  # noqa: PLR2004 (a little less than every other)
                put(wall, air_conditioner(stage), x + 1.3, y + 0.8)
            number += 1
            x += 2.7
        y += 2.9
    return wall


def air_conditioner(stage: Stage) -> Floats:
    """The outdoor unit that hangs at every wall."""
    unit = flat(stage.rng, 0.75, 0.55, (186, 190, 190), 0.05)
    rows, columns = np.mgrid[0 : unit.shape[0], 0 : unit.shape[1]]
    away = np.hypot(rows - unit.shape[0] / 2, columns - unit.shape[1] * 0.4) / unit.shape[0]
    unit[away < 0.36] *= 0.45  # noqa: PLR2004 (the fan)
    unit[(away < 0.36) & (rows % 4 == 0)] *= 1.5  # noqa: PLR2004 (its grille)
    return unit


def pillar(stage: Stage, at: Ground, size: tuple[float, float], colour: Colour, *, hides: bool = True) -> None:
    """A square pillar: `size` is its width and height; its front stands at `at`."""
    (x, z), (width, height) = at, size
    inner = -1 if x > 0 else 1
    side_x = x + inner * width / 2
    near, far = (side_x, z), (side_x, z + width)
    side = flat(stage.rng, width, height, tuple(0.62 * c for c in colour))  # type: ignore[arg-type] # three colours
    stage.wall(*((near, far) if inner > 0 else (far, near)), height, side)
    stage.wall((x - width / 2, z), (x + width / 2, z), height, brick(stage.rng, width, height, colour, (0.5, 0.3)))
    stage.darken(((x - width / 2, z), (x + width / 2, z), (x + width, z - 0.8), (x, z - 0.8)), 0.35, 6)
    if hides:
        stage.hide(upright((x - width / 2, z), (x + width / 2, z), height), z)


def upright(left: Ground, right: Ground, height: float, base: float = 0.0) -> tuple[Space, Space, Space, Space]:
    """The corners of an upright rectangle."""
    (ax, az), (bx, bz) = left, right
    return (ax, base + height, az), (bx, base + height, bz), (bx, base, bz), (ax, base, az)


def gate(stage: Stage, z: float, half_m: float, text: str, board: Colour, *, stone: Colour) -> None:
    """Two pillars and a board with writing across."""
    for x in (-half_m - 0.3, half_m + 0.3):
        pillar(stage, (x, z), (0.6, 3.7), stone)
    width = 2 * half_m + 1.6
    stage.wall(
        (-width / 2, z - 0.05), (width / 2, z - 0.05), 0.95, sign(text, width, 0.95, board, (232, 240, 244)), base=3.3
    )


def fence(stage: Stage, left: Ground, right: Ground, height: float, colour: Colour = IRON) -> None:
    """Upright bars with two rails; what is behind shows through."""
    width = float(np.hypot(right[0] - left[0], right[1] - left[1]))
    bars = flat(stage.rng, width, height, colour, 0.04)
    rows, columns = np.mgrid[0 : bars.shape[0], 0 : bars.shape[1]]
    solid = (columns % 9 < 2) | (np.abs(rows - 8) < 2) | (np.abs(rows - bars.shape[0] + 14) < 2)  # noqa: PLR2004 (bars)
    stage.wall(left, right, height, np.dstack((bars, solid.astype(np.float32))))


def stall(
    stage: Stage, left_near: Ground, width_m: float, cloth: tuple[Colour, Colour], goods: Sequence[Colour]
) -> None:
    """A market stall: a counter with crates of goods under an awning; it hides who stands behind it."""
    x0, z0 = left_near
    x1, deep = x0 + width_m, z0 + 1.1
    stage.darken(((x0 - 0.2, deep), (x1 + 0.2, deep), (x1 + 0.3, z0 - 0.5), (x0 - 0.1, z0 - 0.5)), 0.5, 14)
    stage.wall((x0, z0), (x1, z0), 0.8, flat(stage.rng, width_m, 0.8, (96, 112, 124), 0.14))
    count = len(goods)
    for number, colour in enumerate(goods):
        ax, bx = x0 + width_m * number / count, x0 + width_m * (number + 1) / count
        crate = flat(stage.rng, bx - ax, 0.9, colour, 0.1)
        speckle = stage.rng.uniform(0.65, 1.25, (crate.shape[0] // 4 + 1, crate.shape[1] // 4 + 1)).astype(np.float32)
        crate *= np.kron(speckle, np.ones((4, 4), np.float32))[: crate.shape[0], : crate.shape[1], None]
        stage.surface(((ax, 1.05, deep), (bx, 1.05, deep), (bx, 0.8, z0), (ax, 0.8, z0)), crate)
    for x in (x0 + 0.04, x1 - 0.04):
        stage.wall((x - 0.04, z0), (x + 0.04, z0), 2.1, flat(stage.rng, 0.1, 2.1, IRON))
    awning = stripes(stage.rng, width_m + 0.4, 1.6, *cloth)
    stage.surface(
        (
            (x0 - 0.2, 2.6, deep + 0.3),
            (x1 + 0.2, 2.6, deep + 0.3),
            (x1 + 0.2, 2.1, z0 - 0.4),
            (x0 - 0.2, 2.1, z0 - 0.4),
        ),
        awning,
    )
    trim = stripes(stage.rng, width_m + 0.4, 0.25, *cloth) * 0.82
    stage.wall((x0 - 0.2, z0 - 0.4), (x1 + 0.2, z0 - 0.4), 0.25, trim, base=1.86)
    stage.hide(upright((x0, z0), (x1, z0), 1.0), z0)
    stage.hide(upright((x0 - 0.2, z0 - 0.4), (x1 + 0.2, z0 - 0.4), 0.6, 1.86), z0)


def lamp_post(stage: Stage, at: Ground, height: float, colour: Colour, reach_m: float) -> Lamp:
    """A street lamp with an arm towards the middle; returns the light it gives."""
    x, z = at
    arm = -0.9 if x > 0 else 0.9
    stage.wall((x - 0.06, z), (x + 0.06, z), height, flat(stage.rng, 0.12, height, IRON))
    left, right = sorted((x, x + arm))
    stage.wall((left, z), (right, z), 0.07, flat(stage.rng, 0.9, 0.07, IRON), base=height - 0.07)
    stage.hide(upright((x - 0.06, z), (x + 0.06, z), height), z)
    return Lamp((x + arm, height - 0.1, z), colour, reach_m)


def bollards(stage: Stage, places: Sequence[Ground]) -> None:
    """Yellow and black posts at knee height."""
    for x, z in sorted(places, key=lambda place: -place[1]):
        post = np.rot90(stripes(stage.rng, 0.85, 0.16, YELLOW, DARK)).copy()
        stage.darken(((x - 0.15, z + 0.1), (x + 0.15, z + 0.1), (x + 0.5, z - 0.2), (x, z - 0.2)), 0.35, 4)
        stage.wall((x - 0.07, z), (x + 0.07, z), 0.8, post)
        stage.hide(upright((x - 0.07, z), (x + 0.07, z), 0.8), z)


def wires(stage: Stage, ends: Sequence[tuple[Space, Space]]) -> None:
    """Cables that sag between houses."""
    for (ax, ay, az), (bx, by, bz) in ends:
        before: Space | None = None
        for share in np.linspace(0, 1, 24):
            sag = 0.5 * 4 * share * (1 - share)
            here = (ax + (bx - ax) * share, ay + (by - ay) * share - sag, az + (bz - az) * share)
            if before:
                (px, py, pz), (qx, qy, qz) = before, here
                stage.surface(
                    ((px, py + 0.02, pz), (qx, qy + 0.02, qz), (qx, qy - 0.02, qz), (px, py - 0.02, pz)),
                    np.full((4, 8, 3), 40, np.float32),
                )
            before = here
