"""ABANDON after a hole in the pictures: whoever is beside a bag then may have been there all the time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from small_place import YARD, bag, camera_of, person, said_at, seconds, stand

from config.suspected import AbandonRule
from detect.rules.abandon import Abandon
from detect.rules.rule import Place
from models.alert import Alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Seen = tuple[int | None, int | None]
"""The track of the bag, and of somebody beside it."""

Picture = tuple[float, Seen]


def _said(pictures: Iterable[Picture], **more: object) -> list[tuple[int, float | None, float | None]]:
    """Of each revision its number, when it was told and when it ended."""
    config = AbandonRule.model_validate({"rule": "ABANDON", "zone": "yard", **more})
    seen = []
    for t, (left, owner) in pictures:
        at = _T0 + timedelta(seconds=t)
        tracks = [] if left is None else [bag(left, 0.5, at)]
        seen.append((at, tracks if owner is None else [*tracks, person(owner, (0.55, 0.8), at)]))
    told, _ = said_at(Abandon(config, Place("gsdt", camera_of(zones=[YARD]), 2.0)), seen)
    return [(one.revision, seconds(at, _T0), seconds(one.ended, _T0)) for at, one in told if isinstance(one, Alert)]


_HELD = {
    "with new numbers": (60.0, [*stand(0, 30, (100, 1)), *stand(100, 160, (101, 2))]),
    "with the same numbers": (30.0, [*stand(0, 30, (100, 1)), *stand(55, 100, (100, 1))]),
    "with an owner who is missed at first": (30.0, [*stand(55, 56.6, (100, None)), *stand(56.6, 100, (100, 1))]),
    "with an owner of many numbers": (
        60.0,
        [*stand(100, 105, (100, 1)), *stand(105, 110, (100, 2)), *stand(110, 160, (100, 3))],
    ),
    "and another hole": (30.0, [*stand(55, 60, (100, 1)), *stand(90, 130, (100, 1))]),
}  # fmt: skip


@pytest.mark.parametrize(("dwell_s", "pictures"), _HELD.values(), ids=_HELD)
def test_a_bag_is_not_told_of_while_somebody_is_beside_it(dwell_s: float, pictures: list[Picture]) -> None:
    before = [] if pictures[0][0] == 0 else stand(0, 30, (100, 1))

    assert _said([*before, *pictures], dwell_s=dwell_s) == []


def test_the_hole_counts_once_nobody_is_beside_it() -> None:
    alone = [*stand(0, 30, (100, 1)), *stand(100, 110, (100, None))]
    passed = [*stand(0, 30, (100, 1)), *stand(100, 104, (100, 7)), *stand(104, 120, (100, None))]

    assert _said(alone, dwell_s=60.0) == [(1, pytest.approx(102.2), None)]
    assert _said(passed, dwell_s=60.0) == [(1, pytest.approx(106.0, abs=0.21), None)]


def test_passers_by_hold_it_back_no_longer_than_its_dwell() -> None:
    busy = [(t, (100, int(t // 4))) for t, _ in stand(100, 180, None)]

    assert _said([*stand(0, 30, (100, 1)), *busy], dwell_s=60.0) == [(1, pytest.approx(160.0), None)]


def test_an_alert_that_lasts_goes_on_until_somebody_has_stayed_beside_it() -> None:
    told = [*stand(0, 70, (100, None)), *stand(100, 120, (100, 1))]

    assert _said(told, dwell_s=60.0) == [(1, 60.0, None), (2, 110.0, pytest.approx(109.8))]
