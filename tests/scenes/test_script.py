"""Scripts are the same for ever, and their noise hides and invents what it should."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from scenes.noise import Noise, observed
from scenes.repertoire import ALIKE, HAPPENS, scripts
from scenes.script import SHAPES
from scenes.sights import sights

_EXACT = Noise(jitter=0, missed=0, lost_hz=0, confused=0, false_hz=0, ghost_hz=0)


@pytest.mark.parametrize("code", HAPPENS)
def test_the_same_seed_is_the_same_scene_and_another_is_another(code: str) -> None:
    kind, maker = next(iter(HAPPENS[code].items()))
    same = [maker(Random(f"{code}/{kind}/0"), f"{code}/{kind}/0") for _ in range(2)]
    other = maker(Random(f"{code}/{kind}/1"), f"{code}/{kind}/1")

    assert same[0] == same[1]
    assert same[0].roles != other.roles
    boxes = [np.concatenate([found.xyxy for found in observed(script)]) for script in same]
    assert np.array_equal(boxes[0], boxes[1])


def test_what_looks_like_it_has_no_breach_but_what_happens_has() -> None:
    alike = [script for code in ALIKE for script in scripts(ALIKE[code], code, 8)]
    counted_only = {"NIGHT"}

    assert all(not script.breaches for script in alike)
    for code in HAPPENS.keys() - counted_only:
        events = [breach for script in scripts(HAPPENS[code], code, 30) for breach in script.breaches]
        assert len(events) >= 28, code


def test_without_noise_every_thing_that_is_not_hidden_is_found_where_it_is() -> None:
    script = replace(next(iter(scripts(HAPPENS["CONGEST"], "CONGEST", 1))), troubles=())
    for seen, found in zip(sights(script), observed(script, _EXACT), strict=True):
        plain = [sight for sight in seen if sight.hidden == 0]

        assert len(found) <= len(seen)
        for sight in plain:
            near = np.abs(found.xyxy - np.array(sight.box, np.float32)).max(axis=1) < 1e-5
            assert found.label[near].tolist() == [sight.label]


def test_a_pillar_hides_and_is_never_found() -> None:
    script = next(s for s in scripts(HAPPENS["LOITER"], "LOITER", 3) if "hidden" in s.name)
    hidden = [sight.hidden for seen in sights(script) for sight in seen if sight.role == 0]

    assert SHAPES["pillar"].label is None
    assert max(hidden) > 0.9
    assert min(hidden) == 0
