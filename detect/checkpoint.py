"""What a camera must remember over a restart, as JSON: tracker, rules, troubles, blind span and newest alerts."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from detect.health.remembered import decode_health, encode_health
from detect.health.rules import State
from detect.ledger import Sight
from detect.looks import Looks
from models.alert import Alert
from models.flow import FlowCount
from models.journal import Checkpoint
from models.wire import decode_alert, decode_flow, encode_alert, encode_flow

_VERSION: Final = 1


@dataclass(slots=True)
class Memory:
    """What one camera remembers.

    Attributes:
        taken: Of the newest analysed frame, µs; None before the first.
        tracker: State of the tracker, None before the first frame.
        rules: State of each rule by its id.
        alerts: Newest revision of each rule's newest alert, as it went into the journal.
        untold: What rules had counted and not told when this was written down; told where such a rule is gone since.
        sight: For the blind-time ledger.
        looks: When it was looked at last.
        health: Troubles of the camera itself, and what it usually shows.
    """

    sight: Sight
    looks: Looks = field(default_factory=Looks)
    taken: int | None = None
    tracker: dict[str, Any] | None = None
    rules: dict[str, Any] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    untold: list[FlowCount] = field(default_factory=list)
    health: State = field(default_factory=State)


def encode_memory(memory: Memory) -> str:
    """The memory as JSON."""
    raw = {
        "version": _VERSION,
        "taken": memory.taken,
        "tracker": memory.tracker,
        "rules": memory.rules,
        "alerts": {name: encode_alert(alert) for name, alert in memory.alerts.items()},
        "untold": [encode_flow(count) for count in memory.untold],
        "sight": memory.sight,
        "looks": memory.looks,
        "health": encode_health(memory.health),
    }
    return to_json(raw).decode()  # a third of the time that `asdict` and `json` take, twice a second for each camera


def decode_memory(text: str, rules: Mapping[str, Any]) -> Memory:
    """The memory of `encode_memory`.

    Args:
        text: JSON.
        rules: Class of each rule's state; states of other rules are left out.

    Raises:
        ValueError: it is no memory of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        if raw["version"] != _VERSION:
            raise ValueError(f"a checkpoint of version {raw['version']}")
        return Memory(
            taken=raw["taken"],
            tracker=raw["tracker"],
            rules={name: _adapter(rules[name]).validate_python(s) for name, s in raw["rules"].items() if name in rules},
            alerts={name: decode_alert(alert) for name, alert in raw["alerts"].items()},
            untold=[decode_flow(count) for count in raw["untold"]],
            sight=_adapter(Sight).validate_python(raw["sight"]),
            looks=_adapter(Looks).validate_python(raw["looks"]),
            health=decode_health(raw["health"]),
        )
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise ValueError(f"not a checkpoint of this version: {type(error).__name__}") from error


def remembered(
    camera: str, checkpoint: Checkpoint | None, rules: Mapping[str, Any], now: int, *, restarted: bool
) -> Memory:
    """The memory with which a camera's watch begins; one that cannot be used is logged and begins anew.

    Args:
        camera: Id.
        checkpoint: What was written down, None for a camera never seen.
        rules: Class of each rule's state.
        now: Our clock, µs.
        restarted: Whether detect was away since.
    """
    if checkpoint is None:
        return Memory(Sight.starting(now))
    try:
        memory = decode_memory(checkpoint.body, rules)
    except ValueError as error:
        logging.getLogger(f"detect:{camera}").warning(
            "what this camera remembered cannot be used, it begins anew: %s", error
        )
        if checkpoint.heartbeat is None:
            return Memory(Sight.starting(now))
        known = Sight(last=checkpoint.heartbeat, heard=checkpoint.heartbeat, first=True)
        return Memory(known.restarted(), taken=checkpoint.heartbeat)
    if restarted:
        memory.sight = memory.sight.restarted()
    return memory


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 (a class, of any kind)
    return TypeAdapter(kind)
