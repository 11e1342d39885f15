"""What a change of rules, weights or version changes: alerts gained and lost between two results of a replay."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, FiniteFloat, ValidationError

from models.errors import FootageError
from models.matching import matched
from models.score import TOLERANCE_S

_REMEDY: Final = "name what `kanmen replay --json` or `kanmen rerun --json` wrote"


class Result(BaseModel):
    """What is compared of an alert in a result; other keys are passed on as they are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    code: str
    camera: str
    zone: str
    level: int
    count: int
    began_s: FiniteFloat

    @property
    def rule(self) -> tuple[str, str, str]:
        """Camera, code and place: which rule of which camera spoke."""
        return self.camera, self.code, self.zone


class Results(BaseModel):
    """What is compared of a result.

    Attributes:
        alerts: All of them.
        began: The first instant of the footage.
        seconds: Of footage.
        frames: Analysed.
    """

    model_config = ConfigDict(frozen=True)

    alerts: tuple[Result, ...]
    began: AwareDatetime | None = None
    seconds: FiniteFloat = 0.0
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Two results side by side, each list in the order of time.

    Attributes:
        kept: Old and new of each alert that is in both.
        gained: Those that are new.
        lost: Those that are no more.
    """

    kept: tuple[tuple[Result, Result], ...]
    gained: tuple[Result, ...]
    lost: tuple[Result, ...]

    @property
    def changed(self) -> tuple[tuple[Result, Result], ...]:
        """Those of `kept` that have another level or count."""
        return tuple((old, new) for old, new in self.kept if (old.level, old.count) != (new.level, new.count))


def difference(old: Sequence[Result], new: Sequence[Result], tolerance_s: float = TOLERANCE_S) -> Difference:
    """What is gained and lost: an alert is kept if it has the same id, or one of the same rule begins about then.

    Args:
        old: Alerts of the footage, as they were.
        new: Those of the same footage, as they are.
        tolerance_s: So far apart two alerts without the same id may begin; each is kept as one alert only.
    """
    before, after = (sorted(alerts, key=lambda alert: (alert.began_s, alert.id)) for alerts in (old, new))
    ids = {alert.id: number for number, alert in enumerate(before)}
    by_id = {number: ids[alert.id] for number, alert in enumerate(after) if alert.id in ids}
    free = [n for n in range(len(before)) if n not in set(by_id.values())]
    askers = [n for n in range(len(after)) if n not in by_id]

    def about_then(alert: Result) -> list[int]:
        near = [(abs(before[n].began_s - alert.began_s), n) for n in free if before[n].rule == alert.rule]
        return [n for apart, n in sorted(near) if apart <= tolerance_s]

    wishes = [about_then(after[asker]) for asker in askers]
    by_time = {askers[asker]: n for asker, n in matched(wishes).items()}
    pairs = by_id | by_time
    kept = set(pairs.values())
    return Difference(
        tuple((before[pairs[n]], after[n]) for n in sorted(pairs)),
        tuple(alert for n, alert in enumerate(after) if n not in pairs),
        tuple(alert for n, alert in enumerate(before) if n not in kept),
    )


def read_results(path: Path) -> Results:
    """A result.

    Raises:
        FootageError: it cannot be read, or is no result.
    """
    try:
        return Results.model_validate(json.loads(path.read_bytes(), parse_constant=lambda _: None))
    except OSError as error:
        raise FootageError(f"--diff {path}: cannot be read: {error.strerror}; {_REMEDY}") from error
    except json.JSONDecodeError as error:
        raise FootageError(f"{path}:{error.lineno}: is no JSON; {_REMEDY}") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise FootageError(f"{path}: {where}: is no result of this version; {_REMEDY}") from None
    except ValueError:
        raise FootageError(f"{path}: is no UTF-8; {_REMEDY}") from None


def results(raw: object) -> tuple[Result, ...]:
    """The alerts of a result as JSON has them.

    Raises:
        ValidationError: it is none.
    """
    return Results.model_validate(raw).alerts


def difference_json(told: Difference) -> dict[str, Any]:
    """The difference for machines: by rule, then each alert that was gained, lost or changed."""
    counts = {
        "kept": Counter(new.rule for _, new in told.kept),
        "gained": Counter(alert.rule for alert in told.gained),
        "lost": Counter(alert.rule for alert in told.lost),
    }
    rules = sorted({rule for counted in counts.values() for rule in counted})
    return {
        "rules": [
            {"camera": camera, "code": code, "zone": zone}
            | {what: counted[camera, code, zone] for what, counted in counts.items()}
            for camera, code, zone in rules
        ],
        "gained": [alert.model_dump() for alert in told.gained],
        "lost": [alert.model_dump() for alert in told.lost],
        "changed": [{"old": old.model_dump(), "new": new.model_dump()} for old, new in told.changed],
    }


def difference_lines(raw: Mapping[str, Any]) -> Iterator[str]:
    """What `difference_json` wrote, for people."""
    for rule in raw["rules"]:
        yield f"{_named(rule)}: {rule['kept']} kept, {rule['gained']} gained, {rule['lost']} lost"
    for what in ("gained", "lost"):
        for alert in raw[what]:
            shown = f" ({alert['picture']})" if alert.get("picture") else ""
            yield f"{what}: {_named(alert)}, level {alert['level']}, from {alert['began_s']:.2f} s{shown}"
    for pair in raw["changed"]:
        old, new = pair["old"], pair["new"]
        told = [f"{what} {old[what]} → {new[what]}" for what in ("level", "count") if old[what] != new[what]]
        yield f"changed: {_named(new)}, from {new['began_s']:.2f} s: {', '.join(told)}"
    if not raw["gained"] and not raw["lost"]:
        yield "no alert was gained, and none was lost"


def _named(alert: Mapping[str, Any]) -> str:
    return f"{alert['camera']} {alert['code']} {alert['zone']}".rstrip()
