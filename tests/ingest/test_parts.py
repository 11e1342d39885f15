"""The small parts of the worker by themselves: grid, waits, freezing, parameter sets, secrets."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import h264
from ingest.backoff import Backoff
from ingest.freeze import Freeze, Luma
from ingest.grid import Grid
from ingest.health import CameraHealth, Counts
from ingest.opened import Opened
from ingest.stream import place, without_secrets
from models.link import Health

RTP = Fraction(1, 90_000)
SECOND = 1_000_000


@given(st.integers(0, 400), st.sampled_from([2.5, 5.0, 7.0, 29.97]), st.sampled_from([3600, 3003, 6000]))
def test_the_same_pictures_are_samples_wherever_one_begins_to_look(begin: int, fps: float, period: int):
    def samples(first: int) -> list[int]:
        grid = Grid(fps)
        return [n for n in range(first, 500) if grid.is_sample(1, n * period, RTP)]

    whole = samples(0)

    assert [n for n in samples(begin) if n > begin] == [n for n in whole if n > begin]
    assert abs(len(whole) - min(fps, 90_000 / period) * 500 * period / 90_000) <= 1


@given(st.lists(st.integers(1, 60_000), min_size=2, max_size=200))
def test_a_sample_is_the_first_picture_at_or_after_its_point(gaps: list[int]):
    grid, instants = Grid(5.0), list(itertools.accumulate(gaps, initial=0))
    samples = [at for at in instants if grid.is_sample(1, at, RTP)]

    firsts = {min(at for at in instants if at >= point) for point in range(0, instants[-1] + 1, 18_000)}
    assert samples == sorted(firsts)


def test_waits_grow_from_soon_to_half_a_minute_and_begin_anew():
    backoff = Backoff(random.Random(1))
    waits = [backoff.after_failure() for _ in range(40)]
    backoff.reset()

    assert 0.25 <= waits[0] <= 0.5
    assert 1 <= waits[1] <= 1.25
    assert all(22.5 <= wait <= 30 for wait in waits[6:])
    assert len(set(waits[6:])) > 30
    assert backoff.after_failure() <= 0.5


def test_a_refused_password_waits_a_minute_then_up_to_five():
    backoff = Backoff(random.Random(1))
    waits = [backoff.after_refusal() for _ in range(5)]

    assert 60 <= waits[0] <= 75
    assert 120 <= waits[1] <= 150
    assert all(225 <= wait <= 300 for wait in waits[3:])


def luma(chance: np.random.Generator | None = None) -> Luma:
    quiet = np.full((60, 80), 100, np.int16)
    return quiet if chance is None else quiet + chance.normal(0, 2, quiet.shape).round().astype(np.int16)


def looks(freeze: Freeze, pictures: list[Luma], *, start_s: float = 0.0) -> list[bool]:
    """Two looks a second, each at a key picture."""
    return [freeze.is_frozen(p, True, round((start_s + n / 2) * SECOND)) for n, p in enumerate(pictures)]


def test_a_noisy_empty_scene_is_alive():
    chance = np.random.default_rng(1)

    assert not any(looks(Freeze(3), [luma(chance) for _ in range(30)]))


def test_a_picture_that_repeats_is_frozen_after_its_time_and_alive_when_something_moves():
    moved = luma()
    moved[10:14, 10] = 200
    frozen = looks(Freeze(3), [*[luma()] * 12, moved])

    assert frozen.index(True) == 6
    assert frozen[-1] is False


def test_a_pause_in_looking_proves_nothing():
    freeze = Freeze(3)
    looks(freeze, [luma()] * 5)

    assert not any(looks(freeze, [luma()] * 5, start_s=60))


def test_without_key_pictures_nothing_is_called_frozen():
    freeze = Freeze(3)

    assert not any(freeze.is_frozen(luma(), False, n * SECOND) for n in range(60))


def test_parameter_sets_are_read_from_both_forms():
    sps, pps = bytes.fromhex("6742c01ed9"), bytes.fromhex("68ce3c80")
    stream = b"\0\0\0\1" + sps + b"\0\0\1" + pps + b"\0\0\0\1" + b"\x65slice"
    avcc = b"\1\x42\xc0\x1e\xff\xe1\0\5" + sps + b"\1\0\4" + pps
    wanted = h264.ParameterSets(sps, pps)

    assert h264.parameter_sets(stream) == wanted
    assert h264.parameter_sets(avcc) == wanted
    assert wanted.codec == "avc1.42c01e"
    assert h264.picture(stream) == b"\0\0\0\6\x65slice"


@given(st.binary(max_size=60))
def test_broken_parameter_sets_break_nothing(data: bytes):
    h264.parameter_sets(data)
    h264.parameter_sets(b"\1" + data)
    h264.picture(data)


@pytest.mark.parametrize("password", ["s3cr3t", "p%40ss%20word"])
def test_no_part_of_an_address_that_may_be_secret_is_told(password: str):
    url = f"rtsp://admin:{password}@10.0.0.9:8554/user=admin&password=abc?token=xyz"
    text = without_secrets(f"cannot open {url} (tried {password}, p@ss word, token=xyz)", url)

    assert place(url) == "10.0.0.9:8554"
    assert password not in text
    assert "p@ss word" not in text or password == "s3cr3t"
    assert "xyz" not in text


def test_a_state_is_told_when_it_changes_and_names_the_trouble_until_the_camera_is_back():
    told: list[Health] = []
    health = CameraHealth(Counts(), told.append)
    opened = Opened("h264", 704, 576, RTP, b"")
    health.trying()
    health.lost("disconnected", "the camera hung up", 1.0)
    health.trying()
    health.lost("disconnected", "no answer", 2.0)
    health.trying()
    trying = health.message()
    health.arrived(opened, 1, 0, None)
    health.arrived(opened, 1, 40_000, -0.5)
    health.looked(frozen=True)
    health.looked(frozen=True)
    health.looked(frozen=False)

    assert [h.state for h in told] == ["disconnected", "live", "frozen", "live"]
    assert (trying.attempt, trying.detail, trying.retry_at) == (3, "no answer", None)
    assert (health.message().fps, health.message().skew_s, health.message().attempt) == (25.0, -0.5, 0)
