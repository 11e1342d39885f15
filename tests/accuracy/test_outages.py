"""A camera that is out is told of once and in time; one that is soon back is not."""

from pathlib import Path
from typing import Any

from figures import Figures, outcomes
from outages import lost

from scenes.repertoire import scripts
from scenes.repertoire.outages import ALIKE, CODE, HAPPENS

_SEEDS = 60
"""Of what must be told, and of what must not."""


def test_a_camera_that_is_out_is_told_of_once_and_soon_and_one_that_is_soon_back_never(
    gates: dict[str, Any], kept: Path | None
) -> None:
    happened, alike = (
        list(outcomes(scripts(kinds, CODE, _SEEDS), lost, kept, "cameras")) for kinds in (HAPPENS, ALIKE)
    )
    figures = Figures(CODE, happened, alike)
    figures.tell()

    assert figures.below(gates["cameras"][CODE]) == []
