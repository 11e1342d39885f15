"""Four more places of the demo: a closed gate by day; a fire lane, a doorway and a car park at night."""

from typing import Final

from scenes.built import DARK, fence, front, lamp_post, pillar, upright, wires
from scenes.ground import RED, WHITE, YELLOW, Paving, lay, mark, outline, stripe, write
from scenes.light import LED, NIGHT, OVERCAST, SODIUM, Lamp, Place
from scenes.stage import Colour, Stage, View
from scenes.textures import brick, flat, frame, put, shutter, sign, stripes

_BRICK: Final[Colour] = (66, 80, 140)
_INK: Final[Colour] = (232, 240, 244)
_WARM: Final[Colour] = (92, 170, 224)


def fire_lane() -> Place:
    """消防通道: a lane that must stay free, red on the ground, under white lamps at night."""
    s = Stage(View(0.19), 5)
    s.sky((38, 26, 20), (54, 42, 36))
    lay(s, Paving((112, 114, 118), (0.0, 0.0), 0.18))
    for x, height, lit in ((-15, 7.5, (1, 6)), (-4.4, 9, (2, 5)), (6.2, 8.2, (3, 4))):
        s.wall(
            (x, 16),
            (x + 10.4, 16),
            height,
            front(s, 10.4, height, flat(s.rng, 10.4, height, (140, 148, 154)), lit, _WARM),
        )
    wall = brick(s.rng, 24, 2.2, (92, 100, 118))
    put(wall, sign("消防通道 禁止占用", 5.4, 0.8, (40, 40, 176), _INK)[::2, ::2], 9.3, 0.5)
    for x in (3.2, 18.4):
        put(wall, stripes(s.rng, 1.8, 0.5, (44, 44, 190), (220, 224, 224)), x, 1.4)
    s.wall((-12, 13), (12, 13), 2.2, wall)
    s.darken(((-12, 13), (12, 13), (12, 11.8), (-12, 11.8)), 0.4, 10)
    mark(s, ((-12, 9.9), (12, 9.9), (12, 9.7), (-12, 9.7)), RED)
    mark(s, ((-12, 6.6), (12, 6.6), (12, 6.4), (-12, 6.4)), RED)
    mark(s, ((-3.0, 9.5), (3.0, 9.5), (3.0, 6.9), (-3.0, 6.9)), RED, 0.4)
    outline(s, ((-3.0, 9.5), (3.0, 9.5), (3.0, 6.9), (-3.0, 6.9)), 0.12, YELLOW)
    write(s, "消防通道", (-2.3, 8.6), (2.3, 7.3), YELLOW)
    lamps = (
        lamp_post(s, (-4.9, 12.2), 4.4, LED, 5.6),
        lamp_post(s, (5.4, 12.2), 4.4, LED, 5.6),
        Lamp((0, 6.0, 3.2), (0.30, 0.30, 0.28), 5.0),
    )
    return Place(s, NIGHT, lamps, noise=3.6, shade=0.35)


def north_gate() -> Place:
    """北门: a closed sliding gate in a brick wall; people pass by on the pavement."""
    s = Stage(View(0.22), 6)
    s.sky((222, 214, 204), (226, 224, 220))
    lay(s, Paving((124, 132, 140), (0.5, 0.5), 0.15))
    for x, height, colour in (
        (-18, 8, (172, 170, 166)),
        (-7.5, 7, (130, 150, 172)),
        (3, 9, (160, 168, 172)),
        (13, 8, (140, 150, 160)),
    ):
        s.wall((x, 25), (x + 10.4, 25), height, front(s, 10.4, height, flat(s.rng, 10.4, height, colour)))
    for left, right in ((-12, -2.6), (2.6, 12)):
        s.wall((left, 11.5), (right, 11.5), 2.5, brick(s.rng, right - left, 2.5, _BRICK))
        s.wall((left, 11.45), (right, 11.45), 0.2, flat(s.rng, right - left, 0.2, (168, 172, 174)), base=2.45)
        s.darken(((left, 11.5), (right, 11.5), (right, 10.7), (left, 10.7)), 0.4, 8)
    fence(s, (-2.3, 11.6), (2.3, 11.6), 2.2, (176, 178, 180))
    for x in (-2.6, 2.6):
        pillar(s, (x, 11.4), (0.7, 2.9), (112, 116, 124))
    s.wall((-1.1, 11.5), (1.1, 11.5), 0.7, sign("北 门", 2.2, 0.7, (110, 76, 36), _INK), base=1.2)
    stripe(s, (-12, 6.3), (12, 6.3), width_m=0.3, colour=YELLOW, share=0.75)
    mark(s, ((-12, 6.05), (12, 6.05), (12, 2), (-12, 2)), (96, 98, 100), 0.8)
    outline(s, ((-1.9, 11.0), (1.9, 11.0), (1.9, 9.7), (-1.9, 9.7)), 0.1, WHITE)
    return Place(s, OVERCAST, noise=2.4, shade=0.35)


