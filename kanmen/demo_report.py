"""What came of a run of the demo: counted from the journal, the database and the scenes' truth."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from config.site import Site
from models.alert import Alert, BlindSpan
from models.codes import CODES
from models.evidence import FolderStore
from models.flow import FlowCount
from models.journal import latencies, read_entries
from models.status import WatchStatus
from models.wire import decode_alert, decode_blind, decode_flow
from scenes.breaches import breaches, passages
from scenes.tally import Tally, Walked, tallies
from scenes.truth import read_truth
from scenes.verdict import Footage, Verdict, compare

Revised = TypeVar("Revised", Alert, BlindSpan, FlowCount)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one camera showed.

    Attributes:
        truth: File of its scene's truth.
        started_at: UTC of media time 0 of its first loop; None where nobody ever watched.
        first_frame: `taken` of its first analysed frame; None before it.
    """

    truth: Path
    started_at: datetime | None
    first_frame: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a report is made of.

    Attributes:
        site: The demo's own.
        shown: By camera.
        until: End of the run.
        status: What the watch said of itself last; None where it said nothing.
        setup_s: From the command to the last camera's first frame; None where that never came.
        memory_mib: PSS of the whole tree at the end of the run.
    """

    site: Site
    shown: Mapping[str, Shown]
    until: datetime
    status: WatchStatus | None
    setup_s: float | None
    memory_mib: float


def count(run: Counted) -> dict[str, Any]:
    """The report, ready for JSON."""
    from api.reconcile import reconcile  # noqa: PLC0415 (the database is loaded where it is used)

    rows = [row for path in run.site.journals for row in read_entries(path)]
    alerts = _newest([decode_alert(row.entry.body) for row in rows if row.entry.kind == "alert"])
    blind = _newest([decode_blind(row.entry.body) for row in rows if row.entry.kind == "blind"])
    verdict = _verdict(run, alerts, blind)
    flow = _flow(run, _newest([decode_flow(row.entry.body) for row in rows if row.entry.kind == "flow"]), blind)
    audit = reconcile(run.site.journals, run.site.database_url)
    store = FolderStore(run.site.evidence_path)
    sent = [late.sent_ms for late in latencies(run.site.journal_path) if late.sent_ms is not None]
    return {
        "setup_s": None if run.setup_s is None else round(run.setup_s, 1),
        "model": run.status["model"] if run.status else None,
        "cameras": sum(shown.first_frame is not None for shown in run.shown.values()),
        "camera_frames": _frames(run.status),
        "alerts_detected": len(alerts),
        "troubles": sum(_is_trouble(alert) for alert in alerts),
        "alerts_in_database": audit.alerts_in_database,
        "lost": len(audit.missing),
        "breaches": len(verdict.expected),
        "missed": len(verdict.missed),
        "duplicated": len(verdict.duplicated),
        "unexplained": len(verdict.unexplained),
        "missed_where": [f"{e.camera} {e.code} {e.place} {e.began:%H:%M:%S}" for e in verdict.missed],
        "duplicated_where": [f"{e.camera} {e.code} {e.place} {e.began:%H:%M:%S}" for e, _ in verdict.duplicated],
        "passed": sum(tally.counted for tally in flow),
        "passed_expected": [sum(tally.least for tally in flow), sum(tally.most for tally in flow)],
        "miscounted": [f"{t.camera} {t.line} {'in' if t.inwards else 'out'} {t.counted}" for t in flow if not t.right],
        "snapshots": sum(a.snapshot is not None and store.path(a.snapshot).is_file() for a in alerts),
        "blind_seconds": round(_blind_seconds(run, blind), 1),
        "taken_to_redis_ms": _percentiles(sent),
        "memory_mib": round(run.memory_mib, 1),
    }


def tell(console: Console, report: Mapping[str, Any]) -> None:
    """The report in a few lines."""
    late = report["taken_to_redis_ms"]
    console.print(
        f"{report['cameras']} cameras, {report['camera_frames']} pictures looked at by {report['model']}; "
        f"{report['alerts_in_database']} alerts in the database, {report['lost']} lost, "
        f"{report['missed']} of {report['breaches']} breaches missed, {report['duplicated']} doubled; "
        f"{report['passed']} people counted, {len(report['miscounted']) or 'no'} line and direction wrong.",
        highlight=False,
    )
    if late["p50"] is not None:
        console.print(f"Picture taken → alert in Redis: median {late['p50']:.0f} ms, p95 {late['p95']:.0f} ms.")


def _verdict(run: Counted, alerts: Sequence[Alert], blind: Sequence[BlindSpan]) -> Verdict:
    footage = {}
    begun = []
    for camera, shown in run.shown.items():
        if shown.started_at is not None and shown.first_frame is not None:
            truth = read_truth(shown.truth)
            footage[camera] = Footage(shown.started_at, truth.seconds, breaches(truth, run.site.camera(camera)))
            begun.append(shown.first_frame)
    # A camera that joined late was blind before: its own spans say so, so one window serves all.
    by_rules = [alert for alert in alerts if not _is_trouble(alert)]
    return compare(footage, (min(begun, default=run.until), run.until), by_rules, blind)


def _is_trouble(alert: Alert) -> bool:
    """Of a camera or of the system: no truth of a scene knows of it."""
    return CODES[alert.code].capability == "V"


def _flow(run: Counted, counts: Sequence[FlowCount], blind: Sequence[BlindSpan]) -> list[Tally]:
    found = []
    for camera, shown in run.shown.items():
        if shown.started_at is not None and shown.first_frame is not None:
            truth = read_truth(shown.truth)
            walked = Walked(camera, shown.started_at, truth.seconds, passages(truth, run.site.camera(camera)))
            found += tallies(walked, (shown.first_frame, run.until), counts, blind)
    return found


def _newest(revisions: Sequence[Revised]) -> list[Revised]:
    newest: dict[object, Revised] = {}
    for one in revisions:
        if one.id not in newest or newest[one.id].revision < one.revision:
            newest[one.id] = one
    return list(newest.values())


def _frames(status: WatchStatus | None) -> int:
    return sum(said["counts"].get("analysed", 0) for said in status["cameras"].values()) if status else 0


def _blind_seconds(run: Counted, blind: Sequence[BlindSpan]) -> float:
    """Blind time of all cameras, each from its first frame to the end of the run."""
    total = timedelta()
    for span in blind:
        shown = run.shown.get(span.camera)
        if shown is not None and shown.first_frame is not None:
            began, ended = max(span.began, shown.first_frame), min(span.ended or run.until, run.until)
            total += max(ended - began, timedelta())
    return total.total_seconds()


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    if len(values) < 2:  # noqa: PLR2004 (a percentile lies between two)
        only = round(values[0], 1) if values else None
        return {"p50": only, "p95": only, "p99": only}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {name: round(cuts[at - 1], 1) for name, at in (("p50", 50), ("p95", 95), ("p99", 99))}
