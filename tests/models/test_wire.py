"""What goes over the wire comes back the same, and what is not ours is refused."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert import BLIND_REASONS, Alert, BlindSpan, Onset, Subject, mint
from models.clock import from_iso, from_micros, to_iso, to_micros
from models.entry import Entry
from models.flow import FlowCount
from models.link import Health, Sample, Want, decode, encode
from models.wire import decode_alert, decode_blind, decode_flow, encode_alert, encode_blind, encode_flow

_INSTANTS = st.integers(0, 4 * 10**15).map(from_micros)
_FRACTIONS = st.integers(0, 100_000).map(lambda n: n / 100_000)
_SUBJECTS = st.builds(Subject, st.integers(1, 10**6), st.integers(0, 79), st.tuples(*[_FRACTIONS] * 4))
_FIGURES = st.dictionaries(st.text(max_size=8), st.integers(-(10**6), 10**6) | st.floats(0, 1e6) | st.text(max_size=5))
_TEXT = st.text(min_size=1, max_size=12)
_ALERTS = st.builds(
    Alert,
    id=st.uuids(),
    revision=st.integers(1, 99),
    code=st.sampled_from(["INTRUDE", "LINE"]),
    level=st.sampled_from([1, 2, 3, 4]),
    camera=_TEXT,
    rule=_TEXT,
    place=_TEXT,
    began=_INSTANTS,
    detected=_INSTANTS,
    ended=st.none() | _INSTANTS,
    count=st.integers(1, 99),
    observed=_FIGURES,
    threshold=_FIGURES,
    subjects=st.lists(_SUBJECTS, max_size=3).map(tuple),
    snapshot=st.none() | _TEXT,
    source=st.sampled_from(["live", "replay"]),
)
_SPANS = st.builds(
    BlindSpan, st.uuids(), st.sampled_from([1, 2]), _TEXT, st.sampled_from(sorted(BLIND_REASONS)), _INSTANTS, _INSTANTS
)


_COUNTS = st.builds(
    FlowCount,
    st.uuids(),
    st.integers(1, 99),
    _TEXT,
    _TEXT,
    _TEXT,
    _INSTANTS,
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)


@given(_ALERTS)
def test_an_alert_comes_back_the_same(alert: Alert) -> None:
    assert decode_alert(encode_alert(alert)) == alert


@given(_SPANS)
def test_a_blind_span_comes_back_the_same(span: BlindSpan) -> None:
    assert decode_blind(encode_blind(span)) == span


@given(_COUNTS)
def test_a_count_comes_back_the_same(count: FlowCount) -> None:
    assert decode_flow(encode_flow(count)) == count


@given(_INSTANTS)
def test_an_instant_comes_back_the_same(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at
    assert from_iso(to_iso(at)) == at


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"id":"x"}', '{"id":1}'])
def test_what_is_no_alert_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_alert(text)
    with pytest.raises(ValueError, match=r".+"):
        decode_blind(text)
    with pytest.raises(ValueError, match=r".+"):
        decode_flow(text)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        from_iso("2026-01-01T00:00:00")


def test_an_entry_comes_back_from_its_stream_message() -> None:
    entry = Entry("watch-0a0b0c0d", 7, "blind", '{"口":1}')

    assert Entry.of({k.encode(): v.encode() for k, v in entry.fields().items()}) == entry


@pytest.mark.parametrize(
    "fields", [{}, {b"origin": b"x", b"seq": b"one", b"kind": b"alert", b"body": b""}, {b"kind": b"other"}]
)
def test_a_message_that_is_no_entry_is_refused(fields: dict[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Entry.of(fields)


@pytest.mark.parametrize(
    "message",
    [
        Sample(1, 2, 3, 4, 5, 640, 480, frozen=True),
        Health(1, "stalled", 2, detail="断流", counts={"decoded": 3}),
        Want(640, 640, 5.0),
    ],
)
def test_a_link_message_comes_back_the_same(message: Any) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"t":"bang"}', b'{"t":"want","width":1}', b"\xff"])
def test_what_is_no_link_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(data)


def test_the_same_onset_has_the_same_id_and_another_picture_another() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    onset = Onset("gsdt", "gate-1", "INTRUDE:yard", "yard", at)

    assert mint(onset) == UUID("4d9a944b-ecab-54f9-953f-097497c19b8b")
    assert mint(onset) != mint(Onset("gsdt", "gate-1", "INTRUDE:yard", "yard", from_micros(to_micros(at) + 1)))