def doorway() -> Place:
    """楼道口: the lit entrance of a house at night, a shop's shutter beside it."""
    s = Stage(View(0.16), 7)
    s.sky((34, 24, 20), (40, 30, 26))
    lay(s, Paving((116, 122, 126), (0.8, 0.4), 0.18))
    facade = front(s, 20, 6.6, brick(s.rng, 20, 6.6, (120, 132, 146), (0.3, 0.15)), (1, 4, 5), _WARM)
    put(facade, shutter(s.rng, 3.0, 2.3, (140, 132, 120)), 2.6, 4.3)
    put(facade, shutter(s.rng, 2.8, 2.3, (120, 128, 140)), 13.6, 4.3)
    put(facade, sign("便 利 店", 2.8, 0.55, (60, 120, 50), _INK)[::2, ::2], 13.6, 3.7)
    door = flat(s.rng, 2.2, 2.5, (150, 196, 220), 0.08)
    door[:, :] *= 0.9
    put(facade, frame(door, DARK, 4), 8.9, 4.1)
    put(facade, sign("3 单元", 1.6, 0.45, (120, 70, 36), _INK)[::2, ::2], 9.2, 3.05)
    s.wall((-10, 11), (10, 11), 6.6, facade)
    inner = flat(s.rng, 2.0, 2.4, (70, 128, 164), 0.1)
    s.surface(((-1.0, 2.4, 11), (1.0, 2.4, 11), (1.0, 0, 11), (-1.0, 0, 11)), inner * 0.6, layer=s.glow)
    s.darken(((-10, 11), (-1.1, 11), (-1.1, 10.2), (-10, 10.2)), 0.4, 8)
    s.darken(((1.1, 11), (10, 11), (10, 10.2), (1.1, 10.2)), 0.4, 8)
    for left, right in ((-10, -1.02), (1.02, 10)):
        s.hide(upright((left, 11), (right, 11), 6.6), 11)
    s.hide(upright((-1.1, 11), (1.1, 11), 4.0, 2.42), 11)
    outline(s, ((-1.8, 9.4), (1.8, 9.4), (1.8, 6.6), (-1.8, 6.6)), 0.1, YELLOW)
    lamps = (
        Lamp((0, 2.75, 10.8), SODIUM, 3.6),
        Lamp((5.0, 3.3, 10.6), (0.5, 0.75, 0.55), 3.0),
        Lamp((-4.2, 5.4, 5.6), (0.34, 0.34, 0.34), 4.6),
    )
    return Place(s, NIGHT, lamps, noise=3.8, shade=0.3)


def car_park() -> Place:
    """停车场: marked bays under yellow lamps, a fence, houses behind."""
    s = Stage(View(0.2), 8)
    s.sky((52, 34, 26), (72, 58, 58))
    lay(s, Paving((104, 106, 108), (0.0, 0.0), 0.2))
    for x, height, lit in ((-17, 9, (0, 4, 7)), (-6, 11, (2, 8, 9)), (5, 8, (1, 3))):
        s.wall(
            (x, 24),
            (x + 10.8, 24),
            height,
            front(s, 10.8, height, flat(s.rng, 10.8, height, (128, 130, 138)), lit, _WARM),
        )
    s.wall((-14, 16), (14, 16), 0.7, flat(s.rng, 28, 0.7, (140, 140, 142)))
    fence(s, (-14, 16), (14, 16), 2.3, (96, 110, 92))
    s.wall((-9.6, 15.9), (-5.4, 15.9), 1.0, sign("P 停车场", 4.2, 1.0, (150, 84, 30), _INK), base=2.2)
    for bay in (-6.0, -3.6, -1.2, 1.2, 3.6, 6.0):
        stripe(s, (bay, 10.4), (bay, 7.4), width_m=0.12, colour=WHITE)
    stripe(s, (-6.0, 10.4), (6.0, 10.4), width_m=0.12, colour=WHITE)
    for number, middle in enumerate((-4.8, -2.4, 0.0, 2.4, 4.8), 1):
        write(s, str(number), (middle - 0.4, 8.6), (middle + 0.4, 7.7), WHITE)
    stripe(s, (-0.2, 6.9), (-0.2, 4.4), width_m=0.18, colour=YELLOW)
    wires(s, [((-9, 6.0, 15), (9, 6.2, 15))])
    lamps = (
        lamp_post(s, (-5.2, 11.6), 4.6, SODIUM, 5.4),
        lamp_post(s, (4.4, 11.6), 4.6, SODIUM, 5.4),
        Lamp((0, 6.0, 3.6), (0.2, 0.24, 0.28), 5.0),
    )
    return Place(s, NIGHT, lamps, noise=3.6, shade=0.35)
