"""The last words on a camera that is no longer configured."""

from dataclasses import replace
from datetime import datetime

from detect.checkpoint import decode_memory
from models.alert import BlindSpan
from models.clock import from_micros
from models.journal import Checkpoint, Draft


def farewell(camera: str, checkpoint: Checkpoint, now: datetime) -> list[Draft]:
    """Its alerts and its blind span end, and what it had counted is told; nothing of a checkpoint that says no more."""
    try:
        memory = decode_memory(checkpoint.body, {})
    except ValueError:
        return []  # it said its last words before
    ended = from_micros(memory.sight.last)
    drafts = [
        Draft.of_alert(replace(a, revision=a.revision + 1, ended=max(ended, a.began)), memory.sight.last)
        for a in memory.alerts.values()
        if a.ended is None
    ]
    drafts += [Draft.of_flow(count, memory.sight.last) for count in memory.untold]
    span = memory.sight.span
    if span is not None:
        drafts.append(Draft.of_blind(BlindSpan(span.id, 2, camera, span.reason, from_micros(span.began), now)))
    return drafts
