"""Tracks follow marked people as well as the gates ask, and no worse than a public ByteTrack on the same detections."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marked import SURE, Score, footage_marked, found_in, ours, public, score

from detect.detector import Detector
from detect.tracker import LOW_SCORE

Table = dict[str, dict[str, Score]]
"""By footage (name and pictures a second): whose tracks, and their score."""


@pytest.fixture(scope="module")
def tracked(
    weights: tuple[str, Path],
    exact: Callable[[float], AbstractContextManager[Detector]],
    footage: Path,
    kept: Path | None,
    tmp_path_factory: Any,
) -> tuple[str, Table]:
    """Name of the weights, and all scores."""
    folder = tmp_path_factory.mktemp("tracking")
    name, _ = weights
    table: Table = {}
    with exact(LOW_SCORE) as detector:
        marked = footage_marked(footage)
        if kept:
            marked += [one for one in footage_marked(footage, all_pictures=True) if not one.path.is_dir()]
        for one in marked:
            found = found_in(one, detector)
            alike = {"track_activation_threshold": SURE, "high_conf_det_threshold": SURE}
            followed = {"kanmen": ours(one), "public": public(one, **alike), "as it comes": public(one)}
            rate = f"{one.name} at {one.fps / one.every:g}/s"
            table[rate] = {whose: score(one, found, follow, folder) for whose, follow in followed.items()}
    if kept:
        told = {rate: {whose: asdict(one) for whose, one in row.items()} for rate, row in table.items()}
        (kept / f"tracking-{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return name, table


def test_tracks_are_as_good_as_the_gates_ask(tracked: tuple[str, Table], gates: dict[str, Any]) -> None:
    name, table = tracked
    asked = gates["tracking"][name]

    assert asked.keys() <= table.keys()
    assert list(_missed(asked, table)) == []


def test_tracks_are_no_worse_than_those_of_a_public_bytetrack(tracked: tuple[str, Table]) -> None:
    """Begun at the same confidence, over all footage together: one clip is a few people."""
    _, table = tracked
    kanmen, peer = (_mean([row[whose] for row in table.values()]) for whose in ("kanmen", "public"))

    assert kanmen["hota"] >= peer["hota"]
    assert kanmen["idf1"] >= peer["idf1"]
    assert kanmen["mota"] >= peer["mota"]


def _missed(asked: dict[str, dict[str, float]], table: Table) -> Iterator[str]:
    for rate, figures in asked.items():
        reached = asdict(table[rate]["kanmen"])
        for figure, least in figures.items():
            if reached[figure] < least:
                yield f"{rate}: {figure} {reached[figure]:.3f}, asked {least}"


def _mean(scores: list[Score]) -> dict[str, float]:
    return {name: float(np.mean([asdict(one)[name] for one in scores])) for name in ("hota", "idf1", "mota")}
