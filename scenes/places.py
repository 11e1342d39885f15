"""Four places of the demo by day and at dusk: two gates, a lane and a market."""

from typing import Final

from scenes.built import bollards, fence, front, gate, lamp_post, stall, upright, wires
from scenes.ground import WHITE, YELLOW, Paving, hatch, lay, mark, outline, stripe, write
from scenes.light import DAY, DUSK, OVERCAST, SODIUM, Place
from scenes.stage import Colour, Stage, View
from scenes.textures import brick, flat, put, shutter, sign, stripes, window

_PLASTER: Final[Colour] = (158, 182, 196)
_GREY: Final[Colour] = (150, 152, 154)
_BRICK: Final[Colour] = (70, 84, 142)
_STONE: Final[Colour] = (128, 140, 150)
_INK: Final[Colour] = (232, 240, 244)


def west_gate() -> Place:
    """西门: a gate in a plastered wall in the sun, a keep-clear box before it."""
    s = Stage(View(0.20), 1)
    s.sky((226, 196, 150), (238, 228, 214))
    lay(s, Paving((128, 134, 138)))
    for x, height, colour in (
        (-19, 7.5, (150, 162, 172)),
        (-9, 9.0, (172, 178, 182)),
        (1.5, 8.0, (140, 158, 178)),
        (11, 10, (160, 160, 162)),
    ):
        s.wall((x, 27), (x + 10, 27), height, front(s, 10, height, flat(s.rng, 10, height, colour)))
    wall = flat(s.rng, 9, 2.7, _PLASTER, 0.1)
    put(wall, sign("文明出入 有序停车", 4.4, 0.7, (48, 42, 168), _INK)[::2, ::2], 2.6, 0.9)
    s.wall((-11.9, 13), (-2.9, 13), 2.7, wall)
    s.wall((2.9, 13), (11.9, 13), 2.7, flat(s.rng, 9, 2.7, _PLASTER, 0.1))
    for left, right in ((-11.9, -2.9), (2.9, 11.9)):
        s.wall((left, 12.95), (right, 12.95), 0.25, flat(s.rng, right - left, 0.25, _BRICK), base=2.6)
        s.darken(((left, 13), (right, 13), (right + 1.5, 11.6), (left + 1.5, 11.6)), 0.42, 8)
        s.hide(upright((left, 13), (right, 13), 2.85), 13)
    gate(s, 13, 2.6, "公司大塘 · 西门", (56, 46, 150), stone=_STONE)
    bollards(s, [(x, 12.2) for x in (-2.1, 2.1)])
    hatch(s, (-2.6, 8.6), (0.6, 6.1), YELLOW)
    stripe(s, (-3.0, 10.6), (3.0, 10.6), width_m=0.22, colour=WHITE)
    return Place(s, DAY)


def south_lane() -> Place:
    """南巷: a narrow lane between houses under an overcast sky, wires above."""
    s = Stage(View(0.17), 2)
    s.sky((206, 204, 200), (222, 220, 216))
    lay(s, Paving((120, 126, 128), (0.9, 0.6)))
    s.wall((-6, 30), (8, 30), 9, front(s, 14, 9, flat(s.rng, 14, 9, (148, 150, 154))))
    far_left = front(s, 11, 6.5, flat(s.rng, 11, 6.5, (146, 166, 170), 0.12))
    s.wall((-2.3, 24), (-2.4, 13), 6.5, far_left[:, ::-1])
    left = front(s, 8.4, 7, brick(s.rng, 8.4, 7, (92, 104, 138)))
    s.wall((-2.75, 2.6), (-2.5, 11), 7, left)
    right = front(s, 22, 7, flat(s.rng, 22, 7, (152, 172, 186), 0.13))
    put(right, shutter(s.rng, 2.6, 2.6, (150, 140, 124)), 12.4, 4.4)
    put(right, sign("小吃", 1.8, 0.6, (40, 60, 190), _INK)[::2, ::2], 12.8, 3.7)
    s.wall((2.5, 24), (2.9, 2.6), 7, right)
    s.darken(((-2.8, 24), (-1.6, 24), (-1.5, 2.8), (-3, 2.8)), 0.35, 16)
    s.darken(((1.9, 24), (2.8, 24), (3.2, 2.8), (1.9, 2.8)), 0.35, 16)
    s.hide(((-2.75, 7, 2.6), (-2.5, 7, 11), (-2.5, 0, 11), (-2.75, 0, 2.6)), 11)
    s.hide(((-2.75, 7, 2.6), (-6, 7, 2.6), (-6, 0, 2.6), (-2.75, 0, 2.6)), 2.6)
    wires(s, [((-2.5, 4.6, 10), (2.6, 5.0, 12)), ((-2.5, 4.3, 15), (2.6, 4.5, 13)), ((-2.5, 4.8, 8), (2.7, 4.2, 17))])
    stripe(s, (-2.4, 7.4), (2.7, 7.4), width_m=0.2, colour=YELLOW)
    write(s, "慢行", (-0.9, 11.2), (1.0, 9.4), WHITE)
    return Place(s, OVERCAST, noise=2.6, shade=0.32)


