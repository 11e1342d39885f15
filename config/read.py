"""Reads a site's configuration file; every mistake comes with its line."""

import os
import re
from io import StringIO
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.site import Site
from models.errors import ConfigError

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_site(path: Path) -> Site:
    """The site of a configuration file; a relative `data` folder counts from the file's own.

    Raises:
        ConfigError: the file cannot be read or has mistakes: all of them, with file, line and remedy.
    """
    tree = _parse(path)
    missing: list[str] = []
    plain = _resolved(tree, path, missing, 1)
    if missing:
        raise ConfigError("\n".join(missing))
    try:
        site = Site.model_validate(plain)
    except ValidationError as error:
        raise ConfigError("\n".join(_told(path, tree, error))) from None
    data = site.data if site.data.is_absolute() else path.resolve().parent / site.data
    return site.model_copy(update={"data": data})


def _parse(path: Path) -> CommentedMap:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; `kanmen demo` writes one to start from") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    try:
        tree = YAML(typ="rt").load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not YAML: {error.problem}; mend this line or the one above") from None
    except YAMLError as error:
        raise ConfigError(f"{path}:1: not YAML: {error}") from None
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{path}:1: must be keys and values, `id: …` on the first line")
    return tree


def _resolved(node: Any, path: Path, missing: list[str], line: int) -> Any:  # noqa: ANN401 (a YAML tree)
    """Plain data with ${NAME} replaced from the environment; names that are not set are collected."""
    if isinstance(node, CommentedMap):
        return {k: _resolved(v, path, missing, node.lc.key(k)[0] + 1) for k, v in node.items()}
    if isinstance(node, CommentedSeq):
        return [_resolved(v, path, missing, node.lc.item(i)[0] + 1) for i, v in enumerate(node)]
    if not isinstance(node, str):
        return node

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            missing.append(f"{path}:{line}: ${{{match[1]}}} is not set; export {match[1]} before you start")
        return os.environ.get(match[1], "")

    return _VARIABLE.sub(value, node)


def _told(path: Path, tree: CommentedMap, error: ValidationError) -> list[str]:
    """One line per mistake, in the order of the file; the offending value is never repeated (it may be secret)."""
    told = []
    for mistake in error.errors(include_url=False, include_input=False, include_context=False):
        where = [part for part in mistake["loc"] if part not in ("INTRUDE", "LINE")]
        message = mistake["msg"].removeprefix("Value error, ")
        if mistake["type"] == "extra_forbidden":
            message = "unknown key; remove it or mend its spelling"
        elif mistake["type"] == "missing":
            message = "this key is missing; add it"
        told.append((_line(tree, where), ".".join(str(part) for part in where) or "the file", message))
    return [f"{path}:{line}: {where}: {message}" for line, where, message in sorted(told)]


def _line(tree: Any, where: list[str | int]) -> int:  # noqa: ANN401 (a YAML tree)
    """The line (from 1) of the deepest part of the path that stands in the file."""
    line, node = 1, tree
    for part in where:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            return line
        node = node[part]
    return line
