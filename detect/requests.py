"""The evidence that is still owed: asked for with its alert, repeated until the ingest worker has answered."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from config.site import Evidence as Lengths
from models.alert import Alert
from models.clock import Monotonic, from_micros, monotonic_now, to_micros
from models.evidence import Evidence, EvidenceKind, evidence_id, evidence_key
from models.link import Answer, Request

_REPEAT_S: Final = 2.0
"""How often a request is repeated: an answer that got lost comes again this soon."""

_PATIENCE: Final = timedelta(hours=1)
"""A worker that has not answered so long after the clip's end never will; the ring has long forgotten."""

_KINDS: Final[tuple[EvidenceKind, ...]] = ("clip", "snapshot")


class Requests:
    """Used by one thread. What it returns must be journalled before anybody is told.

    Args:
        lengths: How long clips are.
        owed: What an earlier process has asked for, from the journal.
        send: Sends a request to a camera's worker; False where that failed.
    """

    def __init__(self, lengths: Lengths, owed: Iterable[Evidence], send: Callable[[str, Request], bool]) -> None:
        self._before = timedelta(seconds=lengths.clip_before_s)
        self._after = timedelta(seconds=lengths.clip_after_s)
        self._send = send
        self._owed = {str(evidence.id): evidence for evidence in owed if evidence.state == "pending"}
        self._repeat_at = Monotonic(0.0)

    def begin(self, alert: Alert) -> list[Evidence]:
        """The evidence that an alert at its first word shall have; none for later words."""
        if alert.revision > 1 or alert.source != "live":
            return []
        begun = [self._pending(alert, kind) for kind in _KINDS]
        self._owed |= {str(evidence.id): evidence for evidence in begun}
        return begun

    def ask(self, begun: Iterable[Evidence]) -> None:
        """Ask for what is in the journal now."""
        for evidence in begun:
            self._send(evidence.camera, _request(evidence))

    def answered(self, answer: Answer) -> Evidence | None:
        """What is owed has come to its end; None where nothing of that name is owed."""
        evidence = self._owed.pop(answer.id, None)
        if evidence is None:
            return None
        return replace(
            evidence,
            revision=evidence.revision + 1,
            state=answer.state,
            reason=answer.reason,
            began=None if answer.began is None else from_micros(answer.began),
            ended=None if answer.ended is None else from_micros(answer.ended),
            bytes=answer.bytes,
            sha256=answer.sha256,
        )

    def repeat(self, cameras: Iterable[str], now: int) -> list[Evidence]:
        """Ask again for all that is owed, every few seconds; what can never come is returned as failed.

        Args:
            cameras: Those that are configured.
            now: µs since 1970 UTC.
        """
        if monotonic_now() < self._repeat_at:
            return []
        self._repeat_at = Monotonic(monotonic_now() + _REPEAT_S)
        known = frozenset(cameras)
        given_up = []
        for evidence in list(self._owed.values()):
            if evidence.camera not in known:
                reason = "camera_removed"
            elif from_micros(now) > (evidence.ended or evidence.at) + _PATIENCE:
                reason = "unanswered"
            else:
                self._send(evidence.camera, _request(evidence))
                continue
            failed = self.answered(Answer(str(evidence.id), "failed", reason))
            given_up += [failed] if failed else []
        return given_up

    def _pending(self, alert: Alert, kind: EvidenceKind) -> Evidence:
        clip = kind == "clip"
        return Evidence(
            id=evidence_id(alert.id, kind),
            revision=1,
            alert=alert.id,
            camera=alert.camera,
            kind=kind,
            state="pending",
            reason="",
            at=alert.detected,
            began=alert.detected - self._before if clip else alert.detected,
            ended=alert.detected + self._after if clip else alert.detected,
            key=evidence_key(alert.id, kind, alert.detected),
        )


def _request(evidence: Evidence) -> Request:
    first, last = evidence.began or evidence.at, evidence.ended or evidence.at
    return Request(
        str(evidence.id), evidence.kind, evidence.key, to_micros(evidence.at), to_micros(first), to_micros(last)
    )
