"""The demo's configuration documents every key: what it means, and the true default of what may be left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.read import read_site
from config.site import Site

DEMO = Path(__file__).parents[2] / "scenes" / "demo.yaml"

Key = tuple[type[BaseModel], str]


@dataclass(frozen=True, slots=True)
class Documented:
    """What stands above a key where it first stands."""

    line: int
    comment: str


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The parts of a configuration that a value of this type may be or hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _reachable(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    seen.add(model)
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            if part not in seen:
                _reachable(part, seen)
    return seen


def _stand(node: Any, models: Sequence[type[BaseModel]]) -> Iterator[tuple[Key, int]]:
    """(part of the configuration and key, line from 0) of all keys in the file."""
    if isinstance(node, CommentedSeq):
        for item in node:
            yield from _stand(item, models)
    elif isinstance(node, CommentedMap) and models:
        model = next((m for m in models if _is_meant(m, node)), models[0])
        for key, value in node.items():
            if key in model.model_fields:
                yield (model, key), node.lc.data[key][0]
                yield from _stand(value, _models(model.model_fields[key].annotation))


def _is_meant(model: type[BaseModel], node: CommentedMap) -> bool:
    """Whether a rule's part of the file is of this model: its `rule` says so."""
    said = model.model_fields.get("rule")
    return said is not None and node.get("rule") in get_args(said.annotation)


def _above(lines: Sequence[str], line: int) -> str:
    """The comment that ends on the line above, as one text."""
    words: list[str] = []
    while line > 0 and lines[line - 1].strip().startswith("#"):
        line -= 1
        words.insert(0, lines[line].strip().removeprefix("#").strip())
    return " ".join(words)


def _documented(text: str) -> dict[Key, Documented]:
    lines = text.split("\n")
    first: dict[Key, Documented] = {}
    for key, line in _stand(YAML(typ="rt").load(text), [Site]):
        first.setdefault(key, Documented(line + 1, _above(lines, line)))
    return first


def _said_default(comment: str) -> str | None:
    found = re.search(r"Default: (.+)\.$", comment)
    return found[1] if found else None


def _plain(value: Any) -> Any:
    """A default as YAML would have it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _holds_parts(default: Any) -> bool:
    """Whether a key may be left out because all below it may: those say their own defaults."""
    return isinstance(default, BaseModel)


def _faults(text: str) -> list[str]:
    """What is not documented in a configuration, or not as it is."""
    documented = _documented(text)
    faults = []
    for model in sorted(_reachable(Site, set()), key=lambda m: m.__name__):
        for name, field in model.model_fields.items():
            where = f"{model.__name__}.{name}"
            found = documented.get((model, name))
            if found is None:
                faults.append(f"{where} does not stand in the file")
            elif not found.comment and not _is_language(model):
                faults.append(f"line {found.line}: {where} has no comment above it")
            else:
                faults += [f"line {found.line}: {where} {fault}" for fault in _default_faults(field, found.comment)]
    return faults


def _is_language(model: type[BaseModel]) -> bool:
    return model.__name__ == "Name"


def _default_faults(field: FieldInfo, comment: str) -> Iterator[str]:
    said = _said_default(comment)
    if field.is_required():
        if said is not None:
            yield "may not be left out, and its comment says a default"
        return
    default = field.get_default(call_default_factory=True)
    if _holds_parts(default):
        return
    if said is None:
        yield f"may be left out, and its comment does not end with `Default: {_plain(default)}.`"
    elif not _same(YAML(typ="safe").load(said), _plain(default)):
        yield f"says Default: {said}, and is {_plain(default)}"


def _same(said: Any, real: Any) -> bool:
    return type(said) is type(real) and said == real


@pytest.fixture(scope="module")
def text() -> str:
    return DEMO.read_text(encoding="utf-8")


def test_it_is_a_good_configuration(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{(\w+)\}", text):
        monkeypatch.setenv(name, "8554")

    site = read_site(DEMO)

    assert len(site.cameras) == 8
    assert all(camera.rules for camera in site.cameras)


def test_every_key_stands_in_it_with_a_comment_and_its_true_default(text: str) -> None:
    assert _faults(text) == []


CHANGES: Mapping[str, tuple[str, str, str]] = {
    "a key that is gone": (
        "  # Web processes. Default: 1.\n  workers: 1\n",
        "",
        "Wall.workers does not stand in the file",
    ),
    "a comment that is gone": ("  # Web processes. Default: 1.\n", "", "Wall.workers has no comment above it"),
    "another default": ("Default: 0.35.", "Default: 0.5.", "Detector.confidence says Default: 0.5, and is 0.35"),
    "a default of a rule": (
        "crossing so soon after the last one is counted into the same alert, seconds. Default: 30.0.",
        "x",
        "LineRule.cooldown_s may be left out",
    ),
    "a default that is not said": (" Default: Asia/Shanghai.", "", "Site.timezone may be left out"),
    "a default of a key that must be there": (
        "the number of every incident, e.g. DEMO-20261122-0007.",
        "the numbers. Default: DEMO.",
        "Site.prefix may not be left out",
    ),
}


@pytest.mark.parametrize(("before", "after", "says"), CHANGES.values(), ids=CHANGES)
def test_a_key_that_is_documented_wrongly_is_noticed(text: str, before: str, after: str, says: str) -> None:
    faults = _faults(text.replace(before, after, 1))

    assert len(faults) >= 1
    assert all(says in fault for fault in faults)
