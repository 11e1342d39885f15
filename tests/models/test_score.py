"""The score of a run: every event and every alert has one place in it, and no better one was to be had."""

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from models.score import Event, Happened, Score, Told, Ways, score

_CODES = st.sampled_from(["INTRUDE", "LINE", "FLOW"])
_ZONES = st.sampled_from(["yard", "lane"])
_INSTANTS = st.integers(0, 40).map(float)


@st.composite
def _events(draw: st.DrawFn) -> Event:
    since = draw(_INSTANTS)
    return Event(
        draw(_CODES),
        since,
        since + draw(st.integers(0, 20)),
        draw(st.one_of(st.none(), _ZONES)),
        float(draw(st.integers(0, 10))),
    )


@st.composite
def _alerts(draw: st.DrawFn) -> list[Told]:
    number = count()
    parts = st.tuples(_CODES, _ZONES, _INSTANTS, st.integers(0, 5))
    return [
        Told(str(next(number)), code, zone, began, began + later)
        for code, zone, began, later in draw(st.lists(parts, max_size=6))
    ]


_HAPPENED = st.lists(_events(), max_size=5).map(lambda events: Happened(tuple(events)))


def _most(events: list[Event], alerts: list[Told]) -> int:
    """How many events can have an alert of their own, found by trying everything."""
    if not events:
        return 0
    first, *rest = events
    tried = [1 + _most(rest, [b for b in alerts if b is not a]) for a in alerts if first.fits(a)]
    return max([_most(rest, alerts), *tried])


@given(_HAPPENED, _alerts())
def test_every_event_and_every_alert_has_exactly_one_place(happened: Happened, alerts: list[Told]) -> None:
    done = score(happened, alerts, 60)
    placed = [p.alert for p in (*done.found, *done.repeated)] + list(done.false)

    assert sorted(placed, key=lambda a: a.id) == alerts
    key = repr
    assert sorted([*(p.event for p in done.found), *done.missed], key=key) == sorted(happened.events, key=key)


@given(_HAPPENED, _alerts())
def test_an_alert_stands_beside_an_event_that_it_fits_and_is_false_only_where_it_fits_none(
    happened: Happened, alerts: list[Told]
) -> None:
    done = score(happened, alerts, 60)

    assert all(p.event.fits(p.alert) for p in (*done.found, *done.repeated))
    assert not any(event.fits(alert) for event in happened.events for alert in done.false)


@given(_HAPPENED, _alerts())
def test_as_many_events_are_found_as_can_be(happened: Happened, alerts: list[Told]) -> None:
    assert len(score(happened, alerts, 60).found) == _most(list(happened.events), alerts)


@given(_HAPPENED, _alerts(), st.integers(0, 1000))
def test_later_footage_is_scored_alike(happened: Happened, alerts: list[Told], shift: int) -> None:
    def moved(done: Score) -> tuple[list[str], list[str], list[str]]:
        return ([p.alert.id for p in done.found], [a.id for a in done.false], [p.alert.id for p in done.repeated])

    later = Happened(
        tuple(replace(e, from_s=e.from_s + shift, to_s=e.to_s + shift) for e in happened.events), happened.counts
    )
    told = [replace(a, began_s=a.began_s + shift, detected_s=a.detected_s + shift) for a in alerts]

    assert moved(score(later, told, 60)) == moved(score(happened, alerts, 60))


@given(_HAPPENED, _alerts())
def test_figures_by_code_add_up_to_those_of_all(happened: Happened, alerts: list[Told]) -> None:
    done = score(happened, alerts, 60)
    codes = done.codes.values()

    assert sum(f.found for f in codes) == done.all.found
    assert sum(f.missed for f in codes) == done.all.missed
    assert sum(f.false for f in codes) == done.all.false
    assert sum(f.repeated for f in codes) == done.all.repeated
    assert sorted(s for f in codes for s in f.after_s) == list(done.all.after_s)


@given(_alerts())
def test_where_nothing_happens_every_alert_is_false(alerts: list[Told]) -> None:
    done = score(Happened(), alerts, 1800)

    assert len(done.false) == len(alerts)
    assert done.all.recall is None
    assert done.all.false_per_hour == 2 * len(alerts)


@given(_HAPPENED)
def test_what_is_alerted_as_it_happens_is_perfect(happened: Happened) -> None:
    alerts = [
        Told(str(n), event.code, event.zone or "yard", event.from_s, event.from_s)
        for n, event in enumerate(happened.events)
    ]
    figures = score(happened, alerts, 60).all

    assert (figures.missed, figures.false, figures.repeated) == (0, 0, 0)
    assert figures.f1 == (1 if happened.events else None)


def test_two_of_three_events_two_false_alerts_and_a_second_word() -> None:
    happened = Happened(
        (Event("INTRUDE", 10, 20), Event("INTRUDE", 60, 70, "yard"), Event("LINE", 100, 100, tolerance_s=1))
    )
    alerts = [
        Told("a", "INTRUDE", "lane", 2, 5),
        Told("b", "INTRUDE", "yard", 12, 15),
        Told("c", "INTRUDE", "lane", 65, 68),
        Told("d", "LINE", "middle", 101, 101.4),
        Told("e", "FALL", "yard", 100, 101),
    ]
    done = score(happened, alerts, 120)

    assert [(p.alert.id, round(p.after_s, 1)) for p in done.found] == [("a", -5), ("d", 1.4)]
    assert [p.alert.id for p in done.repeated] == ["b"]
    assert [a.id for a in done.false] == ["c", "e"]
    assert [e.from_s for e in done.missed] == [60]
    assert (done.all.precision, done.all.recall, done.all.f1) == (1 / 2, 2 / 3, 4 / 7)
    assert (done.codes["FALL"].precision, done.codes["FALL"].recall, done.codes["FALL"].f1) == (0, None, 0)
    assert done.all.false_per_hour == 60


def test_a_rush_is_found_where_its_limit_was_reached_though_its_alert_begins_with_the_window() -> None:
    """A quarter of an hour whose limit is reached in its twelfth minute, and one in its first."""
    rush = Event("FLOW", 700, 760, "door")
    late, soon = Told("a", "FLOW", "door", 0, 735), Told("b", "FLOW", "door", 0, 40)
    done = score(Happened((rush,)), [late, soon], 900)

    assert [(pair.alert.id, pair.after_s) for pair in done.found] == [("a", 35)]
    assert ([alert.id for alert in done.false], done.missed) == (["b"], ())
    assert not Event("INTRUDE", 700, 760).fits(Told("c", "INTRUDE", "yard", 0, 735))


def test_an_alert_that_counts_another_number_is_found_and_miscounted() -> None:
    alert = Told("a", "LINE", "middle", 5, 5.3, count=2)
    found = [score(Happened((Event("LINE", 5, 6, count=n),)), [alert], 60).found[0] for n in (None, 2, 3)]

    assert [pair.miscounted for pair in found] == [False, False, True]


def test_a_line_that_nothing_was_counted_on_counts_none() -> None:
    happened = Happened(counts={"door": Ways(3, 1), "lane": Ways(0, 0)})
    counts = score(happened, [], 60, {"door": Ways(3, 2)}).counts

    assert [(c.line, c.happened, c.counted) for c in counts] == [
        ("door", Ways(3, 1), Ways(3, 2)),
        ("lane", Ways(0, 0), Ways(0, 0)),
    ]
