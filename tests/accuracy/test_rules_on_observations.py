"""Every rule tells what happens, once and soon, and nothing else: scripts through tracker and rules, with noise."""

from pathlib import Path
from typing import Any

import pytest
from acted import acted
from figures import Figures, outcomes

from config.rules import PLACE_KEYS
from scenes.repertoire import ALIKE, FULL, HAPPENS, LIMITS, scripts

_WAY = "observations"


def _figures(code: str, kept: Path | None) -> Figures:
    """A fixed part, or where they are kept, all."""
    events, each, full = (10, 1, 1) if kept is None else (60, 5, 3)
    happens, alike, in_full = HAPPENS[code], ALIKE[code], FULL.get(code, {})
    told = list(outcomes(scripts(happens, code, events), acted, kept, _WAY))
    told += outcomes(
        scripts(in_full, code, full * len(in_full) if kept else min(full, len(in_full))), acted, kept, _WAY
    )
    return Figures(code, told, list(outcomes(scripts(alike, code, each * len(alike)), acted, kept, _WAY)))


@pytest.mark.parametrize("code", HAPPENS)
def test_a_rule_tells_what_happens_and_nothing_else(code: str, gates: dict[str, Any], kept: Path | None) -> None:
    figures = _figures(code, kept)
    figures.tell()

    assert figures.below(gates["rules"][_WAY][code]) == []


@pytest.mark.parametrize("code", LIMITS)
def test_a_rule_tells_what_is_at_the_limit_where_it_is_found(
    code: str, gates: dict[str, Any], kept: Path | None
) -> None:
    told = list(outcomes(scripts(LIMITS[code], code, 10 if kept is None else 30), acted, kept, _WAY))
    figures = Figures(code, told, [])
    figures.tell()

    assert figures.below(gates["limits"][_WAY][code]) == []


def test_boxes_that_tremble_flicker_headlights_rain_shadow_and_insects_alert_nobody(kept: Path | None) -> None:
    nuisances = ALIKE["ALL"]
    done = list(outcomes(scripts(nuisances, "ALL", (1 if kept is None else 5) * len(nuisances)), acted, kept, _WAY))

    assert [what for outcome in done for what in outcome.wrong] == []


def test_every_rule_has_its_scripts_and_three_look_alikes() -> None:
    assert PLACE_KEYS.keys() - HAPPENS.keys() == {"FIRE", "FIGHT"}  # what a model of the site's own sees
    assert all(len(ALIKE[code]) >= 3 for code in HAPPENS)
    assert all({rule["rule"] for rule in script.rules} == HAPPENS.keys() for script in scripts(ALIKE["ALL"], "ALL", 3))