def east_gate() -> Place:
    """东门: at dusk, a guard's booth, a striped barrier and the first lamps."""
    s = Stage(View(0.21), 3)
    s.sky((150, 108, 92), (136, 150, 206))
    lay(s, Paving((116, 118, 122), (1.2, 1.2)))
    for x, height in ((-20, 8), (-8.5, 10.5), (3, 9), (12, 11)):
        lit = tuple(int(n) for n in s.rng.integers(0, 9, 3))
        s.wall(
            (x, 29),
            (x + 10.5, 29),
            height,
            front(s, 10.5, height, flat(s.rng, 10.5, height, (130, 130, 140)), lit, (140, 220, 255)),
        )
    for left, right in ((-12.6, -3.6), (4.6, 12.6)):
        s.wall((left, 14), (right, 14), 1.1, brick(s.rng, right - left, 1.1, _BRICK))
        fence(s, (left, 14), (right, 14), 2.4)
    gate(s, 14, 3.3, "江东社区 · 东门", (120, 74, 30), stone=(120, 124, 136))
    booth = flat(s.rng, 1.9, 2.5, (190, 196, 196), 0.06)
    put(booth, window(s.rng, 1.3, 1.0, lit=(150, 214, 244)), 0.3, 0.5)
    side = flat(s.rng, 1.6, 2.5, (140, 146, 148), 0.06)
    s.wall((3.3, 12.6), (3.3, 11), 2.5, side)
    s.wall((3.3, 11), (5.2, 11), 2.5, booth)
    s.wall((3.1, 10.9), (5.4, 10.9), 0.3, flat(s.rng, 2.3, 0.3, (110, 70, 34)), base=2.4)
    s.hide(upright((3.3, 11), (5.2, 11), 2.6), 11)
    s.wall((0.4, 11.2), (3.2, 11.2), 0.14, stripes(s.rng, 2.8, 0.14, (44, 44, 190), (220, 224, 224)), base=0.95)
    s.hide(upright((0.4, 11.2), (3.2, 11.2), 0.14, 0.95), 11.2)
    mark(s, ((-3.3, 8.5), (-0.1, 8.5), (-0.1, 6.2), (-3.3, 6.2)), (60, 120, 70), 0.45)
    outline(s, ((-3.3, 8.5), (-0.1, 8.5), (-0.1, 6.2), (-3.3, 6.2)), 0.1, WHITE)
    stripe(s, (0.7, 9.6), (0.7, 5.4), width_m=0.16, colour=WHITE)
    lamps = (lamp_post(s, (-4.6, 11.5), 4.0, SODIUM, 4.6), lamp_post(s, (5.6, 9.5), 4.0, SODIUM, 4.2))
    return Place(s, DUSK, lamps, noise=3.0, shade=0.35)


def market() -> Place:
    """菜场口: stalls under striped awnings, crates of vegetables, wet slabs."""
    s = Stage(View(0.18), 4)
    s.sky((222, 206, 180), (232, 226, 216))
    lay(s, Paving((112, 118, 120), (0.6, 0.6), 0.2))
    hall = front(s, 26, 5.6, flat(s.rng, 26, 5.6, (156, 170, 176), 0.1))
    put(hall, sign("四 牌 楼 菜 市 场", 8, 1.1, (60, 110, 40), _INK)[::2, ::2], 9.2, 2.2)
    put(hall, shutter(s.rng, 3.4, 2.1, (128, 128, 128)), 3.4, 3.5)
    put(hall, flat(s.rng, 4.6, 2.2, (44, 46, 50)), 10.8, 3.4)
    put(hall, shutter(s.rng, 3.4, 2.1, (148, 132, 116)), 18.6, 3.5)
    s.wall((-13, 17), (13, 17), 5.6, hall)
    s.darken(((-13, 17), (13, 17), (14, 15), (-13, 15)), 0.4, 10)
    greens = ((50, 120, 58), (46, 150, 96), (40, 60, 190), (30, 130, 220))
    roots = ((60, 150, 225), (110, 190, 215), (66, 70, 160), (60, 128, 60))
    stall(s, (-7.4, 12), 3.2, ((60, 60, 190), (226, 228, 228)), greens)
    stall(s, (3.6, 12), 3.4, ((170, 96, 40), (226, 228, 228)), roots)
    stall(s, (-6.2, 8.6), 2.9, ((60, 130, 50), (222, 228, 226)), roots)
    stall(s, (3.2, 8.4), 3.0, ((40, 120, 210), (226, 228, 228)), greens)
    outline(s, ((-1.9, 8.3), (1.7, 8.3), (1.7, 6.0), (-1.9, 6.0)), 0.1, YELLOW)
    write(s, "禁止停留", (-1.6, 7.6), (1.4, 6.8), YELLOW)
    return Place(s, DAY, noise=2.4, shade=0.4)
