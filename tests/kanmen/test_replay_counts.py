"""What a replay counts on a line: every crossing once, whichever rules watch that line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from small_place import camera_of, person, sill

from config.hours import Hours
from detect.rulebook import Rulebook
from detect.rules.rule import Place
from kanmen.replay_report import Replayed
from models.alert import Alert

_NIGHT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # half past one in Shanghai
_ZONE = ZoneInfo("Asia/Shanghai")

_RULES = {
    "LINE": ("LINE",),
    "NIGHT": ("NIGHT",),
    "FLOW": ("FLOW",),
    "LINE and NIGHT": ("LINE", "NIGHT"),
    "LINE and FLOW": ("LINE", "FLOW"),
}


@pytest.mark.parametrize("kinds", _RULES.values(), ids=_RULES)
def test_each_crossing_is_counted_once(kinds: tuple[str, ...]) -> None:
    """Somebody goes in and a minute later another one does, and out again."""
    rules = [{"rule": kind, "line": "sill"} for kind in kinds]
    camera = camera_of(lines=[sill(bottom=1.0, top=0.0)], rules=rules)
    book, outcome, before = Rulebook(Place("gsdt", camera, 2.0, _ZONE, Hours())), Replayed(camera, _NIGHT), None
    states = book.fresh()
    for n in range(500):
        t = n * 0.2
        at = _NIGHT + timedelta(seconds=t)
        tracks = [person(1, (0.1 * t, 0.8), at)] if t < 9 else []
        tracks += [person(2, (0.5 + 0.4 * (1 - abs(t - 75) / 4), 0.8), at)] if 68 < t < 82 else []
        states, said = book.step(states, before, tracks, at)
        outcome.told(one for one in said if isinstance(one, Alert))
        outcome.counted(one for one in said if not isinstance(one, Alert))
        before = at

    assert outcome.counts() == {"sill": {"in": 2, "out": 1}}
