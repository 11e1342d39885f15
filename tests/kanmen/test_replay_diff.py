"""Two results side by side: what is in both is kept once, the rest is gained or lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanmen.replay_diff import Result, difference, difference_json, difference_lines, read_results
from models.errors import FootageError


def result(name: str, began_s: float, **changed: Any) -> Result:
    plain = {"code": "INTRUDE", "camera": "gate-1", "zone": "yard", "level": 3, "count": 1}
    return Result.model_validate({"id": name, "began_s": began_s, **plain, **changed})


@st.composite
def _results(draw: st.DrawFn) -> list[Result]:
    ids = draw(st.lists(st.integers(0, 9), unique=True, max_size=6))
    return [
        result(str(n), draw(st.integers(0, 60)), code=draw(st.sampled_from(("INTRUDE", "LOITER"))), count=n)
        for n in ids
    ]


@given(_results(), _results())
def test_every_alert_has_exactly_one_place(old: list[Result], new: list[Result]) -> None:
    told = difference(old, new)

    assert sorted([a.id for a, _ in told.kept] + [a.id for a in told.lost]) == sorted(a.id for a in old)
    assert sorted([b.id for _, b in told.kept] + [b.id for b in told.gained]) == sorted(b.id for b in new)
    assert all(a.id == b.id or (a.rule == b.rule and abs(a.began_s - b.began_s) <= 10) for a, b in told.kept)


@given(_results(), _results())
def test_what_is_gained_one_way_is_lost_the_other(old: list[Result], new: list[Result]) -> None:
    there, back = difference(old, new), difference(new, old)

    assert (len(there.gained), len(there.lost)) == (len(back.lost), len(back.gained))


@given(_results())
def test_a_result_beside_itself_has_no_difference(alerts: list[Result]) -> None:
    told = difference(alerts, alerts)

    assert (told.gained, told.lost, told.changed) == ((), (), ())


def test_an_alert_with_another_id_is_kept_if_its_rule_spoke_about_then() -> None:
    old = [result("a", 5), result("b", 30), result("c", 50)]
    new = [result("d", 6.2), result("e", 30, zone="lane"), result("c", 75, level=2, count=3)]
    raw = difference_json(difference(old, new))

    assert list(difference_lines(raw)) == [
        "gate-1 INTRUDE lane: 0 kept, 1 gained, 0 lost",
        "gate-1 INTRUDE yard: 2 kept, 0 gained, 1 lost",
        "gained: gate-1 INTRUDE lane, level 3, from 30.00 s",
        "lost: gate-1 INTRUDE yard, level 3, from 30.00 s",
        "changed: gate-1 INTRUDE yard, from 75.00 s: level 3 → 2, count 1 → 3",
    ]


def diff(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "replay", "--diff", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Holds two results."""
    for name, alerts in (("old", [result("a", 5)]), ("new", [result("a", 5), result("b", 30, picture="b.jpg")])):
        (tmp_path / f"{name}.json").write_text(json.dumps({"alerts": [alert.model_dump() for alert in alerts]}))
    return tmp_path


def test_the_command_tells_people_and_machines(folder: Path) -> None:
    told, raw = diff(folder, "old.json", "new.json"), diff(folder, "old.json", "new.json", "--json", "-")

    assert told.returncode == raw.returncode == 0
    assert told.stdout.splitlines() == [
        "gate-1 INTRUDE yard: 1 kept, 1 gained, 0 lost",
        "gained: gate-1 INTRUDE yard, level 3, from 30.00 s (b.jpg)",
    ]
    assert [alert["id"] for alert in json.loads(raw.stdout)["gained"]] == ["b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "bad.json: cannot be read: No such file or directory; name what `kanmen replay --json`"),
        ('{\n"alerts": [}', "bad.json:2: is no JSON; name what"),
        ('{"alerts": [{"id": "a"}]}', "bad.json: alerts.0.code: is no result of this version; name what"),
        ("[]", "is no result of this version; name what"),
        ("\udcff", "bad.json: is no UTF-8; name what"),
    ],
)
def test_what_is_no_result_is_refused_with_its_name_and_the_remedy(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, errors="surrogateescape")

    with pytest.raises(FootageError) as told:
        read_results(path)

    assert says in str(told.value)


def test_one_result_alone_and_options_of_a_replay_are_refused(folder: Path) -> None:
    alone, more = diff(folder, "old.json"), diff(folder, "old.json", "new.json", "--tracks", "t.csv")

    assert (alone.returncode, more.returncode) == (1, 1)
    assert (
        alone.stderr
        == more.stderr
        == "--diff: name two results, the older first, and no other options but --json and --html\n"
    )
