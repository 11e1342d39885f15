"""A replay beside the truth of its footage, as JSON and as a table."""

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, Final

from models.score import Event, Figures, Score, Told

_HEAD: Final = (
    "code",
    "events",
    "found",
    "missed",
    "false",
    "repeated",
    "precision",
    "recall",
    "F1",
    "after",
    "false/h",
)


def score_json(
    score: Score, file_at: Callable[[float], str], picture_of: Callable[[Event | Told], str | None]
) -> dict[str, Any]:
    """The score for machines.

    Args:
        score: Of a replay.
        file_at: Name of the file that shows that second of the footage.
        picture_of: Name of the picture that shows it, None where there is none.
    """

    def happened(event: Event) -> dict[str, Any]:
        told = {"code": event.code, "zone": event.zone, "from_s": event.from_s, "to_s": event.to_s}
        return {**told, "file": file_at(event.from_s), "picture": picture_of(event)}

    def alerted(alert: Told) -> dict[str, Any]:
        told = {"alert": alert.id, "code": alert.code, "zone": alert.zone}
        seconds = {"began_s": alert.began_s, "detected_s": alert.detected_s}
        return {**told, **seconds, "file": file_at(alert.detected_s), "picture": picture_of(alert)}

    return {
        "hours": round(score.hours, 6),
        "all": _figures(score.all),
        "codes": {code: _figures(figures) for code, figures in score.codes.items()},
        "found": [
            {
                **happened(pair.event),
                "alert": pair.alert.id,
                "after_s": round(pair.after_s, 3),
                "count": {"happened": pair.event.count, "alerted": pair.alert.count},
            }
            for pair in score.found
        ],
        "missed": [happened(event) for event in score.missed],
        "false": [alerted(alert) for alert in score.false],
        "repeated": [alerted(pair.alert) for pair in score.repeated],
        "counts": {
            one.line: {
                "in": {"happened": one.happened.into, "counted": one.counted.into},
                "out": {"happened": one.happened.out, "counted": one.counted.out},
            }
            for one in score.counts
        },
    }


def score_lines(raw: Mapping[str, Any]) -> Iterator[str]:
    """What `score_json` wrote, for people: a line per code, then whatever was missed, false, repeated or miscounted."""
    rows = [_HEAD, *(_row(code, figures) for code, figures in raw["codes"].items())]
    if len(raw["codes"]) != 1:
        rows.append(_row("all", raw["all"]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for code, *cells in rows:
        yield "  ".join([code.ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells, widths[1:], strict=True))])
    for event in raw["missed"]:
        where = f"{event['code']} {event['zone'] or ''}".rstrip()
        yield f"missed: {where}, {event['from_s']:.1f} to {event['to_s']:.1f} s" + _shown(event)
    for what in ("false", "repeated"):
        for alert in raw[what]:
            yield f"{what}: {alert['code']} {alert['zone']}, from {alert['began_s']:.1f} s" + _shown(alert)
    for pair in raw["found"]:
        count = pair["count"]
        if count["happened"] not in (None, count["alerted"]):
            yield f"miscounted: {pair['code']} at {pair['from_s']:.1f} s: {count['alerted']}× of {count['happened']}×"
    for line, ways in raw["counts"].items():
        told = ", ".join(f"{way} {n['counted']} of {n['happened']}" for way, n in ways.items())
        right = all(n["counted"] == n["happened"] for n in ways.values())
        yield f"{'counted' if right else 'miscounted'}: {line}: {told}"


def _figures(figures: Figures) -> dict[str, Any]:
    after = figures.after_s
    return {
        "events": figures.found + figures.missed,
        "found": figures.found,
        "missed": figures.missed,
        "false": figures.false,
        "repeated": figures.repeated,
        "precision": _rounded(figures.precision),
        "recall": _rounded(figures.recall),
        "f1": _rounded(figures.f1),
        "after_s": {"median": round(median(after), 3), "most": round(after[-1], 3)} if after else None,
        "false_per_hour": _rounded(figures.false_per_hour),
    }


def _row(code: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = [str(figures[name]) for name in ("events", "found", "missed", "false", "repeated")]
    parts = ["–" if figures[name] is None else f"{figures[name]:.2f}" for name in ("precision", "recall", "f1")]
    after, false = figures["after_s"], figures["false_per_hour"]
    return (
        code,
        *numbers,
        *parts,
        f"{after['median']:.1f} s" if after else "–",
        "–" if false is None else f"{false:.2f}",
    )


def _shown(raw: Mapping[str, Any]) -> str:
    return f", {raw['file']}" + (f" ({raw['picture']})" if raw["picture"] else "")


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, 4)
