"""A rehearsal: what other rules would have told of the past; what desk and detector's side say to each other of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from models.clock import from_iso, to_iso

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
Told = Literal["running", "done", "failed", "interrupted"]

LONGEST_SPAN: Final = timedelta(days=7)
MOST_RULES_BYTES: Final = 32_768
"""A proposal is the rules, zones and lines of one camera."""


@dataclass(frozen=True, slots=True)
class Job:
    """What shall be rehearsed.

    Attributes:
        id: Of the rehearsal.
        camera: Whose observations.
        since, until: Of which span.
        rules: YAML: rules, zones or lines in place of the camera's own.
    """

    id: str
    camera: str
    since: datetime
    until: datetime
    rules: str

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps({**asdict(self), "since": to_iso(self.since), "until": to_iso(self.until)})

    @classmethod
    def loads(cls, text: str | bytes) -> "Job":
        """From JSON.

        Raises:
            ValueError: it is none.
        """
        raw = _object(text)
        since, until = from_iso(_text(raw, "since")), from_iso(_text(raw, "until"))
        return cls(_text(raw, "id"), _text(raw, "camera"), since, until, _text(raw, "rules"))


@dataclass(frozen=True, slots=True)
class Word:
    """How far it is, or what it came to.

    Attributes:
        state: All but `running` are final.
        done, total: Of the files to go through.
        error: Why it failed, or was interrupted; empty else.
        result: What was gained and lost; None while it is not done.
    """

    state: Told
    done: int = 0
    total: int = 0
    error: str = ""
    result: Mapping[str, Any] | None = None

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str | bytes) -> "Word":
        """From JSON.

        Raises:
            ValueError: it is none.
        """
        raw = _object(text)
        done, total, result = raw.get("done"), raw.get("total"), raw.get("result")
        state = next((one for one in get_args(Told) if one == raw.get("state")), None)
        if state is None or not isinstance(done, int) or not isinstance(total, int):
            raise ValueError("no word of a rehearsal")
        if (state == "done") != isinstance(result, dict):
            raise ValueError("a rehearsal that is done has a result, and no other one has")
        return cls(state, done, total, _text(raw, "error"), result)


def _object(text: str | bytes) -> dict[str, Any]:
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("no object")  # noqa: TRY004 (whoever reads it catches one kind)
    return raw


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 (as above)
    return value
