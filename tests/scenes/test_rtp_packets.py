"""RTP packets and NAL units: what is cut can be put together again."""

import struct
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scenes.clip import AccessUnit
from scenes.nal import H264, H265, NalReader
from scenes.rtp import MAX_PAYLOAD_BYTES, RtpStream, payloads

_AT = datetime(2026, 1, 1, tzinfo=UTC)
nals = st.builds(
    lambda kind, body: bytes((0x60 | kind,)) + body + b"\x80", st.integers(1, 12), st.binary(max_size=5000)
)
nals_h265 = st.builds(
    lambda kind, layer, body: bytes((kind << 1, layer)) + body + b"\x80",
    st.integers(0, 40),
    st.integers(1, 7),
    st.binary(max_size=5000),
)


@given(st.lists(nals, min_size=1, max_size=4))
def test_fragments_make_the_picture_again(units: list[bytes]):
    whole: list[bytes] = []
    for part in payloads(AccessUnit(0, True, tuple(units)), H264):
        assert len(part) <= MAX_PAYLOAD_BYTES
        if part[0] & 31 != 28:
            whole.append(part)
        elif part[1] & 0x80:
            whole.append(bytes((part[0] & 0xE0 | part[1] & 31,)) + part[2:])
        else:
            whole[-1] += part[2:]

    assert whole == units


@given(st.lists(nals_h265, min_size=1, max_size=4))
def test_fragments_of_h265_make_the_picture_again(units: list[bytes]):
    whole: list[bytes] = []
    ends = 0
    for part in payloads(AccessUnit(0, True, tuple(units)), H265):
        assert len(part) <= MAX_PAYLOAD_BYTES
        if part[0] >> 1 & 63 != 49:
            whole.append(part)
            continue
        ends += bool(part[2] & 0x40)
        if part[2] & 0x80:
            whole.append(bytes((part[0] & 0x81 | (part[2] & 63) << 1, part[1])) + part[3:])
        else:
            whole[-1] += part[3:]

    assert whole == units
    assert ends == sum(len(unit) > MAX_PAYLOAD_BYTES for unit in units)


@given(st.lists(nals.filter(lambda nal: b"\0\0\1" not in nal and b"\0\0\0" not in nal), min_size=1, max_size=5))
def test_both_ways_of_keeping_nal_units_say_the_same(units: list[bytes]):
    annex_b = b"".join(b"\0\0\1" + nal for nal in units)
    lengths = b"".join(len(nal).to_bytes(4, "big") + nal for nal in units)
    avcc = b"\x01\x42\xc0\x1e\xff\xe0\x00"

    assert NalReader(b"").split(annex_b) == NalReader(avcc).split(lengths) == tuple(units)


def test_sequence_numbers_go_on_and_the_last_packet_of_a_picture_is_marked():
    stream = RtpStream()
    sent = [packet for n in range(3) for packet in stream.picture((b"a", b"b"), n * 7200, _AT + timedelta(seconds=n))]
    packets = [struct.unpack("!BBHII", packet[:12]) for channel, packet in sent if channel == 0]

    first = packets[0][2]
    assert [(number - first) % 65536 for _, _, number, _, _ in packets] == list(range(6))
    assert [kind >> 7 for _, kind, *_ in packets] == [0, 1] * 3
    assert (packets[2][3] - packets[0][3]) % 2**32 == 7200


def test_a_report_comes_first_and_then_every_five_seconds():
    stream = RtpStream()
    reports = [
        n
        for n in range(12)
        for channel, _ in stream.picture((b"x",), n * 90_000, _AT + timedelta(seconds=n))
        if channel == 1
    ]

    assert reports == [0, 5, 10]


def test_a_report_says_which_instant_a_stamp_stands_for():
    (_, report), (_, packet) = RtpStream().picture((b"x",), 4500, _AT + timedelta(milliseconds=50))
    _, kind, _, _, seconds, fraction, stamp, *_ = struct.unpack("!BBHIIIIII", report)

    assert kind == 200
    assert seconds - 2_208_988_800 == int(_AT.timestamp())
    assert fraction / 2**32 == 0.05 or abs(fraction / 2**32 - 0.05) < 1e-6
    assert stamp == struct.unpack("!I", packet[4:8])[0]
