"""Reads a site's configuration file; every mistake comes with its line."""

import re
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.certificates import unserviceable
from config.filled import Filled
from config.fitting import unfit
from config.listener import Tls
from config.mistakes import line_of, of_values, told
from config.relations import Where, broken
from config.site import Site
from models.errors import ConfigError, Mistake

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


class _Reading(RoundTripConstructor):
    """Takes a day that there is not, as 2026-02-30, for text: who asked for a day then says so, with its line."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:  # noqa: ANN401 (ruamel's own)
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return node.value


_Reading.add_constructor("tag:yaml.org,2002:timestamp", _Reading.construct_yaml_timestamp)


def read_site(path: Path, of: Path | None = None, opens: Collection[str] | None = None) -> Site:
    """The site of a configuration file; relative names of files and folders count from the file's own folder.

    Args:
        path: The file.
        of: The file that `path` is a kept copy of, None for the file itself: mistakes and relative names are of this.
        opens: Ids of the cameras that the reader will open, None for all. What was in force goes on where the secret of
            another camera's address, or of the police, is gone: one lost password must not blind them all.

    Raises:
        ConfigError: the file cannot be read or has mistakes: all of them, with file, line and remedy.
    """
    return site_of(read_bytes(path), of or path, opens)


def data_folder_of(path: Path) -> Path:
    """The data folder that a file names, good or not: secrets may be known to the running site alone.

    Raises:
        ConfigError: it cannot be read, or is not YAML.
    """
    tree = _parse(read_bytes(path), path)
    named = tree.get("data")
    default: Path = Site.model_fields["data"].default
    try:
        return _beside(path, Path(named) if isinstance(named, str) else default)
    except RuntimeError:
        what = "begins with the name of a user whom this machine does not know; write /… in full"
    raise ConfigError(Mistake(path, line_of(tree, ("data",)), "data", what))


def line_in(data: bytes, path: Path, where: Where) -> int:
    """The line at which a key stands in a good configuration; that of what it stands in, where it is left out."""
    return line_of(_parse(data, path), where)


def read_bytes(path: Path) -> bytes:
    """What stands in a configuration file.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        what = "there is no such file; name yours with --config FILE"
    except IsADirectoryError:
        what = "is a folder; name the file in it"
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    raise ConfigError(Mistake(path, None, "", what))


def site_of(data: bytes, path: Path, opens: Collection[str] | None = None) -> Site:
    """The site that these bytes of the file `path` describe; `opens` as for `read_site`.

    Raises:
        ConfigError: they have mistakes.
    """
    tree = _parse(data, path)
    filled = Filled(path.resolve().parent, () if opens is None else _addresses_but(tree, opens) | _keys(tree))
    plain = filled.plain(tree)
    mistakes = list(filled.mistakes)
    unset = {where for where, _ in mistakes}
    site: Site | None = None
    try:
        site = Site.model_validate(plain)
    except ValidationError as error:
        mistakes += [(where, what) for where, what in of_values(error) if where not in unset]
        mistakes += broken(plain)
    else:
        site = _placed(site, path)
        if opens is None:  # who starts or checks a site; a process of one that runs says it when it opens the files
            mistakes += unfit(site)
            mistakes += unserviceable(site)
    if mistakes or site is None:
        raise ConfigError(*told(path, tree, mistakes))
    return site


def _addresses_but(tree: CommentedMap, opens: Collection[str]) -> frozenset[Where]:
    """Where the addresses of the other cameras stand."""
    cameras = tree.get("cameras")
    parts = cameras if isinstance(cameras, CommentedSeq) else ()
    others = [n for n, camera in enumerate(parts) if isinstance(camera, CommentedMap) and camera.get("id") not in opens]
    return frozenset(("cameras", n, key) for n in others for key in ("url", "main"))


def _keys(tree: CommentedMap) -> frozenset[Where]:
    """Where the keys of the police stand: without one nothing is pushed there, and everything else goes on."""
    police = tree.get("police")
    targets = police.get("targets") if isinstance(police, CommentedMap) else None
    count = len(targets) if isinstance(targets, CommentedSeq) else 0
    return frozenset(("police", "targets", n, key) for n in range(count) for key in ("key", "receipt_key"))


def _placed(site: Site, path: Path) -> Site:
    """The site with its files and folders where they are; relative names count from the file's own folder."""
    where: dict[str, object] = {"data": _beside(path, site.data)}
    own = {
        key: model.model_copy(update={"path": _beside(path, model.path)})
        for key, model in site.detector.own.items()
        if model.path
    }
    where["detector"] = site.detector.model_copy(update=own)
    for section, listener in site.listeners.items():
        if files := listener.tls.files:
            certificate, key = (_beside(path, file) for file in files)
            where[section] = listener.model_copy(update={"tls": Tls(certificate=certificate, key=key)})
    return site.model_copy(update=where)


def _beside(path: Path, folder: Path) -> Path:
    return path.resolve().parent / folder.expanduser()


def _parse(data: bytes, path: Path) -> CommentedMap:
    return parsed(data, path, "write a site, `kanmen demo` shows one", "id: …")


def parsed(data: bytes, path: Path, remedy: str, begin: str) -> CommentedMap:
    """The keys and values of a YAML file, each with its line.

    Args:
        data: What stands in it.
        path: Its name.
        remedy: What to do where it is empty.
        begin: How it begins, for whoever wrote a list or a word.

    Raises:
        ConfigError: it is not YAML, or not keys and values; never repeats what stands there.
    """
    text = _text(data, path)
    try:
        yaml = YAML(typ="rt")
        yaml.Constructor = _Reading
        tree = yaml.load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = next((say for sign, say in _YAML_SAYS if re.search(sign, str(error.problem))), "")
        what = _not_yaml(error) + (said or "check quotes, colons and indentation")
        line = _quoted_from(error, line)
    except YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        what = "not YAML: a character that no text may hold; remove it"
    except TypeError:  # a map that holds a list, before a second key
        line, what = 1, "a key is a list or a map; keys are words: remove the ? before it, or put it in quotes"
    except (ValueError, IndexError, RecursionError):  # IndexError: a number without a digit
        line, what = 1, "not YAML: a value that does not fit its !!tag, or too many brackets"
    else:
        if isinstance(tree, CommentedMap):
            return tree
        line = 1
        what = (
            f"the file is empty; {remedy}"
            if tree is None
            else f"must be keys and values; begin with `{begin}`, not with a list or a word"
        )
    # Raised here, not in the handlers: the parser's own words may repeat a secret.
    raise ConfigError(Mistake(path, line, "", what))


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    raise ConfigError(Mistake(path, line, "", "not UTF-8; save the file as UTF-8 (not GBK or GB18030)"))


def _not_yaml(error: MarkedYAMLError) -> str:
    return "" if isinstance(error, DuplicateKeyError) else "not YAML: "


def _quoted_from(error: MarkedYAMLError, line: int) -> int:
    """Where an unclosed quote or bracket was opened; the parser itself stops at the end of the file."""
    opened = error.context_mark
    return opened.line + 1 if opened and "end of stream" in str(error.problem) else line
