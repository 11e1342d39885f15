"""The demo's configuration is the one people copy: it is good, has every key there is, and a comment for each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.read import read_site
from config.rules import IntrudeRule, LineRule
from config.site import Site

DEMO = Path(__file__).parents[2] / "scenes" / "demo.yaml"

Path_ = tuple[str, ...]


def _keys(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, int]]:
    """(path without list positions, line from 0) of every key in the file."""
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            yield (*path, key), node.lc.data[key][0]
            yield from _keys(value, (*path, key))
    elif isinstance(node, CommentedSeq):
        for item in node:
            yield from _keys(item, path)


def _has_comment(lines: list[str], line: int) -> bool:
    beside = re.sub(r"'[^']*'|\"[^\"]*\"", "", lines[line])
    above = lines[line - 1].strip() if line else ""
    return " #" in beside or above.startswith("#")


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for part in _classes(field.annotation):
            yield from _models(part)


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _classes(part)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return DEMO.read_text(encoding="utf-8").split("\n")


def test_it_is_a_good_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{(\w+)\}", DEMO.read_text(encoding="utf-8")):
        monkeypatch.setenv(name, "8554")

    site = read_site(DEMO)

    assert len(site.cameras) == 8
    assert all(camera.rules for camera in site.cameras)


def test_every_key_has_a_comment_where_it_first_stands(lines: list[str]) -> None:
    first: dict[Path_, int] = {}
    for path, line in _keys(YAML(typ="rt").load("\n".join(lines))):
        first.setdefault(path, line)

    bare = [f"line {line + 1}: {'.'.join(path)}" for path, line in first.items() if not _has_comment(lines, line)]

    assert bare == []


def test_every_key_that_a_site_may_have_stands_in_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    fields = {name for model in {*_models(Site), IntrudeRule, LineRule} for name in model.model_fields}

    missing = sorted(name for name in fields if not re.search(rf"(^|[\s{{,#-]){name}:", text))

    assert missing == []
