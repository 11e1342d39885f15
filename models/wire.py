"""The wire format: how alerts, blind spans, counts and evidence stand in journals and in Redis, as JSON."""

import json
from typing import Any
from uuid import UUID

from models.alert import Alert, BlindSpan, Subject
from models.clock import from_iso, to_iso
from models.evidence import Evidence
from models.flow import FlowCount
from models.in_force import InForce


def encode_alert(alert: Alert) -> str:
    """The alert as JSON: instants RFC 3339 in UTC, boxes in fractions rounded to 1e-5."""
    return _dumps(
        {
            "id": str(alert.id),
            "revision": alert.revision,
            "code": alert.code,
            "level": alert.level,
            "camera": alert.camera,
            "rule": alert.rule,
            "place": alert.place,
            "began": to_iso(alert.began),
            "detected": to_iso(alert.detected),
            "ended": to_iso(alert.ended) if alert.ended else None,
            "count": alert.count,
            "observed": dict(alert.observed),
            "threshold": dict(alert.threshold),
            "subjects": [
                {"track": s.track, "label": s.label, "box": [round(v, 5) for v in s.box]} for s in alert.subjects
            ],
            "snapshot": alert.snapshot,
            "source": alert.source,
        }
    )


def decode_alert(text: str) -> Alert:
    """The alert of `encode_alert`.

    Raises:
        ValueError: the text is no alert of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        return Alert(
            id=UUID(raw["id"]),
            revision=int(raw["revision"]),
            code=str(raw["code"]),
            level=raw["level"],
            camera=str(raw["camera"]),
            rule=str(raw["rule"]),
            place=str(raw["place"]),
            began=from_iso(raw["began"]),
            detected=from_iso(raw["detected"]),
            ended=from_iso(raw["ended"]) if raw["ended"] else None,
            count=int(raw["count"]),
            observed=raw["observed"],
            threshold=raw["threshold"],
            subjects=tuple(
                Subject(s["track"], s["label"], (s["box"][0], s["box"][1], s["box"][2], s["box"][3]))
                for s in raw["subjects"]
            ),
            snapshot=raw["snapshot"],
            source=raw["source"],
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"not an alert of this version: {error!r}") from error


def encode_blind(span: BlindSpan) -> str:
    """The blind span as JSON."""
    return _dumps(
        {
            "id": str(span.id),
            "revision": span.revision,
            "camera": span.camera,
            "reason": span.reason,
            "began": to_iso(span.began),
            "ended": to_iso(span.ended) if span.ended else None,
        }
    )


def decode_blind(text: str) -> BlindSpan:
    """The span of `encode_blind`.

    Raises:
        ValueError: the text is no blind span of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        return BlindSpan(
            id=UUID(raw["id"]),
            revision=int(raw["revision"]),
            camera=str(raw["camera"]),
            reason=str(raw["reason"]),
            began=from_iso(raw["began"]),
            ended=from_iso(raw["ended"]) if raw["ended"] else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a blind span of this version: {error!r}") from error


def encode_flow(count: FlowCount) -> str:
    """The count as JSON."""
    return _dumps(
        {
            "id": str(count.id),
            "revision": count.revision,
            "camera": count.camera,
            "rule": count.rule,
            "line": count.line,
            "minute": to_iso(count.minute),
            "in": count.into,
            "out": count.out,
        }
    )


def encode_evidence(evidence: Evidence) -> str:
    """The evidence as JSON; not the file itself."""
    return _dumps(
        {
            "id": str(evidence.id),
            "revision": evidence.revision,
            "alert": str(evidence.alert),
            "camera": evidence.camera,
            "kind": evidence.kind,
            "state": evidence.state,
            "reason": evidence.reason,
            "at": to_iso(evidence.at),
            "began": to_iso(evidence.began) if evidence.began else None,
            "ended": to_iso(evidence.ended) if evidence.ended else None,
            "key": evidence.key,
            "bytes": evidence.bytes,
            "sha256": evidence.sha256,
        }
    )


def decode_flow(text: str) -> FlowCount:
    """The count of `encode_flow`.

    Raises:
        ValueError: the text is no count of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        return FlowCount(
            id=UUID(raw["id"]),
            revision=int(raw["revision"]),
            camera=str(raw["camera"]),
            rule=str(raw["rule"]),
            line=str(raw["line"]),
            minute=from_iso(raw["minute"]),
            into=int(raw["in"]),
            out=int(raw["out"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a count of this version: {error!r}") from error


def decode_evidence(text: str) -> Evidence:
    """The evidence of `encode_evidence`.

    Raises:
        ValueError: the text is no evidence of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        return Evidence(
            id=UUID(raw["id"]),
            revision=int(raw["revision"]),
            alert=UUID(raw["alert"]),
            camera=str(raw["camera"]),
            kind=raw["kind"],
            state=raw["state"],
            reason=str(raw["reason"]),
            at=from_iso(raw["at"]),
            began=from_iso(raw["began"]) if raw["began"] else None,
            ended=from_iso(raw["ended"]) if raw["ended"] else None,
            key=str(raw["key"]),
            bytes=int(raw["bytes"]),
            sha256=raw["sha256"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not evidence of this version: {error!r}") from error


def encode_in_force(word: InForce) -> str:
    """The word on a configuration as JSON."""
    return _dumps(
        {
            "id": str(word.id),
            "number": word.number,
            "sha256": word.sha256,
            "since": to_iso(word.since),
            "timezone": word.timezone,
            "armed": word.armed,
            "revision": 1,
        }
    )


def decode_in_force(text: str) -> InForce:
    """The word of `encode_in_force`.

    Raises:
        ValueError: the text is none of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        return InForce(
            id=UUID(raw["id"]),
            number=int(raw["number"]),
            sha256=str(raw["sha256"]),
            since=from_iso(raw["since"]),
            timezone=str(raw.get("timezone", "UTC")),
            armed=raw.get("armed"),  # older journals do not say
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no word on a configuration of this version: {error!r}") from error


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
