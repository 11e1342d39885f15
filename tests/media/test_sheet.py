"""Zones and lines are drawn where they lie, and all cameras find their place on one sheet."""

import numpy as np

from media.sheet import contact_sheet, drawn
from models.geometry import Line, Zone

GREY = np.full((400, 800, 3), 90, np.uint8)


def test_a_zone_and_a_line_are_drawn_on_a_copy_where_they_lie() -> None:
    zone = Zone("yard", ((0.25, 0.5), (0.75, 0.5), (0.75, 0.75), (0.25, 0.75)))
    line = Line("door", (0.1, 0.9), (0.9, 0.9), "in")

    picture = drawn(GREY, [zone], [line])

    assert (GREY == 90).all()
    assert tuple(picture[200, 500]) == (255, 196, 0)
    assert tuple(picture[359, 300]) == (0, 220, 255)
    assert (picture[250, 400] == 90).all()


def test_every_picture_is_on_the_sheet_whole_and_a_missing_one_leaves_its_place_dark() -> None:
    tall = np.full((400, 200, 3), 200, np.uint8)
    sheet = contact_sheet({"gate-1": GREY, "gate-2": None, "gate-3": tall})

    assert sheet.shape == (2 * 390, 2 * 640, 3)
    assert (sheet[180, 320] == 90).all()
    assert (sheet[20, 640 + 320] == 24).all()
    assert (sheet[390 + 10, 320] == 200).all()
    assert (sheet[390 + 180, 100] == 24).all()


def test_a_sheet_of_no_camera_is_still_a_picture() -> None:
    assert contact_sheet({}).shape == (390, 640, 3)
