"""The pairs that are found are the best there are, taken together."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.assignment import assign


def _best(gain: np.ndarray) -> float:
    """By trying everything: rows may stay alone, which an added column of nothing stands for."""
    n, m = gain.shape
    wide = np.concatenate((np.maximum(gain, 0.0), np.zeros((n, n))), axis=1)
    return max((sum(wide[i, j] for i, j in enumerate(p)) for p in permutations(range(n + m), n)), default=0.0)


_SIZES = st.tuples(st.integers(0, 4), st.integers(0, 4))
_GAINS = _SIZES.flatmap(
    lambda size: st.lists(
        st.floats(-1, 1, width=16) | st.sampled_from([0.0, -0.5, 0.5]),
        min_size=size[0] * size[1],
        max_size=size[0] * size[1],
    ).map(lambda values: np.array(values, np.float64).reshape(size))
)


@given(_GAINS)
@settings(max_examples=200)
def test_no_other_pairing_gains_more(gain: np.ndarray) -> None:
    pairs = assign(gain)

    assert sum(gain[i, j] for i, j in pairs) == pytest.approx(_best(gain))


@given(_GAINS)
def test_nobody_stands_in_two_pairs_and_no_pair_is_worth_nothing(gain: np.ndarray) -> None:
    pairs = assign(gain)

    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(gain[i, j] > 0 for i, j in pairs)
    assert pairs == sorted(pairs)


def test_a_greedy_choice_would_be_wrong_here() -> None:
    gain = np.array([[0.9, 0.8], [0.8, 0.1]])

    assert assign(gain) == [(0, 1), (1, 0)]
