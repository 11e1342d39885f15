"""Figures of accuracy: outcomes of scripts added up, kept between runs, held against a gate and told as a table."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import grimp
from acted import Outcome

from scenes.script import Script

_ROOT = Path(__file__).parents[2]
_ROOMS = ("config", "detect", "ingest", "kanmen", "media", "models", "scenes")
_MEASURED = (
    "detect.health.rules",
    "detect.watch",
    "kanmen.replay_files",
    "kanmen.weights",
    "scenes.filming",
    "scenes.noise",
)
_MEASURED_ALL = ("detect.rules", "scenes.repertoire")
"""A figure is one of the code that it was measured with: of these, all that they import, and what acts scripts out."""

_SEEN = (
    "detect.ordered",
    "ingest.footage",
    "ingest.samples",
    "ingest.timeline",
    "kanmen.weights",
    "scenes.filming",
)
"""What is found in footage depends on these: not on tracker and rules."""

_FILMING = ("cutouts.json", "cutouts.py")
_ACTING = (*_FILMING, "acted.py", "filmed.py", "outages.py", "quiet_day.py", "sighted.py", "troubled.py")


@cache
def code_sha256() -> str:
    """Of all code that a figure may depend on."""
    return sha256_of(measured())


@cache
def filmed_sha256() -> str:
    """Of all code that the footage of a script may depend on; not of the scripts."""
    return sha256_of(_shown(("scenes.filming",)))


@cache
def seen_sha256() -> str:
    """Of all code that what is found in the footage of a script may depend on; not of the scripts."""
    return sha256_of(_shown(_SEEN))


def sha256_of(files: Iterable[Path]) -> str:
    """Of all of them together, in short."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def measured() -> list[Path]:
    """The files that a figure may depend on."""
    return _code(_MEASURED, _MEASURED_ALL, _ACTING)


def _shown(roots: Sequence[str]) -> list[Path]:
    """What footage depends on: a script and no configuration says what is to be seen."""
    return [path for path in _code(roots, (), _FILMING) if path.parent.name != "config"]


def _code(roots: Sequence[str], whole: Sequence[str], support: Sequence[str]) -> list[Path]:
    """The files of these modules and of whole packages, of all that they import, and of some beside this one."""
    graph = grimp.build_graph(*_ROOMS, cache_dir=None)
    named = {*roots, *whole}.union(*map(graph.find_descendants, whole))
    modules = named.union(*map(graph.find_upstream_modules, named))
    return sorted([*map(_file, modules), *(Path(__file__).with_name(name) for name in support)])


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def outcomes(
    scripts: Iterable[Script], act: Callable[[Script], Outcome], kept: Path | None, way: str
) -> Iterable[Outcome]:
    """What comes of each script; what is kept of the same code is not run again."""
    folder = None if kept is None else kept / way / code_sha256()
    for script in scripts:
        path = None if folder is None else folder / f"{script.name.replace('/', '-')}.json"
        if path is not None and path.is_file():
            yield Outcome(**json.loads(path.read_text(encoding="utf-8")))
            continue
        outcome = act(script)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = path.with_suffix(".part")
            whole.write_text(json.dumps(outcome.as_json(), ensure_ascii=False), encoding="utf-8")
            whole.replace(path)
        yield outcome


@dataclass(frozen=True)
class Figures:
    """Outcomes of one rule together: what happened, and what only looked like it."""

    code: str
    happened: Sequence[Outcome]
    alike: Sequence[Outcome]

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, of what happened."""
        found, missed, false = (sum(getattr(o, n) for o in self.happened) for n in ("found", "missed", "false"))
        return 2 * found / (2 * found + missed + false)

    @property
    def false_alerts(self) -> int:
        """On look-alikes."""
        return sum(o.false for o in self.alike)

    @property
    def after_s(self) -> list[float]:
        """How long after its rule was met each was told."""
        return sorted(after for o in self.happened for after in o.after_s)

    @property
    def wrong(self) -> list[str]:
        """What went wrong, in words."""
        return [f"{o.name}: {what}" for o in (*self.happened, *self.alike) for what in o.wrong]

    def row(self) -> str:
        """As a row of a table."""
        found, missed, false = (sum(getattr(o, n) for o in self.happened) for n in ("found", "missed", "false"))
        after = f"{median(self.after_s):.2f}, {self.after_s[-1]:.2f}" if self.after_s else "–"
        soon = f"{sum(o.soon for o in self.happened)} of {len(self.after_s)}" if self.after_s else "–"
        minutes, quiet = (sum(o.seconds for o in part) / 60 for part in (self.happened, self.alike))
        return (
            f"| {self.code} | {len(self.happened)} | {minutes:.0f} | {found + missed} | {found} | {missed} | {false} "
            f"| {self.f1:.3f} | {after} | {soon} | {quiet:.0f} | {self.false_alerts} |"
        )

    def tell(self) -> None:
        """To whoever runs the tests, in words."""
        sys.stdout.write("\n".join(("", HEAD, self.row(), *self.wrong, "")))

    def below(self, gate: dict[str, Any]) -> list[str]:
        """In what they fall below the gate; nothing where they hold."""
        told = []
        if self.f1 < gate["f1"]:
            told.append(f"F1 is {self.f1:.3f}, must be {gate['f1']}")
        if self.false_alerts > gate["false_alerts"]:
            told.append(f"{self.false_alerts} false alerts on look-alikes, may be {gate['false_alerts']}")
        if self.after_s and median(self.after_s) > gate["after_s"]:
            told.append(f"told {median(self.after_s):.2f} s after it was met, may be {gate['after_s']}")
        return told


HEAD = (
    "| code | scenes | min | events | found | missed | false | F1 | after: median, most s | within 2 samples "
    "| alike, min | false |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)
