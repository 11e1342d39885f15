"""Rules run again over what was seen say what they said live, id for id, whatever happened meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from detecting import INSIDE, Yard, intrusions, running, show_until
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_camera import BEGIN, ObservedCamera, all_said, as_sent

from config.site import Site
from detect.observed import files, read, records
from detect.rerun import rerun
from models.alert import Alert
from models.detection import Detections
from models.flow import FlowCount
from models.journal import read_entries
from models.wire import decode_alert, decode_flow


def watched(folder: Path) -> Site:
    name = {"zh": "门", "en": "gate"}
    quick = {"cooldown_s": 2.0}
    corners = [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]
    camera = {
        "id": "gate-1",
        "name": name,
        "entrance": "1",
        "url": "rtsp://127.0.0.1/1",
        "grid": "g1",
        "position": (0.5, 0.5),
        "zones": [{"id": "yard", "name": name, "points": corners}],
        "lines": [{"id": "sill", "name": name, "start": (0.5, 1.0), "end": (0.5, 0.0)}],
        "rules": [
            {"rule": "INTRUDE", "zone": "yard", "dwell_s": 1.0, **quick},
            {"rule": "LOITER", "zone": "yard", "dwell_s": 3.0, "night_dwell_s": 3.0, "escalate_s": 5.0, **quick},
            {"rule": "LINE", "line": "sill", **quick},
            {"rule": "FLOW", "line": "sill", "limit": 2, "window_min": 1, **quick},
        ],
    }
    return Site.model_validate({"id": "gsdt", "name": name, "prefix": "GSDT", "data": folder, "cameras": [camera]})


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["stand", "cross", "hurry", "away", "kill", "tick", "hole", "back"]),
        st.integers(1, 30),
        st.floats(0.1, 0.9),
    ),
    max_size=14,
)


@given(moves=_MOVES)
@settings(max_examples=40)
def test_run_again_the_rules_say_what_they_said_live_id_for_id(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int, float]]
) -> None:
    """Through kills between checkpoints, holes, hours that end and a clock that is set back."""
    folder = tmp_path_factory.mktemp("observed")
    live = ObservedCamera(watched(folder), folder / "log")
    at = BEGIN
    for move, pictures, x in moves:
        if move == "kill":
            live.start()
        elif move == "tick":
            live.checkpoint = live.watch.checkpoint()
        elif move == "hole":
            at += timedelta(seconds=pictures * 2)
        elif move == "back":
            at -= timedelta(minutes=pictures)
        else:
            for n in range(pictures):
                at += timedelta(seconds=0.5 if move == "hurry" else 0.2)
                place = {
                    "stand": [(x, 0.8)],
                    "cross": [(0.2 + 0.03 * n, 0.8)],
                    "hurry": [(0.1 + 0.15 * n, 0.8)] if n < 6 else [],
                    "away": [],
                }[move]
                live.look(at, place)
    live.log.end(5)
    again = all_said(rerun(live.site, live.site.cameras[0], read(folder / "log" / "gate-1")))

    assert [as_sent(one) for one in again] == [as_sent(one) for one in live.said]


def test_each_file_alone_goes_on_from_what_was_remembered_at_its_beginning(tmp_path: Path) -> None:
    live = ObservedCamera(watched(tmp_path), tmp_path / "log")
    for n in range(250):
        live.look(BEGIN + timedelta(seconds=0.2 * n), [(0.3, 0.8)] if n < 200 else [])
    live.log.end(5)
    first, second = files(tmp_path / "log" / "gate-1")
    alone = all_said(rerun(live.site, live.site.cameras[0], records(second.read_bytes())))
    anew = all_said(rerun(live.site, live.site.cameras[0], records(second.read_bytes()), anew=True))

    assert first.suffix == ".gz"
    assert [as_sent(one) for one in alone] == [as_sent(a) for a in live.said if a.revision > 1 and a.ended is not None]
    assert {a.id for a in anew}.isdisjoint({a.id for a in live.said})


def test_with_other_rules_it_says_what_these_would_have_said(tmp_path: Path) -> None:
    live = ObservedCamera(watched(tmp_path), tmp_path / "log")
    for n in range(60):
        live.look(BEGIN + timedelta(seconds=0.2 * n), [(0.3, 0.8)] if n < 40 else [])
    live.log.end(5)
    raw = live.site.model_dump()
    raw["cameras"][0]["rules"] = [{"rule": "INTRUDE", "zone": "yard", "dwell_s": 6.0}]
    other = Site.model_validate(raw)
    alerts = all_said(rerun(other, other.cameras[0], read(tmp_path / "log" / "gate-1"), anew=True))

    assert [(a.code, a.threshold["dwell_s"]) for a in alerts if a.revision == 1] == [("INTRUDE", 6.0)]


def test_detect_writes_down_what_it_sees_and_its_journal_can_be_told_again(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        show_until(gate, lambda: yard.looked > 5)
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
        yard.now = Detections.none()
        show_until(gate, lambda: len(intrusions(site)) == 2)
    rows = list(read_entries(site.journal_path))
    own = {rule.id for rule in site.cameras[0].rules}
    told = [decode_alert(row.entry.body) for row in rows if row.entry.kind == "alert"]
    live: list[Alert | FlowCount] = [alert for alert in told if alert.rule in own]
    live += [decode_flow(row.entry.body) for row in rows if row.entry.kind == "flow"]
    again = all_said(rerun(site, site.cameras[0], read(site.observations_path / "gate-1")))

    assert len(live) >= 2
    assert [(a.id, a.revision, a.began, a.ended) for a in again] == [(a.id, a.revision, a.began, a.ended) for a in live]
