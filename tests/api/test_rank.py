"""Who is sent: on duty, near, and not busy; for every roster."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from api.rank import Candidate, rank

GRIDS = ("G1", "G2", "G3", "G4")
BESIDE = {"G1": ("G2",), "G3": ("G1",)}
candidates = st.lists(
    st.builds(
        Candidate,
        id=st.text("abcdef", min_size=1, max_size=3),
        grids=st.lists(st.sampled_from(GRIDS), max_size=2).map(tuple),
        on_duty=st.booleans(),
        open_tasks=st.integers(0, 5),
    ),
    unique_by=lambda c: c.id,
    max_size=8,
)


def place(candidate: Candidate) -> int:
    return 0 if "G1" in candidate.grids else 1 if {"G2", "G3"} & set(candidate.grids) else 2


@given(candidates, st.randoms(use_true_random=False))
def test_everybody_on_duty_is_ranked_once_whatever_the_order_of_the_roster(
    people: list[Candidate], random: Random
) -> None:
    ranked = rank(people, "G1", BESIDE)
    shuffled = people.copy()
    random.shuffle(shuffled)

    assert {r.candidate.id for r in ranked} == {p.id for p in people if p.on_duty}
    assert rank(shuffled, "G1", BESIDE) == ranked


@given(candidates)
def test_nearer_comes_before_less_busy(people: list[Candidate]) -> None:
    ranked = [r.candidate for r in rank(people, "G1", BESIDE)]

    assert [(place(c), c.open_tasks) for c in ranked] == sorted((place(c), c.open_tasks) for c in ranked)


def test_the_reasons_are_told_in_both_languages() -> None:
    busy = Candidate("a", ("G3",), on_duty=True, open_tasks=2)
    busier = Candidate("b", ("G2",), on_duty=True, open_tasks=3)
    free = Candidate("c", (), on_duty=True, open_tasks=0)
    ranked = rank([busier, free, busy], "G1", BESIDE)

    assert [[w.key for w in r.why] for r in ranked] == [
        ["on_duty", "adjacent_grid", "fewest_tasks"],
        ["on_duty", "adjacent_grid"],
        ["on_duty", "other_grid", "no_open_tasks"],
    ]
    assert all(w.zh and w.en for r in ranked for w in r.why)


def test_nobody_on_duty_is_nobody_ranked() -> None:
    assert rank([Candidate("a", ("G1",), on_duty=False, open_tasks=0)], "G1", {}) == []
