"""One rehearsal, in a process of its own: idle priority, bounded memory and processor time, its words on its output."""

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from config.proposed import proposed
from config.site import Site
from kanmen.progress import Report
from kanmen.replay_report import Replayed
from kanmen.rerun import hours_of, run_both
from kanmen.sketches import Sketches, places
from models.clock import to_iso
from models.errors import KanmenError
from models.rehearsal import Job

NAMED: Final = Path("rules.yaml")
"""What mistakes of a proposal are told by: it stands in no file."""

_MOST_BYTES: Final = 1 << 30
_MOST_CPU_S: Final = 900
"""Seven days of one camera take some minutes; what takes longer is stuck."""
_LAST_CPU_S: Final = 5
"""At the first limit the kernel says why it ends us, at the second it only does."""
_MOST_ALERTS: Final = 300
"""Told of each kind; a rule that says more needs no list to be seen through."""
_MOST_SKETCHES: Final = 60
"""Of alerts that are gained: nobody has a picture of most of those."""
_FACTS: Final = ("id", "code", "zone", "level", "count")


def rehearse(site: Site) -> None:
    """Read a job from standard input, run both sets of rules, write words to standard output, a JSON object a line."""
    _be_humble()
    job = Job.loads(sys.stdin.buffer.read())
    try:
        result = _result(site, job)
    except KanmenError as error:
        _say(error=str(error))
    else:
        _say(result=result)


def _be_humble() -> None:
    """The live line comes first; whoever ends us need not ask."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_S, _MOST_CPU_S + _LAST_CPU_S))


def _result(site: Site, job: Job) -> dict[str, Any]:
    if job.camera not in {camera.id for camera in site.cameras}:
        raise KanmenError(f"{job.camera}: there is no such camera any more")
    camera = site.camera(job.camera)
    others = proposed(job.rules.encode(), NAMED, site, camera)
    span = (job.since, job.until)
    hours = hours_of(site, camera, span)
    telling, sketches = (_telling(0, len(hours)), _telling(1, len(hours))), Sketches()
    outcome = run_both((site, camera), others, hours, span, telling, seen=sketches.see)
    return {**_told(outcome, sketches), "places": places(others[1])}


def _telling(run: int, hours: int) -> Report:
    """Tells hours done of both runs. Not every picture: whoever listens has the live line to mind."""
    told = -1

    def tell(_: str, done: float, __: float) -> None:
        nonlocal told
        if int(done) > told:
            told = int(done)
            _say(done=told + run * hours, total=2 * hours)

    return tell


def _told(outcome: Replayed, sketches: Sketches) -> dict[str, Any]:
    raw = outcome.as_json()
    change = raw["what_if"]

    def alert(one: Mapping[str, Any]) -> dict[str, Any]:
        began, ended = (
            None if one[key] is None else to_iso(outcome.began + timedelta(seconds=one[key]))
            for key in ("began_s", "ended_s")
        )
        return {**{key: one[key] for key in _FACTS}, "began": began, "ended": ended}

    some = {what: [alert(one) for one in change[what][:_MOST_ALERTS]] for what in ("gained", "lost")}
    for one in some["gained"][:_MOST_SKETCHES]:
        one["sketch"] = sketches.of(one["id"])
    changed = [{"old": alert(p["old"]), "new": alert(p["new"])} for p in change["changed"][:_MOST_ALERTS]]
    return {
        "began": to_iso(outcome.began),
        "seconds": outcome.seconds,
        "frames": outcome.frames,
        "alerts": {"own": len(outcome.alerts), "others": len(change["alerts"])},
        "rules": change["rules"],
        "unfollowed": change["unfollowed"],
        **some,
        "changed": changed,
        "left_out": sum(max(0, len(change[what]) - _MOST_ALERTS) for what in ("gained", "lost", "changed")),
        "said": outcome.said,
    }


def _say(**words: Any) -> None:  # noqa: ANN401 (JSON values)
    print(json.dumps(words), flush=True)  # noqa: T201 (our parent reads it)
