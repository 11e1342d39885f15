"""Reads a site's configuration file; every mistake comes with its line."""

import os
import re
from io import StringIO
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.mistakes import of_values, told
from config.relations import Where, broken
from config.site import Site
from models.errors import ConfigError

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

_YAML_SAYS: Final = (
    (r"'\\t' that cannot start", "a tab; indent with blanks"),
    (r"duplicate key", "this key stands twice; remove one"),
    (r"undefined alias", "* begins the name of an alias that is not defined; put the value in quotes"),
    (r"cannot start any token", "a value cannot begin with this character; put the value in quotes"),
    (
        r"mapping values are not allowed",
        "a colon where none may stand; mend the indentation or put the value in quotes",
    ),
    (r"end of stream", "a quote or a bracket is opened and never closed"),
    (r"another document", "a second document begins here; keep one, without ---"),
    (r"expected ',' or", "a list or a map in brackets is not closed, or a comma is missing"),
    (r"block end", "the indentation does not fit the lines above"),
    (r"could not find expected ':'", "a key without its colon"),
)
"""What the parser says, and what a person has to do; its own words may repeat the value, so they are never shown."""


def read_site(path: Path) -> Site:
    """The site of a configuration file; a relative `data` folder counts from the file's own.

    Raises:
        ConfigError: the file cannot be read or has mistakes: all of them, with file, line and remedy.
    """
    tree = _parse(path)
    mistakes: list[tuple[Where, str]] = []
    plain = _resolved(tree, mistakes, ())
    unset = {where for where, _ in mistakes}
    site: Site | None = None
    try:
        site = Site.model_validate(plain)
    except ValidationError as error:
        mistakes += [(where, what) for where, what in of_values(error) if where not in unset]
        mistakes += broken(plain)
    if mistakes or site is None:
        raise ConfigError(told(path, tree, mistakes))
    data = site.data.expanduser()
    return site.model_copy(update={"data": data if data.is_absolute() else path.resolve().parent / data})


def _parse(path: Path) -> CommentedMap:
    text = _text(path)
    try:
        tree = YAML(typ="rt").load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = next((say for sign, say in _YAML_SAYS if re.search(sign, str(error.problem))), "")
        what = said or "check quotes, colons and indentation"
        raise ConfigError(f"{path}:{_quoted_from(error, line)}: {_not_yaml(error)}{what}") from None
    except YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise ConfigError(f"{path}:{line}: not YAML: a character that no text may hold; remove it") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}:1: not YAML: a value that does not fit its !!tag, or too many brackets") from None
    if tree is None:
        raise ConfigError(f"{path}:1: the file is empty; write a site, `kanmen demo` shows one")
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{path}:1: must be keys and values; begin with `id: …`, not with a list or a word")
    return tree


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; name yours with --config FILE") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the file in it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8; save the file as UTF-8 (not GBK or GB18030)") from None


def _not_yaml(error: MarkedYAMLError) -> str:
    return "" if isinstance(error, DuplicateKeyError) else "not YAML: "


def _quoted_from(error: MarkedYAMLError, line: int) -> int:
    """Where an unclosed quote or bracket was opened; the parser itself stops at the end of the file."""
    opened = error.context_mark
    return opened.line + 1 if opened and "end of stream" in str(error.problem) else line


def _resolved(node: Any, mistakes: list[tuple[Where, str]], where: Where) -> Any:  # noqa: ANN401 (a YAML tree)
    """Plain data with ${NAME} replaced from the environment; what cannot be replaced is added to the mistakes."""
    if isinstance(node, CommentedMap):
        return {k: _resolved(v, mistakes, (*where, k)) for k, v in node.items()}
    if isinstance(node, CommentedSeq):
        return [_resolved(v, mistakes, (*where, i)) for i, v in enumerate(node)]
    if not isinstance(node, str):
        return node

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            mistakes.append((where, f"${{{match[1]}}} is not set; export {match[1]} before you start"))
        return os.environ.get(match[1], "")

    if "${" in _VARIABLE.sub("", node):
        mistakes.append((where, "${ without a name and }; write ${NAME}, in a password write $ as %24"))
    return _VARIABLE.sub(value, node)
