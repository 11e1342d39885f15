"""A camera that is covered, turned, out of focus, frozen or dark is told of; light, weather and lorries are not."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from acted import Outcome
from figures import Figures, outcomes
from troubled import troubled

from kanmen.assets import fetch
from scenes.actors import cut_actors
from scenes.repertoire import scripts
from scenes.repertoire.cameras import ALIKE, HAPPENS
from scenes.script import Script

_WAY = "cameras"
_EVENTS = 30
"""Of each code; as many seeds."""
_SOON = ("CAM_BLIND", "CAM_MOVED")
"""What is told within seconds: run where nothing is kept."""

Act = Callable[[Script], Outcome]

pytestmark = pytest.mark.timeout(0 if os.environ.get("KANMEN_ACCURACY") else 600)


@pytest.fixture(scope="module")
def act(demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Act:
    """Films a script and looks at it."""
    cast = cut_actors(fetch("street-photo", demo_cache, lambda *_: None))
    return partial(troubled, cast=cast, folder=tmp_path_factory.mktemp("filmed"))


@pytest.mark.parametrize("code", HAPPENS)
def test_what_befalls_a_camera_is_told_once_and_soon(
    code: str, act: Act, gates: dict[str, Any], kept: Path | None
) -> None:
    if kept is None and code not in _SOON:
        pytest.skip("long: make accuracy")
    number = 1 if kept is None else _EVENTS
    figures = Figures(code, list(outcomes(scripts(HAPPENS[code], code, number), act, kept, _WAY)), [])
    figures.tell()

    assert figures.below(gates[_WAY][code]) == []


@pytest.mark.parametrize("kind", ALIKE)
def test_what_only_looks_like_a_trouble_is_told_to_nobody(kind: str, act: Act, kept: Path | None) -> None:
    if kept is None and kind != "lorry":
        pytest.skip("long: make accuracy")
    number = 1 if kept is None else 5
    done = list(outcomes(scripts({kind: ALIKE[kind]}, "CAMERA", number), act, kept, _WAY))

    assert [f"{outcome.name}: {what}" for outcome in done for what in outcome.wrong] == []
