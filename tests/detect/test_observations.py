"""What was seen is written down without holding anybody up, survives a torn end, stays bounded, and runs again."""

import gzip
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.site import Observations as Bounds
from config.site import Site
from detect.figures import Figures
from detect.observations import Observations
from detect.observed import MAGIC, Record, Remembered, Seen, encode, files, read, records, whole_bytes
from detect.process import run
from detect.rerun import rerun
from detect.scripted import ScriptedDetector, detections
from detect.watch import Watch
from models.alert import Alert
from models.clock import from_micros, to_micros, utc_now
from models.flow import FlowCount
from models.frame import Frame
from models.journal import read_entries
from models.labels import PERSON
from models.track import Track
from models.wire import decode_alert, decode_flow, encode_alert, encode_flow

_T0 = datetime(2026, 11, 22, 3, 59, 30, tzinfo=UTC)
_IMAGE = np.zeros((4, 4, 3), np.uint8)
_F32 = st.floats(0, 1, width=32)
_TRACKS = st.builds(
    lambda n, label, box, score, first: Track(n, label, box, score, from_micros(first), from_micros(10**15)),
    st.integers(1, 2**40),
    st.integers(0, 79),
    st.tuples(_F32, _F32, _F32, _F32),
    _F32,
    st.integers(0, 10**15),
)
_RECORDS = st.builds(Seen, st.just(10**15), st.integers(0, 99), st.lists(_TRACKS, max_size=4).map(tuple)) | st.builds(
    Remembered, st.none() | st.integers(0, 10**15), st.text(max_size=40)
)


@given(st.lists(_RECORDS, max_size=6))
def test_records_come_back_the_same_to_the_last_bit(made: list[Record]) -> None:
    data = MAGIC + b"".join(encode(one) for one in made)

    assert list(records(data)) == made
    assert whole_bytes(data) == len(data)


@given(st.lists(_RECORDS, min_size=1, max_size=4), st.integers(0, 10**6), st.binary(max_size=20))
def test_a_torn_end_is_found_and_what_stands_before_it_is_whole(made: list[Record], cut: int, dirt: bytes) -> None:
    data = MAGIC + b"".join(encode(one) for one in made)
    torn = data[: len(MAGIC) + cut % (len(data) - len(MAGIC))] + dirt

    whole = whole_bytes(torn)
    assert made[: len(list(records(torn)))] == list(records(torn))[: len(made)]
    assert list(records(torn[:whole])) == list(records(torn))


def _log(folder: Path, days: int = 7, megabytes: int = 2048) -> tuple[Observations, Figures]:
    figures = Figures(["gate-1"])
    return Observations(folder, Bounds(days=days, megabytes=megabytes), figures), figures


def _person(taken: int) -> tuple[Track, ...]:
    at = from_micros(taken)
    return (Track(1, PERSON, (0.25, 0.5, 0.5, 0.75), 0.5, at, at),)


def _written(log: Observations, instants: Iterable[int], watch: Watch | None = None) -> None:
    for taken in instants:
        if watch is not None and log.begins("gate-1", taken):
            log.begin("gate-1", taken, watch.checkpoint())
        log.note("gate-1", taken, _person(taken))


