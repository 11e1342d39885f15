"""A camera's watch survives restarts, changed rules, spoilt checkpoints and a clock that is set back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.site import Camera, Site
from detect.farewell import farewell
from detect.scripted import detections
from detect.watch import Looked, Watch
from models.alert import Alert
from models.clock import to_micros
from models.flow import FlowCount
from models.frame import Frame
from models.journal import Checkpoint
from models.labels import BACKPACK, PERSON
from models.wire import decode_alert, decode_flow

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_INSIDE = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))
_IMAGE = np.zeros((4, 4, 3), np.uint8)
_LIVELY = np.random.default_rng(1).integers(0, 255, (32, 32, 3), np.uint8)
"""No covered lens, however long it is looked at."""


def _key(alert: Alert) -> str:
    return f"{alert.revision}.jpg"


def _look(watch: Watch, seconds: float, epoch: int = 1) -> Looked:
    at = _T0 + timedelta(seconds=seconds)
    frame = Frame("gate-1", 1, epoch, at, _LIVELY)
    return watch.look(frame, _INSIDE, at, _key, lambda *_: None)


def _open(site: Site) -> tuple[Watch, Alert]:
    """A watch whose breach has just been told."""
    watch = Watch(site, site.cameras[0], None, _T0)
    alerts = [alert for k in range(8) for alert in _look(watch, k * 0.2).alerts]
    return watch, alerts[0]


def _again(site: Site, checkpoint: Checkpoint, seconds: float) -> Watch:
    return Watch(site, site.cameras[0], checkpoint, _T0 + timedelta(seconds=seconds))


def test_bags_are_followed_only_where_a_rule_asks_for_them(site: Site) -> None:
    asking = {**site.cameras[0].model_dump(), "rules": [{"rule": "ABANDON", "zone": "yard"}]}
    carried = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)), (BACKPACK, 0.8, (0.13, 0.45, 0.18, 0.6)))
    watch, seen = Watch(site, site.cameras[0], None, _T0), []
    for k in range(6):
        if k == 3:
            watch.adopt(site, Camera.model_validate(asking))
        at = _T0 + timedelta(seconds=0.2 * k)
        looked = watch.look(Frame("gate-1", k, 1, at, _IMAGE), carried, at, _key, lambda *_: None)
        seen.append([track.label for track in looked.tracks])

    assert seen[1:3] == [[PERSON]] * 2
    assert seen[4:] == [[PERSON, BACKPACK]] * 2


def test_what_is_remembered_goes_on_after_a_restart(site: Site) -> None:
    watch, alert = _open(site)
    again = _again(site, watch.checkpoint(), 5.0)
    looked = [_look(again, 5.0 + k * 0.2) for k in range(20)]

    assert [a for one in looked for a in one.alerts] == []
    assert looked[-1].involved == {alert.subjects[0].track}
    assert [(s.reason, s.revision) for one in looked for s in one.spans] == [("process_down", 1), ("process_down", 2)]


def test_a_tracker_of_another_version_keeps_no_camera_from_being_watched(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    watch, alert = _open(site)
    kept = watch.checkpoint()
    body = json.loads(kept.body)
    del body["tracker"]["known"]
    again = _again(site, replace(kept, body=json.dumps(body)), 2.0)
    looked = [_look(again, 2.0 + k * 0.2) for k in range(20)]

    assert "whom this camera followed cannot be used, it begins anew" in caplog.text
    assert {a.id for one in looked for a in one.alerts} <= {alert.id}  # what lasts goes on
    assert looked[-1].tracks != ()


def test_who_is_there_through_a_reconnection_is_still_the_same(site: Site) -> None:
    watch, alert = _open(site)
    looked = [_look(watch, 2.0 + k * 0.2, epoch=2) for k in range(20)]

    assert looked[-1].involved == {alert.subjects[0].track}
    assert {a.id for one in looked for a in one.alerts} <= {alert.id}


def test_the_alert_of_a_rule_that_was_taken_away_ends(site: Site) -> None:
    watch, alert = _open(site)
    without = site.cameras[0].model_copy(update={"rules": ()})
    again = Watch(site, without, watch.checkpoint(), _T0 + timedelta(seconds=9))
    ((last,), counts) = again.orphaned()

    assert counts == []
    assert (last.id, last.revision, last.ended, last.snapshot) == (alert.id, 2, _T0 + timedelta(seconds=1.4), "1.jpg")
    assert again.orphaned() == ([], [])


def test_the_alert_of_a_camera_that_was_taken_away_ends(site: Site) -> None:
    watch, alert = _open(site)
    (draft,) = farewell("gate-1", watch.checkpoint(), _T0 + timedelta(seconds=9))
    last = decode_alert(draft.body)

    assert replace(last, subjects=()) == replace(alert, revision=2, ended=_T0 + timedelta(seconds=1.4), subjects=())
    assert farewell("gate-1", Checkpoint(None, ""), _T0) == []


def test_a_spoilt_checkpoint_costs_memory_but_not_the_ledger(site: Site) -> None:
    watch, _ = _open(site)
    good = watch.checkpoint()
    for body in ("", "{}", "[]", json.dumps({**json.loads(good.body), "version": 99})):
        again = _again(site, Checkpoint(good.heartbeat, body), 60.0)
        spans = _look(again, 61.0).spans

        assert [(to_micros(s.began), s.reason) for s in spans] == [(good.heartbeat, "process_down")] * 2


def test_a_clock_that_was_set_back_ends_the_breach_and_watching_goes_on(site: Site) -> None:
    watch, alert = _open(site)
    alerts = [a for k in range(8) for a in _look(watch, -3600 + k * 0.2).alerts]

    assert (alerts[0].id, alerts[0].revision, alerts[0].ended is None) == (alert.id, 2, False)
    assert alerts[1].id != alert.id
    assert alerts[1].ended is None


def test_silence_is_blind_also_after_the_clock_was_set_back(site: Site) -> None:
    watch, _ = _open(site)
    _, first = watch.idle(None, _T0 - timedelta(hours=1))
    _, then = watch.idle(None, _T0 - timedelta(hours=1) + timedelta(seconds=3))

    assert first == []
    assert [span.revision for span in then] == [1]


def _counting(site: Site) -> tuple[Watch, list[FlowCount]]:
    """A watch that has counted more than it told, and what it told."""
    raw = site.cameras[0].model_dump()
    counting = Camera.model_validate(raw | {"rules": [{"rule": "FLOW", "line": "sill"}]})
    watch = Watch(site, counting, None, _T0)
    told = []
    for k in range(40):
        at = _T0 + timedelta(seconds=0.2 * k)
        feet = (k % 20) * 0.05
        found = detections((PERSON, 0.9, (feet - 0.05, 0.4, feet + 0.05, 0.8)))
        told += watch.look(Frame("gate-1", 1, 1, at, _IMAGE), found, at, _key, lambda *_: None).flows
    return watch, told


def test_what_a_rule_had_counted_is_told_when_it_is_taken_away(site: Site) -> None:
    watch, told = _counting(site)
    assert watch.checkpoint()  # once a second: it tells nothing twice
    alerts, counts = watch.adopt(site, watch.camera.model_copy(update={"rules": ()}))

    assert [(c.revision, c.into + c.out) for c in told] == [(1, 1)]
    assert alerts == []
    assert [(c.id, c.revision) for c in counts] == [(told[0].id, 2)]
    assert counts[0].into + counts[0].out > 1
    assert watch.orphaned() == ([], [])


def test_what_a_rule_had_counted_is_told_though_it_was_taken_away_while_detect_was_down(site: Site) -> None:
    watch, told = _counting(site)
    without = watch.camera.model_copy(update={"rules": ()})
    again = Watch(site, without, watch.checkpoint(), _T0 + timedelta(seconds=60))
    _, counts = again.orphaned()
    later = Watch(site, without, again.checkpoint(), _T0 + timedelta(seconds=90))

    assert [(c.id, c.revision) for c in counts] == [(told[0].id, 2)]
    assert counts[0].into + counts[0].out > 1
    assert later.orphaned() == ([], [])


def test_a_rule_that_is_still_there_goes_on_counting_after_a_restart_and_tells_itself(site: Site) -> None:
    watch, _ = _counting(site)
    again = Watch(site, watch.camera, watch.checkpoint(), _T0 + timedelta(seconds=60))

    assert again.orphaned() == ([], [])
    assert again.untold() == watch.untold()


def test_what_a_camera_had_counted_is_told_when_it_is_taken_away(site: Site) -> None:
    watch, told = _counting(site)
    counts = [decode_flow(draft.body) for draft in farewell("gate-1", watch.checkpoint(), _T0) if draft.kind == "flow"]

    assert [(c.id, c.revision) for c in counts] == [(told[0].id, 2)]
    assert counts == watch.untold()


def test_a_camera_that_is_looked_at_too_seldom_is_in_the_ledger_until_it_is_seen_well_again(site: Site) -> None:
    watch = Watch(site, site.cameras[0], None, _T0)
    often, seldom = [0.2 * k for k in range(20)], [4.0 + k for k in range(30)]
    again = [34.0 + 0.2 * k for k in range(20)]
    said = [(seconds, span) for seconds in (*often, *seldom, *again) for span in _look(watch, seconds).spans]
    (told, opened), (ended, closed) = said

    assert (opened.reason, opened.revision, closed.revision, closed.id) == ("sparse", 1, 2, opened.id)
    assert opened.began == _T0 + timedelta(seconds=4), "the last look after which the next came soon"
    assert 4.0 < told < 17.0
    assert 34.0 < ended < 37.0


def test_who_stands_there_is_told_of_also_where_looks_are_too_few(site: Site) -> None:
    watch = Watch(site, site.cameras[0], None, _T0)
    alerts = [alert for k in range(20) for alert in _look(watch, 1.0 * k).alerts]

    assert [alert.revision for alert in alerts] == [1]
    assert watch.sight.span is not None


def test_where_looks_are_too_few_a_death_of_detect_is_a_span_of_its_own(site: Site) -> None:
    watch = Watch(site, site.cameras[0], None, _T0)
    first = [span for k in range(20) for span in _look(watch, 1.0 * k).spans]
    again = _again(site, watch.checkpoint(), 23.0)
    _, silent = again.idle(None, _T0 + timedelta(seconds=23))
    then = [span for k in range(25) for span in _look(again, 23.5 + 0.2 * k).spans]

    spans = {span.id: span for span in (*first, *silent, *then)}
    assert [(s.reason, s.revision) for s in spans.values()] == [("sparse", 2), ("process_down", 2), ("sparse", 2)]
    assert [s.ended for s in spans.values()][:2] == [s.began for s in spans.values()][1:]
