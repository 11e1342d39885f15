"""Says what is wrong with a configuration in one line per mistake, with its line in the file and what to do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.relations import Where
from config.rules import PLACE_KEYS
from models.errors import Mistake

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A key that may be repeated in a message; anything else could be an address with a password, written as a key."""

_SAYS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "extra_forbidden": lambda _: "unknown key; remove it or mend its spelling",
    "invalid_key": lambda _: "keys are words; remove it or put it in quotes",
    "missing": lambda _: "this key is missing; add it",
    "string_type": lambda _: "must be text; put it in quotes",
    "path_type": lambda _: "must be the name of a folder, or of a file in one",
    "string_too_short": lambda _: "is empty; write something",
    "string_too_long": lambda ctx: f"is too long; at most {ctx['max_length']} characters",
    "model_type": lambda _: "must be keys and values, indented below this line",
    "model_attributes_type": lambda _: "must be keys and values, indented below this line",
    "tuple_type": lambda _: "must be a list; write [ … ], or a line beginning with - for each",
    "too_short": lambda ctx: f"has {ctx['actual_length']}, needs at least {ctx['min_length']}",
    "too_long": lambda ctx: f"has more than {ctx['max_length']}; remove some",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "date_type": lambda _: "must be a day, as 2026-12-31",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "literal_error": lambda ctx: f"must be {ctx['expected']}",
    "greater_than": lambda ctx: f"must be more than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']:g}",
    "less_than": lambda ctx: f"must be less than {ctx['lt']:g}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']:g}",
    "union_tag_invalid": lambda ctx: (
        f"is no rule of this version; write {' or '.join(ctx['expected_tags'].split(', '))}"
    ),
    "union_tag_not_found": lambda _: f"does not say which rule it is; add rule: {' or rule: '.join(PLACE_KEYS)}",
}
"""What to say for each kind of mistake that pydantic names; never the value that was written, it may be secret."""


def of_values(error: ValidationError) -> Iterator[tuple[Where, str]]:
    """(where, what to do) for each value that is wrong by itself."""
    mistakes = error.errors(include_url=False, include_input=False)
    places = [_without_tag(mistake["loc"]) for mistake in mistakes]
    for mistake, where in zip(mistakes, places, strict=True):
        if not where:
            continue  # a relation between parts: config.relations says it with its line
        if mistake["type"] == "too_short" and any(len(p) > len(where) and p[: len(where)] == where for p in places):
            continue  # pydantic counts only the good ones; the bad one below is told
        yield _pointed(mistake, where), _said(mistake, where)


def _said(mistake: ErrorDetails, where: Where) -> str:
    kind = mistake["type"]
    if kind in ("missing", "too_long") and _is_point(where[:-1] if kind == "missing" else where):
        return "must be two numbers, [x, y]"
    say = _SAYS.get(kind)
    return say(mistake.get("ctx", {})) if say else mistake["msg"].removeprefix("Value error, ")


def _pointed(mistake: ErrorDetails, where: Where) -> Where:
    if mistake["type"] == "union_tag_invalid":
        return (*where, "rule")
    return where[:-1] if mistake["type"] == "missing" and _is_point(where[:-1]) else where


def _is_point(where: Where) -> bool:
    return bool(where) and (
        where[-1] in ("start", "end", "position") or where[-2:-1] == ("points",) or where[-3:-2] == ("masks",)
    )


def _without_tag(where: Where) -> Where:
    """Pydantic puts the kind of a rule after its position: cameras, 0, rules, 1, LINE, level."""
    for index in range(2, len(where)):
        if where[index - 2] == "rules" and isinstance(where[index - 1], int) and where[index] in PLACE_KEYS:
            return (*where[:index], *where[index + 1 :])
    return where


def told(path: Path, tree: CommentedMap, mistakes: list[tuple[Where, str]]) -> list[Mistake]:
    """The mistakes in the order of the file, each once."""
    lines = sorted({(line_of(tree, where), shown(where), what) for where, what in mistakes})
    return [Mistake(path, line, where, what) for line, where, what in lines]


def shown(where: Where) -> str:
    """The path as people read it, e.g. `cameras.0.zones.1.points`."""
    return ".".join(
        p if isinstance(p, str) and _PLAIN_KEY.fullmatch(p) else str(p) if isinstance(p, int) else "…" for p in where
    )


def line_of(tree: Any, where: Where) -> int:  # noqa: ANN401 (a YAML tree)
    """The line (from 1) of the deepest part of the path that stands in the file."""
    line, node = 1, tree
    for part in where:
        places = node.lc.data if isinstance(node, CommentedMap | CommentedSeq) else None
        if places and part in places:
            line = places[part][0] + 1
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return line
    return line
