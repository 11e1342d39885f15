"""A sketch shows the picture on which an alert was first told, whom it is about before all others, and not too many."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from small_place import person

from detect.rerun import Ran
from detect.rules.rule import subjects
from kanmen.sketches import Sketches
from models.alert import Alert
from models.clock import to_micros

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _ran(second: float, *alerts: tuple[UUID, int, int, float | None], people: int = 40) -> Ran:
    """A picture of so many people, and alerts (id, revision, about whom, ended)."""
    at = _T0 + timedelta(seconds=second)
    tracks = tuple(person(n, (0.02 * n, 0.5 + 0.01 * second), at) for n in range(people))
    said = tuple(
        Alert(
            id=name,
            revision=revision,
            code="INTRUDE",
            level=3,
            camera="gate-1",
            rule="INTRUDE:yard",
            place="yard",
            began=_T0,
            detected=_T0,
            ended=None if ended is None else _T0 + timedelta(seconds=ended),
            count=1,
            observed={},
            threshold={},
            subjects=subjects([tracks[about]]),
        )
        for name, revision, about, ended in alerts
    )
    return Ran(to_micros(at), 0, said, 16 / 9, tracks)


def test_the_first_word_is_shown_with_whom_it_is_about_first() -> None:
    one, sketches = uuid4(), Sketches()
    sketches.see(_ran(1, (one, 1, 39, None)))
    sketches.see(_ran(2, (one, 2, 0, None)))
    sketch = sketches.of(str(one)) or {}

    assert sketch["wide"] == 1.7778
    assert [about for _, about, *_ in sketch["boxes"]] == [1] + [0] * 31
    assert sketch["boxes"][0] == ["person", 1, 730, 310, 830, 510]


def test_a_word_about_a_picture_that_is_gone_has_no_sketch() -> None:
    gone, over, sketches = uuid4(), uuid4(), Sketches()
    sketches.see(_ran(3, (gone, 2, 0, 1.0), (over, 1, 0, 3.0)))

    assert sketches.of(str(gone)) is None
    assert sketches.of(str(over)) is not None
