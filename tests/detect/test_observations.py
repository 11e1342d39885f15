"""What was seen is written down without holding anybody up, survives a torn end, stays bounded, and runs again."""

import gzip
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from waiting import until

from config.site import Observations as Bounds
from config.site import Site
from detect.figures import Figures
from detect.observations import Observations
from detect.observed import MAGIC, Record, Remembered, Seen, encode, files, read, records, whole_bytes
from detect.watch import Watch
from models.clock import from_micros, to_micros, utc_now
from models.labels import PERSON
from models.track import Track

_T0 = utc_now().replace(hour=3, minute=59, second=30, microsecond=0) - timedelta(days=1)
"""Of late: what is older than the bounds is removed."""
_IMAGE = np.zeros((4, 4, 3), np.uint8)
_F32 = st.floats(0, 1, width=32)
_TRACKS = st.builds(
    lambda n, label, box, score, first, begun: Track(
        n, label, box, score, from_micros(first), from_micros(10**15), begun
    ),
    st.integers(1, 2**40),
    st.integers(0, 79),
    st.tuples(_F32, _F32, _F32, _F32),
    _F32,
    st.integers(0, 10**15),
    st.none() | st.tuples(_F32, _F32, _F32, st.just(1.0)),
)
_RECORDS = st.builds(
    Seen, st.just(10**15), st.integers(0, 99), st.floats(0.5, 3), st.lists(_TRACKS, max_size=4).map(tuple)
) | st.builds(Remembered, st.none() | st.integers(0, 10**15), st.text(max_size=40))


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
        log.note("gate-1", taken, 1.6, _person(taken))


def test_an_hour_that_is_over_is_compressed_and_read_like_the_one_that_runs(tmp_path: Path, site: Site) -> None:
    log, _ = _log(tmp_path)
    log.start()
    instants = [to_micros(_T0) + n * 10_000_000 for n in range(12)]
    _written(log, instants, Watch(site, site.cameras[0], None, _T0))
    log.end(5)
    found = [path.name for path in files(tmp_path / "gate-1")]
    told = list(read(tmp_path / "gate-1"))

    assert found == [f"00000001-{_T0:%Y%m%d}T03.obs.gz", f"00000002-{_T0:%Y%m%d}T04.obs"]
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
            file.write(encode(Seen(1, 0, 1.6, _person(1)))[:-3])

    assert [one.taken - to_micros(_T0) for one in read(tmp_path / "gate-1")] == list(range(10))


def test_who_died_while_compressing_leaves_one_of_both_and_it_is_tidied(tmp_path: Path) -> None:
    folder = tmp_path / "gate-1"
    folder.mkdir()
    hour = f"{utc_now():%Y%m%dT%H}"
    data = MAGIC + encode(Seen(1, 0, 1.6, ()))
    (folder / f"00000001-{hour}.obs").write_bytes(data)
    (folder / f"00000001-{hour}.obs.gz").write_bytes(gzip.compress(data))
    (folder / f"00000002-{hour}.obs.draft").write_bytes(b"half")
    log, _ = _log(tmp_path)
    log.start()
    until(lambda: len(list(folder.iterdir())) == 1)
    log.end(5)

    assert [one.taken for one in read(folder)] == [1]


def test_a_disk_that_is_slow_holds_nobody_up_and_each_loss_is_counted(tmp_path: Path) -> None:
    log, figures = _log(tmp_path)  # its thread does not run yet: the slowest disk there is
    began = time.monotonic()
    _written(log, range(1, 5001))
    noted_s = time.monotonic() - began
    log.start()
    until(lambda: len(list(read(tmp_path / "gate-1"))) >= 2000)
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
    until(lambda: figures.counts("gate-1")["observations_failed"] == 2)
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
    until(lambda: len(list(folder.iterdir())) == 2)
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
