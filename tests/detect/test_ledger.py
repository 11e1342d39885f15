"""Every gap longer than the limit is in the ledger exactly once, with the reason that was known best."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.ledger import Ledger, Sight
from detect.looks import Looks
from models.alert import BlindSpan
from models.clock import to_micros
from models.link import Health

_S = 1_000_000
_BLIND = 2 * _S
_LEDGER = Ledger("gsdt", "gate-1", 2.0, 0.0)
_SEEN = Sight(last=10 * _S, heard=10 * _S, first=True)

_MOMENTS = st.lists(
    st.tuples(st.integers(50_000, 6 * _S), st.sampled_from(["picture", "picture", "picture", "tick", "restart"])),
    max_size=60,
)
_STATES = st.sampled_from(["live", "stalled", "frozen", "disconnected", "unauthorised", "connecting", None])


def _health(state: str | None, at: int, taken: int | None = None) -> Health | None:
    return None if state is None else Health(at, state, at, taken=taken)  # type: ignore[arg-type]


@given(_MOMENTS, _STATES)
@settings(max_examples=200)
def test_every_long_gap_is_covered_exactly_once_and_spans_never_overlap(moments, state) -> None:
    now, start = 1000 * _S, 1000 * _S
    sight, said, pictures = Sight.starting(now), list[BlindSpan](), [now]
    for wait, what in moments:
        now += wait
        if what == "picture":
            sight, spans = _LEDGER.analysed(sight, now, now)
            pictures.append(now)
        elif what == "tick":
            sight, spans = _LEDGER.watched(sight, _health(state, now), now)
        else:
            sight, spans = sight.restarted(), []
        said += spans
    opened = [span for span in said if span.revision == 1]
    closed = [span for span in said if span.revision == 2]
    gaps = [(a, b) for a, b in pairwise(pictures) if b - a > _BLIND]
    covered = [(to_micros(span.began), to_micros(span.ended)) for span in closed if span.ended]

    assert covered == gaps
    assert [span.id for span in opened[: len(closed)]] == [span.id for span in closed]
    assert len({span.id for span in opened}) == len(opened)
    assert (sight.span is not None) == (len(opened) == len(closed) + 1)
    if sight.span is not None:
        assert sight.span.began == pictures[-1]
    assert start <= sight.last


@pytest.mark.parametrize(
    ("state", "ahead", "reason"),
    [
        ("live", False, "stalled"),
        ("live", True, "detector_behind"),
        ("stalled", False, "stalled"),
        ("frozen", True, "frozen"),
        ("disconnected", False, "disconnected"),
        ("unauthorised", False, "unauthorised"),
        ("connecting", False, "process_down"),
        (None, False, "process_down"),
    ],
)
def test_the_reason_is_what_the_worker_says(state: str | None, ahead: bool, reason: str) -> None:
    sight, _ = _LEDGER.analysed(Sight.starting(0), _S, _S)
    now = 4 * _S
    _, (span,) = _LEDGER.watched(sight, _health(state, now, now if ahead else _S), now)

    assert (span.reason, span.revision, to_micros(span.began)) == (reason, 1, _S)


def test_a_worker_that_has_fallen_silent_is_down() -> None:
    sight, _ = _LEDGER.analysed(Sight.starting(0), 10 * _S, 10 * _S)
    _, (span,) = _LEDGER.watched(sight, _health("live", 10 * _S), 14 * _S)

    assert span.reason == "process_down"


def test_a_frozen_camera_is_blind_since_its_picture_froze_and_never_twice() -> None:
    ledger = Ledger("gsdt", "gate-1", 2.0, 15.0)
    began = []
    for first in (80, 90):  # before the first picture it was blind for another reason
        sight = Sight.starting(first * _S)
        for second in range(first, 101):  # until it is known that the picture has stopped 15 s ago
            sight, _ = ledger.analysed(replace(sight, since=first * _S), second * _S + 1, second * _S + 1)
        _, (span,) = ledger.watched(sight, Health(103 * _S, "frozen", 100 * _S), 103 * _S)
        began.append((span.reason, to_micros(span.began)))

    assert began == [("frozen", 85 * _S), ("frozen", 90 * _S)]


def test_the_worst_that_was_seen_is_the_reason_in_the_end() -> None:
    sight, _ = _LEDGER.analysed(Sight.starting(0), _S, _S)
    sight, (opened,) = _LEDGER.watched(sight, _health("live", 4 * _S, _S), 4 * _S)
    sight, _ = _LEDGER.watched(sight, _health("disconnected", 5 * _S), 5 * _S)
    sight, none = _LEDGER.watched(sight, _health("live", 9 * _S, 9 * _S), 9 * _S)
    _, (closed,) = _LEDGER.analysed(sight, 10 * _S, 10 * _S)

    assert none == []
    assert (opened.reason, closed.reason, closed.id) == ("stalled", "disconnected", opened.id)


def test_before_the_first_picture_it_is_starting() -> None:
    sight = Sight.starting(0)
    sight, early = _LEDGER.watched(sight, None, _S)
    sight, (span,) = _LEDGER.watched(sight, _health("live", 3 * _S), 3 * _S)

    assert early == []
    assert span.reason == "starting"


def test_our_own_absence_is_ours_but_not_what_was_blind_before() -> None:
    sight, _ = _LEDGER.analysed(Sight.starting(0), _S, _S)
    _, (span,) = _LEDGER.watched(sight.restarted(), _health("live", 9 * _S, 9 * _S), 9 * _S)
    blind, _ = _LEDGER.watched(sight, _health("unauthorised", 4 * _S), 4 * _S)
    blind, _ = _LEDGER.watched(blind.restarted(), None, 60 * _S)
    _, (closed,) = _LEDGER.analysed(blind, 61 * _S, 61 * _S)

    assert span.reason == "process_down"
    assert closed.reason == "unauthorised"


@given(_MOMENTS, st.lists(st.sampled_from(["", "", "covered", "moved"]), min_size=60, max_size=60))
@settings(max_examples=200)
def test_covered_time_is_in_the_ledger_once_and_never_overlaps_other_spans(moments, obscured) -> None:
    now = 1000 * _S
    sight, said, since = Sight.starting(now), list[BlindSpan](), None
    for (wait, what), reason in zip(moments, obscured, strict=False):
        now += wait
        if what == "picture" and reason:
            since = now if since is None else since
            sight, spans = _LEDGER.obscured(sight, reason, since, now, now)
        elif what == "picture":
            sight, spans, since = *_LEDGER.analysed(sight, now, now), None
        elif what == "tick":
            sight, spans = _LEDGER.watched(sight, _health("live", now, now), now)
        else:
            sight, spans = sight.restarted(), []
        said += spans
    closed = sorted((s.began, s.ended) for s in said if s.revision == 2 and s.ended)

    assert all(a[1] <= b[0] for a, b in pairwise(closed))
    assert len({s.id for s in said if s.revision == 1}) == len([s for s in said if s.revision == 1])


def test_a_covered_camera_is_blind_since_it_was_covered_and_says_so_until_it_sees() -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, (opened,) = _LEDGER.obscured(sight, "covered", 2 * _S, 12 * _S, 12 * _S)
    sight, none = _LEDGER.watched(sight, _health("live", 13 * _S, 13 * _S), 13 * _S)
    _, (closed,) = _LEDGER.analysed(sight, 40 * _S, 40 * _S)

    assert none == []
    assert (opened.reason, to_micros(opened.began), opened.ended) == ("covered", 2 * _S, None)
    assert (closed.id, closed.reason, closed.ended and to_micros(closed.ended)) == (opened.id, "covered", 40 * _S)


def test_a_covered_camera_that_is_cut_off_is_one_span_with_the_graver_reason() -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, _ = _LEDGER.obscured(sight, "covered", 2 * _S, 12 * _S, 12 * _S)
    sight, none = _LEDGER.watched(sight, _health("disconnected", 30 * _S), 30 * _S)
    _, (closed,) = _LEDGER.analysed(sight, 40 * _S, 40 * _S)

    assert none == []
    assert closed.reason == "disconnected"


def test_sparse_looks_are_a_span_and_a_gap_among_them_that_is_a_little_too_long_is_none() -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, (opened,) = _LEDGER.obscured(sight, "sparse", 2 * _S, 12 * _S, 12 * _S)
    sight, waiting = _LEDGER.watched(sight, _health("live", 15 * _S, 15 * _S), 15 * _S)
    sight, again = _LEDGER.obscured(sight, "sparse", 2 * _S, 15 * _S, 15 * _S)
    _, (closed,) = _LEDGER.analysed(sight, 16 * _S, 16 * _S)

    assert waiting == again == []
    assert (closed.id, closed.reason, to_micros(closed.began)) == (opened.id, "sparse", 2 * _S)


@pytest.mark.parametrize(("state", "reason"), [("live", "stalled"), ("disconnected", "disconnected")])
def test_what_befalls_a_camera_that_is_looked_at_too_seldom_is_a_span_between_two(state: str, reason: str) -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, first = _LEDGER.obscured(sight, "sparse", 2 * _S, 12 * _S, 12 * _S)
    sight, then = _LEDGER.watched(sight, _health(state, 20 * _S), 20 * _S)
    sight, last = _LEDGER.obscured(sight, "sparse", 2 * _S, 30 * _S, 30 * _S)

    assert [(s.reason, s.revision) for s in (*first, *then, *last)] == [
        ("sparse", 1), ("sparse", 2), (reason, 1), (reason, 2), ("sparse", 1)
    ]  # fmt: skip
    assert [to_micros(s.began) for s in (*first, *then, *last)] == [2 * _S, 2 * _S, 12 * _S, 12 * _S, 30 * _S]


def test_a_long_gap_that_nobody_noticed_is_not_put_down_to_looks_that_were_few() -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, _ = _LEDGER.obscured(sight, "sparse", 2 * _S, 12 * _S, 12 * _S)
    _, said = _LEDGER.analysed(sight, 60 * _S, 60 * _S)

    assert [(s.reason, s.revision, s.ended and to_micros(s.ended)) for s in said] == [
        ("sparse", 2, 12 * _S),
        ("stalled", 1, None),
        ("stalled", 2, 60 * _S),
    ]


def test_a_camera_that_is_covered_says_so_and_not_that_it_is_looked_at_too_seldom() -> None:
    sight, _ = _LEDGER.analysed(_SEEN, 11 * _S, 11 * _S)
    sight, _ = _LEDGER.obscured(sight, "sparse", 2 * _S, 12 * _S, 12 * _S)
    sight, (ended, covered) = _LEDGER.obscured(sight, "covered", 14 * _S, 15 * _S, 15 * _S)
    _, (uncovered, sparse) = _LEDGER.obscured(sight, "sparse", 10 * _S, 16 * _S, 16 * _S)

    assert [(s.reason, s.ended and to_micros(s.ended)) for s in (ended, covered)] == [
        ("sparse", 14 * _S), ("covered", None)
    ]  # fmt: skip
    assert (uncovered.id, to_micros(sparse.began)) == (covered.id, 16 * _S)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(50_000, 900_000), st.integers(900_000, 9 * _S)),
            st.sampled_from(["picture"] * 6 + ["tick", "tick", "restart"]),
            st.sampled_from(["", "", "", "covered"]),
            _STATES,
        ),
        min_size=15,
        max_size=50,
    )
)
@settings(max_examples=200)
def test_with_sparse_looks_each_instant_is_in_one_span_at_most_and_each_long_gap_in_one(moments) -> None:
    now, sight, looks, covered = 1000 * _S, Sight.starting(1000 * _S), Looks(), 0
    said, gaps = list[BlindSpan](), list[tuple[int, int]]()
    for wait, what, obscured, state in moments:
        now += wait
        spans: list[BlindSpan] = []
        if what == "picture":
            gaps += [(sight.last, now)] if now - sight.last > 2 * _BLIND else []
            looks, covered = looks.looked(now, _BLIND), (covered or now) if obscured else 0
            reason = (obscured, covered) if obscured else looks.seldom(_BLIND)
            call = _LEDGER.analysed if reason is None else partial(_LEDGER.obscured, reason=reason[0], since=reason[1])
            sight, spans = call(sight, taken=now, now=now)
        elif what == "tick":
            sight, spans = _LEDGER.watched(sight, _health(state, now, now), now)
        elif what == "restart":
            sight = sight.restarted()
        said += spans
    closed = sorted((to_micros(s.began), to_micros(s.ended)) for s in said if s.revision == 2 and s.ended)
    opened = [s for s in said if s.revision == 1]

    assert all(a[1] <= b[0] for a, b in pairwise(closed))
    assert len({s.id for s in opened}) == len(opened) == len(closed) + (sight.span is not None)
    lasting = [] if sight.span is None else [(sight.span.began, now)]
    assert all(any(began <= a and b <= ended for began, ended in (*closed, *lasting)) for a, b in gaps)
