"""What is put into a configuration from outside: ${NAME} from the environment, ${file:…} from a file."""

import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Any, Final

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.relations import Where

_PLACE: Final = re.compile(r"\$\{(?:file:(?P<file>[^{}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*))\}")

GONE: Final = "gone"
"""Stands where a secret was that nobody needs here."""

_LONGEST_BYTES: Final = 4096
"""A secret is a line; what is longer is another file than was meant, and is not read into memory."""


class Filled:
    """Fills the places of one file; what cannot be filled is a mistake, told without the value of any other.

    Args:
        folder: Where relative names of secret files count from.
        spared: What nobody needs: where it cannot be filled, no mistake is made of that.

    Attributes:
        mistakes: (where, what to do) for each place that could not be filled.
    """

    def __init__(self, folder: Path, spared: Container[Where] = ()) -> None:
        self.mistakes: list[tuple[Where, str]] = []
        self._folder, self._spared = folder, spared

    def plain(self, node: Any, where: Where = ()) -> Any:  # noqa: ANN401 (a YAML tree)
        """The tree as plain data, its places filled."""
        if isinstance(node, CommentedMap):
            return {key: self.plain(value, (*where, key)) for key, value in node.items()}
        if isinstance(node, CommentedSeq):
            return [self.plain(item, (*where, index)) for index, item in enumerate(node)]
        if not isinstance(node, str):
            return node
        if "${" in _PLACE.sub("", node):
            what = "${ without a name and }; write ${NAME} or ${file:/run/secrets/name}, in a password write $ as %24"
            self.mistakes.append((where, what))
        return _PLACE.sub(lambda place: self._value(place, where), node)

    def _value(self, place: re.Match[str], where: Where) -> str:
        name, file = place["name"], place["file"]
        if name is None:
            value, what = _secret(self._folder / file)
            what = what and f"${{file:{file}}}: {what}"
        else:
            value = os.environ.get(name)
            what = f"${{{name}}} is not set; export {name} before you start"
        if value is None and where in self._spared:
            return GONE
        if value is None:
            self.mistakes.append((where, what))
        return value or ""


def _secret(path: Path) -> tuple[str | None, str]:
    """The one line of a file, or None and why there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_BYTES + 1)
    except FileNotFoundError:
        return None, "there is no such file; write the secret into it"
    except IsADirectoryError:
        return None, "is a folder; name the file in it"
    except ValueError:
        return None, "is no name of a file"
    except OSError as error:
        return None, f"cannot be read ({error.strerror}); let the user of Kanmen read it"
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 1 or not lines[0] or len(data) > _LONGEST_BYTES:
        return None, "must hold one line, the secret alone"
    return lines[0], ""
