"""Every rule tells what happens in footage: scripts filmed, through decoder, detector, tracker and rules."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from acted import Outcome
from cutouts import actors
from figures import Figures, outcomes
from filmed import filmed

from detect.tracker import LOW_SCORE
from kanmen.assets import fetch
from kanmen.weights import open_detector
from models.codes import CODES
from scenes.repertoire import ALIKE, HAPPENS, LIMITS, Maker, scripts
from scenes.script import Script

_SOON = ("INTRUDE", "LINE", "FIRELANE")
"""Who stays, who passes, what stands: what is run where nothing is kept, with the default, a scene of each."""
_DEFAULT = "yolo11n-int8"
_EVENTS, _SEEDS, _EACH = 30, 10, 2
"""So many of each rule at least, and so many look-alikes of each kind."""
_FEW = 6, 3, 1
"""The same with other weights than the default, and of rules that only suspect: enough to see whether they hold."""

Act = Callable[[Script], Outcome]

pytestmark = pytest.mark.timeout(0 if os.environ.get("KANMEN_ACCURACY") else 600)


@pytest.fixture(scope="module")
def act(
    weights: tuple[str, Path],
    kept: Path | None,
    footage: Path,
    demo_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Act]:
    """Films a script and replays it."""
    if kept is None and weights[0] != _DEFAULT:
        pytest.skip("long: make accuracy")
    folder = tmp_path_factory.mktemp("filmed")
    photo = fetch("street-photo", demo_cache, lambda *_: None)
    detector = open_detector(*weights, LOW_SCORE)
    yield partial(filmed, cast=actors(photo, footage), detector=detector, folder=folder, kept=kept)
    detector.close()


@pytest.mark.parametrize("code", HAPPENS)
def test_a_rule_tells_what_happens_in_footage(
    code: str, act: Act, weights: tuple[str, Path], gates: dict[str, Any], kept: Path | None
) -> None:
    way, _ = weights
    if kept is None and code not in _SOON:
        pytest.skip("long: make accuracy")
    happens, alike = HAPPENS[code], ALIKE[code]
    few = way != _DEFAULT or CODES[code].capability == "B"
    events, seeds, each = _FEW if few else (_EVENTS, _SEEDS, _EACH)
    told = _enough(happens, code, events, seeds) if kept else scripts(happens, code, 1)
    silent = scripts(alike, code, each * len(alike) if kept else 1)
    figures = Figures(code, list(outcomes(told, act, kept, way)), list(outcomes(silent, act, kept, way)))
    figures.tell()

    assert figures.below(gates["rules"][way][code]) == []


@pytest.mark.parametrize("code", LIMITS)
def test_what_is_at_the_limit_is_told_as_often_as_it_was(
    code: str, act: Act, weights: tuple[str, Path], gates: dict[str, Any], kept: Path | None
) -> None:
    way, _ = weights
    if kept is None or way != _DEFAULT:
        pytest.skip("long: make accuracy")
    figures = Figures(code, list(outcomes(scripts(LIMITS[code], code, 10), act, kept, way)), [])
    figures.tell()

    assert figures.below(gates["limits"][way][code]) == []


def test_what_disturbs_the_picture_alerts_nobody_in_footage(
    act: Act, weights: tuple[str, Path], gates: dict[str, Any], kept: Path | None
) -> None:
    way, _ = weights
    if kept is None:
        pytest.skip("long: make accuracy")
    nuisances = ALIKE["ALL"]
    done = list(outcomes(scripts(nuisances, "ALL", len(nuisances)), act, kept, way))

    wrong = [f"{outcome.name}: {what}" for outcome in done for what in outcome.wrong]
    assert len(wrong) <= gates["nuisances"][way], wrong


def _enough(makers: Mapping[str, Maker], code: str, events: int, seeds: int) -> Iterator[Script]:
    """Scripts of a rule until there are enough events and seeds."""
    so_far = 0
    for number, script in enumerate(scripts(makers, code, events * seeds)):
        if number >= seeds and so_far >= events:
            return
        yield script
        so_far += len(script.breaches) + sum(sum(ways) for ways in (script.counts or {}).values())
