"""Evidence is asked for with its alert, again until it is answered, and is never owed for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from config.evidence import Evidence as Lengths
from detect import requests
from detect.requests import Requests
from models.alert import Alert
from models.clock import to_micros
from models.evidence import Evidence
from models.link import Answer, Request

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LENGTHS = Lengths(clip_before_s=10, clip_after_s=20)


class Worker:
    """What a camera's worker was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Request]] = []

    def __call__(self, camera: str, request: Request) -> bool:
        self.asked.append((camera, request))
        return True


def an_alert(**change: object) -> Alert:
    values = {
        "id": uuid4(),
        "revision": 1,
        "code": "INTRUDE",
        "level": 3,
        "camera": "gate-1",
        "rule": "r",
        "place": "p",
    }
    times = {"began": NOON, "detected": NOON + timedelta(seconds=3), "ended": None, "count": 1}
    return Alert(**{**values, **times, "observed": {}, "threshold": {}, **change})  # type: ignore[arg-type]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_REPEAT_S", 0.0)


def owed(begun: list[Evidence]) -> dict[str, Evidence]:
    return {evidence.kind: evidence for evidence in begun}


def test_an_alert_asks_for_a_clip_around_it_and_for_its_picture_at_full_size() -> None:
    worker, alert = Worker(), an_alert()
    asking = Requests(LENGTHS, [], worker)
    begun = asking.begin(alert)
    asking.ask(begun)
    clip = owed(begun)["clip"]
    (camera, request), (_, still) = worker.asked

    assert {e.state for e in begun} == {"pending"}
    assert (clip.began, clip.ended) == (alert.detected - timedelta(seconds=10), alert.detected + timedelta(seconds=20))
    assert (camera, request.kind, request.first) == ("gate-1", "clip", to_micros(alert.detected) - 10_000_000)
    assert (still.kind, still.at, still.first, still.last) == ("snapshot", *[to_micros(alert.detected)] * 3)
    assert request.key == f"2026/11/22/{alert.id}-clip.mp4"


def test_later_words_and_replayed_alerts_ask_for_nothing() -> None:
    asking = Requests(LENGTHS, [], Worker())

    assert asking.begin(an_alert(revision=2)) == []
    assert asking.begin(an_alert(source="replay")) == []


@pytest.mark.usefixtures("at_once")
def test_a_request_is_repeated_until_it_is_answered_and_the_answer_counts_once() -> None:
    worker = Worker()
    asking = Requests(LENGTHS, [], worker)
    clip = owed(asking.begin(an_alert()))["clip"]
    for _ in range(3):
        asking.repeat(["gate-1"], to_micros(NOON))
    answer = Answer(str(clip.id), "partial", "gap", to_micros(NOON), to_micros(NOON) + 5, 9, "a" * 64)
    ended = asking.answered(answer)
    worker.asked.clear()
    asking.repeat(["gate-1"], to_micros(NOON))

    assert ended == replace(
        clip,
        revision=2,
        state="partial",
        reason="gap",
        began=NOON,
        ended=NOON + timedelta(microseconds=5),
        bytes=9,
        sha256="a" * 64,
    )
    assert asking.answered(answer) is None
    assert [request.kind for _, request in worker.asked] == ["snapshot"]


@pytest.mark.usefixtures("at_once")
def test_what_an_earlier_process_asked_for_is_asked_for_again_and_what_was_answered_is_not() -> None:
    worker = Worker()
    begun = Requests(LENGTHS, [], Worker()).begin(an_alert())
    settled = replace(begun[1], revision=2, state="ready")
    Requests(LENGTHS, [begun[0], settled], worker).repeat(["gate-1"], to_micros(NOON))

    assert [request.id for _, request in worker.asked] == [str(begun[0].id)]


@pytest.mark.usefixtures("at_once")
def test_a_camera_that_is_gone_or_never_answers_leaves_nothing_owed() -> None:
    asking = Requests(LENGTHS, [], Worker())
    asking.begin(an_alert())
    asking.begin(an_alert(camera="gate-9"))
    removed = asking.repeat(["gate-1"], to_micros(NOON))
    late = asking.repeat(["gate-1"], to_micros(NOON + timedelta(hours=2)))

    assert {(e.camera, e.state, e.reason) for e in removed} == {("gate-9", "failed", "camera_removed")}
    assert {(e.camera, e.state, e.reason) for e in late} == {("gate-1", "failed", "unanswered")}
    assert asking.repeat(["gate-1"], to_micros(NOON + timedelta(hours=3))) == []