def _wait(met: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not met():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def test_an_hour_that_is_over_is_compressed_and_read_like_the_one_that_runs(tmp_path: Path, site: Site) -> None:
    log, _ = _log(tmp_path)
    log.start()
    instants = [to_micros(_T0) + n * 10_000_000 for n in range(12)]
    _written(log, instants, Watch(site, site.cameras[0], None, _T0))
    log.end(5)
    found = [path.name for path in files(tmp_path / "gate-1")]
    told = list(read(tmp_path / "gate-1"))

    assert found == ["00000001-20261122T03.obs.gz", "00000002-20261122T04.obs"]
    assert [one.taken for one in told if isinstance(one, Seen)] == instants
    assert [isinstance(one, Remembered) for one in told] == [n in (0, 4) for n in range(14)]


def test_after_a_restart_it_goes_on_behind_the_last_whole_record(tmp_path: Path) -> None:
    for start in (0, 5):
        log, _ = _log(tmp_path)
        log.start()
        _written(log, [to_micros(_T0) + n for n in range(start, start + 5)])
        log.end(5)
        (path,) = files(tmp_path / "gate-1")
        with path.open("ab") as file:
            file.write(encode(Seen(1, 0, _person(1)))[:-3])

    assert [one.taken - to_micros(_T0) for one in read(tmp_path / "gate-1")] == list(range(10))


def test_who_died_while_compressing_leaves_one_of_both_and_it_is_tidied(tmp_path: Path) -> None:
    folder = tmp_path / "gate-1"
    folder.mkdir()
    hour = f"{utc_now():%Y%m%dT%H}"
    data = MAGIC + encode(Seen(1, 0, ()))
    (folder / f"00000001-{hour}.obs").write_bytes(data)
    (folder / f"00000001-{hour}.obs.gz").write_bytes(gzip.compress(data))
    (folder / f"00000002-{hour}.obs.draft").write_bytes(b"half")
    log, _ = _log(tmp_path)
    log.start()
    _wait(lambda: len(list(folder.iterdir())) == 1)
    log.end(5)

    assert [one.taken for one in read(folder)] == [1]


def test_a_disk_that_is_slow_holds_nobody_up_and_each_loss_is_counted(tmp_path: Path) -> None:
    log, figures = _log(tmp_path)  # its thread does not run yet: the slowest disk there is
    began = time.monotonic()
    _written(log, range(1, 5001))
    noted_s = time.monotonic() - began
    log.start()
    _wait(lambda: len(list(read(tmp_path / "gate-1"))) >= 2000)
    _written(log, [6000])
    log.end(5)
    told = [one for one in read(tmp_path / "gate-1") if isinstance(one, Seen)]
    dropped = figures.counts("gate-1")["observations_dropped"]

    assert noted_s < 5
    assert dropped == 3000
    assert (len(told), told[-1].taken, told[-1].missed) == (2001, 6000, dropped)


def test_a_disk_that_refuses_is_counted_and_written_to_again_when_it_takes(tmp_path: Path) -> None:
    (tmp_path / "gate-1").write_text("a file where the folder must be")
    log, figures = _log(tmp_path)
    log.start()
    _written(log, [1, 2])
    _wait(lambda: figures.counts("gate-1")["observations_failed"] == 2)
    (tmp_path / "gate-1").unlink()
    _written(log, [3])
    log.end(5)

    assert [one.taken for one in read(tmp_path / "gate-1")] == [3]


def test_the_oldest_hours_go_first_by_age_and_by_size(tmp_path: Path) -> None:
    folder = tmp_path / "gate-1"
    folder.mkdir()
    ages = {1: 8 * 24, 2: 30, 3: 20, 4: 10, 5: 1}
    for number, hours in ages.items():
        name = f"{number:08}-{utc_now() - timedelta(hours=hours):%Y%m%dT%H}.obs.gz"
        (folder / name).write_bytes(b"x" * 400_000)
    log, _ = _log(tmp_path, megabytes=1)
    log.start()
    _wait(lambda: len(list(folder.iterdir())) == 2)
    log.end(5)

    assert [path.name[:8] for path in files(folder)] == ["00000004", "00000005"]


def test_where_no_day_is_kept_nothing_is_written(tmp_path: Path) -> None:
    log, figures = _log(tmp_path / "none", days=0)
    log.start()
    _written(log, range(5000))
    log.end(5)

    assert not (tmp_path / "none").exists()
    assert figures.counts("gate-1")["observations_dropped"] == 0


def test_the_seventh_day_is_the_default(site: Site) -> None:
    assert (site.observations.days, site.observations.megabytes) == (7, 2048)


def _sent(one: Alert | FlowCount) -> str:
    """As it stands in a journal, but for the snapshot."""
    return encode_alert(replace(one, snapshot=None)) if isinstance(one, Alert) else encode_flow(one)


class _Live:
    """A camera as detect watches it, killed and started again at will; it writes down what it sees."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.log = site, Observations(folder, Bounds(), Figures(["gate-1"]))
        self.said: list[Alert | FlowCount] = []
        self.checkpoint = Watch(site, site.cameras[0], None, _T0).checkpoint()
        self.log.start()
        self.start()

    def start(self) -> None:
        kept = self.checkpoint if self.checkpoint.heartbeat is not None else None
        self.watch = Watch(self.site, self.site.cameras[0], kept, _T0)
        self.log._hours.clear()  # a new process

    def look(self, at: datetime, boxes: list[tuple[float, float]]) -> None:
        found = detections(*((PERSON, 0.9, (x - 0.05, y - 0.3, x + 0.05, y)) for x, y in boxes))
        taken = to_micros(at)
        if self.log.begins("gate-1", taken):
            self.log.begin("gate-1", taken, self.watch.checkpoint())
        looked = self.watch.look(Frame("gate-1", 1, 1, at, _IMAGE), found, at, lambda a: f"{a.id}", lambda *_: None)
        self.log.note("gate-1", taken, looked.tracks)
        own = {rule.id for rule in self.watch.camera.rules}  # the picture itself may be told of, too
        self.said += [*(alert for alert in looked.alerts if alert.rule in own), *looked.flows]
        if looked.alerts or looked.flows:
            self.checkpoint = self.watch.checkpoint()


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["stand", "cross", "away", "kill", "tick", "hole", "back"]),
        st.integers(1, 30),
        st.floats(0.1, 0.9),
    ),
    max_size=14,
)


@given(moves=_MOVES)
@settings(max_examples=40, deadline=None)
def test_run_again_the_rules_say_what_they_said_live_id_for_id(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int, float]]
) -> None:
    """Through kills between checkpoints, holes, hours that end and a clock that is set back."""
    folder = tmp_path_factory.mktemp("observed")
    live = _Live(_watched(folder), folder / "log")
    at = _T0
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
                at += timedelta(seconds=0.2)
                place = {"stand": [(x, 0.8)], "cross": [(0.2 + 0.03 * n, 0.8)], "away": []}[move]
                live.look(at, place)
    live.log.end(5)
    again = list(rerun(live.site, live.site.cameras[0], read(folder / "log" / "gate-1")))

    assert [_sent(one) for one in again] == [_sent(one) for one in live.said]


def _watched(folder: Path) -> Site:
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


def test_each_file_alone_goes_on_from_what_was_remembered_at_its_beginning(tmp_path: Path) -> None:
    live = _Live(_watched(tmp_path), tmp_path / "log")
    for n in range(250):
        live.look(_T0 + timedelta(seconds=0.2 * n), [(0.3, 0.8)] if n < 200 else [])
    live.log.end(5)
    first, second = files(tmp_path / "log" / "gate-1")
    alone = list(rerun(live.site, live.site.cameras[0], records(second.read_bytes())))
    anew = list(rerun(live.site, live.site.cameras[0], records(second.read_bytes()), anew=True))

    assert first.suffix == ".gz"
    assert [_sent(one) for one in alone] == [_sent(a) for a in live.said if a.revision > 1 and a.ended is not None]
    assert {a.id for a in anew}.isdisjoint({a.id for a in live.said})


def test_with_other_rules_it_says_what_these_would_have_said(tmp_path: Path) -> None:
    live = _Live(_watched(tmp_path), tmp_path / "log")
    for n in range(60):
        live.look(_T0 + timedelta(seconds=0.2 * n), [(0.3, 0.8)] if n < 40 else [])
    live.log.end(5)
    raw = live.site.model_dump()
    raw["cameras"][0]["rules"] = [{"rule": "INTRUDE", "zone": "yard", "dwell_s": 6.0}]
    other = Site.model_validate(raw)
    alerts = list(rerun(other, other.cameras[0], read(tmp_path / "log" / "gate-1"), anew=True))

    assert [(a.code, a.threshold["dwell_s"]) for a in alerts if a.revision == 1] == [("INTRUDE", 6.0)]


def test_detect_writes_down_what_it_sees_and_its_journal_can_be_told_again(site: Site, gate) -> None:
    inside = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))
    stop = threading.Event()
    detector = ScriptedDetector(lambda frame: inside if 5 < frame.number < 30 else detections())
    thread = threading.Thread(target=run, args=(site, {"gate-1": gate.link}, detector, stop), name="test:detect")
    thread.start()
    while gate.number < 75:
        gate.show()
        time.sleep(0.1)
    stop.set()
    thread.join(5)
    rows = list(read_entries(site.journal_path))
    own = {rule.id for rule in site.cameras[0].rules}
    told = [decode_alert(row.entry.body) for row in rows if row.entry.kind == "alert"]
    live: list[Alert | FlowCount] = [alert for alert in told if alert.rule in own]
    live += [decode_flow(row.entry.body) for row in rows if row.entry.kind == "flow"]
    again = list(rerun(site, site.cameras[0], read(site.observations_path / "gate-1")))

    assert len(live) >= 2
    assert [(a.id, a.revision, a.began, a.ended) for a in again] == [(a.id, a.revision, a.began, a.ended) for a in live]
