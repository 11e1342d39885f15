"""A signature holds for its bytes, its id, its time and its key, as the public package says too."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.signing import WINDOW, Signature, holds, signed
from models.clock import utc_now

KEY = b"0123456789abcdef0123456789abcdef"
AT = datetime.fromtimestamp(1_700_000_000, UTC)
BODY = b'{"a":1}'


def test_the_vector_of_the_contract_is_signed_as_it_says() -> None:
    assert signed(KEY, "m1", AT, BODY).signatures == "v1,w9USg/v9ZDt9IHzP832p8V7sTakGyUh/UfxBzU+LTB0="


def test_the_public_package_takes_ours_and_we_take_its() -> None:
    now = utc_now()
    theirs = Webhook(base64.b64encode(KEY).decode()).sign("m2", now, "中文")

    Webhook(KEY).verify("中文", signed(KEY, "m2", now, "中文".encode()).headers, json_parse=False)

    assert holds(KEY, Signature("m2", str(int(now.timestamp())), theirs), "中文".encode(), now)


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({"id": "m9"}, BODY),
        ({"timestamp": "1700000001"}, BODY),
        ({"signatures": ""}, BODY),
        ({"signatures": "v1,"}, BODY),
        ({"signatures": "v1,%%% v1a,x"}, BODY),
        ({"timestamp": "١٧٠٠٠٠٠٠٠٠"}, BODY),
        ({"timestamp": "-1"}, BODY),
        ({}, b'{"a":2}'),
    ],
)
def test_whatever_else_is_said_does_not_hold(change: dict[str, str], body: bytes) -> None:
    good = signed(KEY, "m1", AT, BODY)
    said = Signature(**{"id": good.id, "timestamp": good.timestamp, "signatures": good.signatures, **change})

    assert not holds(KEY, said, body, AT)
    assert holds(KEY, good, BODY, AT)


def test_another_key_or_none_does_not_hold() -> None:
    good = signed(KEY, "m1", AT, BODY)

    assert not holds(b"f" * 32, good, BODY, AT)
    assert not holds(b"", signed(b"", "m1", AT, BODY), BODY, AT)


def test_one_good_signature_among_several_is_enough_so_that_keys_can_be_changed() -> None:
    good = signed(KEY, "m1", AT, BODY)
    many = Signature("m1", good.timestamp, f"{signed(b'f' * 32, 'm1', AT, BODY).signatures} {good.signatures}")

    assert holds(KEY, many, BODY, AT)


@pytest.mark.parametrize(("late", "holds_then"), [(WINDOW, True), (WINDOW + timedelta(seconds=1), False)])
def test_it_holds_for_five_minutes_either_way(late: timedelta, holds_then: bool) -> None:
    good = signed(KEY, "m1", AT, BODY)

    assert holds(KEY, good, BODY, AT + late) is holds_then
    assert holds(KEY, good, BODY, AT - late) is holds_then
    if not holds_then:
        with pytest.raises(WebhookVerificationError):
            Webhook(KEY).verify(BODY, good.headers)
