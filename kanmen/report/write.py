"""Writes the page of a replay: styles, scripts, data and pictures in one HTML file, which asks for nothing else."""

import hashlib
import json
import re
from base64 import b64encode
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from kanmen.whole_files import part_of
from models.errors import FootageError

_OWN: Final = files("kanmen.report") / "page"
_WALL: Final = files("api") / "wall"

_STYLES: Final = (
    _WALL / "ground.css",
    _OWN / "timeline.css",
    _OWN / "pictures.css",
    _OWN / "figures.css",
    _OWN / "report.css",
)
_STRINGS: Final = {"en": _OWN / "strings.en.js", "zh": _OWN / "strings.zh.js"}
_PARTS: Final = (
    _WALL / "text.js",
    _WALL / "element.js",
    _WALL / "level.js",
    _OWN / "run.js",
    _OWN / "player.js",
    _OWN / "timeline.js",
    _OWN / "cards.js",
    _OWN / "tables.js",
)
"""In this order: each uses only what stands before it; the kind of page comes last."""

Kind = Literal["main", "difference"]
"""The page of a replay, or of two results side by side."""

_IMPORT: Final = re.compile(r"^import\b[^;]*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?!default)", re.MULTILINE)

_PAGE: Final = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src '{style_hash}'; \
script-src '{script_hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kanmen 看门 · 回放报告 Replay</title>
<style>{style}</style>
</head>
<body>
<script type="application/json" id="told">{told}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def page(told: dict[str, Any], kind: Kind = "main") -> str:
    """The page, as HTML; no name that comes from a file can end its place in it or be run."""
    style = "\n".join(sheet.read_text(encoding="utf-8") for sheet in _STYLES)
    script = _bundle(kind)
    return _PAGE.format(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        told=_inert(json.dumps(told, separators=(",", ":"), allow_nan=False)),
    )


def writable(path: Path) -> None:
    """See before the work whether a page may be written there.

    Raises:
        FootageError: there is no such folder.
    """
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise FootageError(f"--html {path}: cannot be written: name a file in a folder that is there")


def write_page(path: Path, told: dict[str, Any], kind: Kind = "main") -> None:
    """Write the page; what was there before stays until it is whole.

    Raises:
        FootageError: it cannot be written.
    """
    part = part_of(path)
    try:
        part.write_text(page(told, kind), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FootageError(f"--html {path}: cannot be written: {error.strerror}") from error


def _bundle(kind: Kind) -> str:
    """One module of all: their imports name what stands before them, and a file has nobody to import from."""
    strings = [
        source.read_text(encoding="utf-8").replace("export default", f"const {name} =")
        for name, source in _STRINGS.items()
    ]
    scripts = [
        _EXPORT.sub("", _IMPORT.sub("", source.read_text(encoding="utf-8")))
        for source in (*_PARTS, _OWN / f"{kind}.js")
    ]
    return "\n".join([*strings, *scripts])


def _inert(text: str) -> str:
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
