"""Detectors find people, two-wheelers and vehicles in marked stills as well as the gates ask."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from detect.detector import Detector
from detect.stills import LOW, appraise, read_stills

_SURE = 0.35
"""A site's default confidence."""


def test_as_many_are_found_as_the_gates_ask(
    weights: tuple[str, Path],
    exact: Callable[[float], AbstractContextManager[Detector]],
    footage: Path,
    kept: Path | None,
    gates: dict[str, Any],
) -> None:
    name, _ = weights
    with exact(LOW) as detector:
        found = appraise(detector, read_stills(footage / "tinycoco"), _SURE)
    if kept:
        (kept / f"detection-{name}.json").write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
    asked = gates["detection"][name]
    reached: dict[str, float] = {one.key: one.ap or 0.0 for one in found.precision}
    reached["people_found"] = sum(one.found for one in found.recall) / sum(one.people for one in found.recall)

    assert {key: reached[key] for key, least in asked.items() if reached[key] < least} == {}
