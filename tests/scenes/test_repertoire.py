"""Every script of what happens has something happen in it; a seed's script is the same at every call."""

import pytest

from scenes.repertoire import HAPPENS, scripts

_SCRIPTS = 40
"""Among them each kind ten times at least."""


@pytest.mark.parametrize("code", HAPPENS)
def test_in_every_script_of_what_happens_something_does(code: str) -> None:
    made = list(scripts(HAPPENS[code], code, _SCRIPTS))

    assert [one.name for one in made if not one.breaches and not any(map(sum, (one.counts or {}).values()))] == []
    assert made[-1] == list(scripts(HAPPENS[code], code, _SCRIPTS))[-1]


@pytest.mark.parametrize("code", ["LOITER", "WRONGWAY"])
def test_what_happens_does_so_for_two_looks_at_least(code: str) -> None:
    """What is hardly met, two measures of the same way may see differently."""
    breaches = [(one.name, breach) for one in scripts(HAPPENS[code], code, _SCRIPTS) for breach in one.breaches]

    assert [name for name, breach in breaches if breach.ended_s - breach.met_s < 0.7] == []
