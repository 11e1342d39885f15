"""Rows reach the stream and stay ours until the desk says that they are safe, whatever happens to Redis."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import RedisError
from waiting import until

from detect import delivery as delivery_module
from detect.delivery import Delivery, connect
from detect.outlet import Outlet
from models import keys
from models.journal import Draft, Journal, read_entries


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db")
    yield journal
    journal.close()


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at Redis and at overdue rows at every step."""
    monkeypatch.setattr(delivery_module, "_LOOK_S", 0.0)


def _draft(number: int) -> Draft:
    return Draft("alert", f"a{number}", 1, "{}", 5)


def _seqs(messages: object) -> list[int]:
    return [int(fields[b"seq"]) for _, fields in messages]


def test_rows_go_onto_the_stream_once_in_their_order(journal: Journal, server) -> None:
    journal.append([_draft(n) for n in range(5)], {})
    with server.client() as client:
        delivery = Delivery(journal, client)
        delivery.step()
        delivery.step()

        assert _seqs(client.xrange(keys.ALERTS)) == [1, 2, 3, 4, 5]
        assert client.xinfo_groups(keys.ALERTS)[0]["name"] in (b"desk", "desk")


def test_what_the_desk_calls_safe_is_settled(journal: Journal, server) -> None:
    journal.append([_draft(n) for n in range(3)], {})
    with server.client() as client:
        delivery = Delivery(journal, client)
        delivery.step()
        client.xadd(keys.settled(journal.origin), {"seqs": "[1, 3]"})
        client.xadd(keys.settled(journal.origin), {"seqs": "nonsense"})
        delivery.step()

    assert journal.unsettled() == 1


@pytest.mark.usefixtures("eager")
def test_a_wiped_redis_gets_the_unsettled_rows_again_and_the_group_back(journal: Journal, server) -> None:
    journal.append([_draft(n) for n in range(3)], {})
    with server.client() as client:
        delivery = Delivery(journal, client)
        delivery.step()
        client.xadd(keys.settled(journal.origin), {"seqs": "[1]"})
        delivery.step()
        client.flushall()
        delivery.step()

        assert _seqs(client.xrange(keys.ALERTS)) == [2, 3]
        assert len(client.xinfo_groups(keys.ALERTS)) == 1
        client.xadd(keys.settled(journal.origin), {"seqs": "[2, 3]"})
        delivery.step()

    assert journal.unsettled() == 0


@pytest.mark.usefixtures("eager")
def test_a_wipe_is_noticed_also_when_the_desk_has_made_its_group_again(journal: Journal, server) -> None:
    journal.append([_draft(1)], {})
    with server.client() as client:
        delivery = Delivery(journal, client)
        delivery.step()
        client.flushall()
        client.xgroup_create(keys.ALERTS, keys.DESK_GROUP, id="0", mkstream=True)
        delivery.step()

        assert _seqs(client.xrange(keys.ALERTS)) == [1]


@pytest.mark.usefixtures("eager")
def test_a_restarted_redis_gets_the_unsettled_rows_again(journal: Journal, server) -> None:
    journal.append([_draft(1)], {})
    with connect(server.url) as client:
        delivery = Delivery(journal, client)
        delivery.step()
        server.kill()
        journal.append([_draft(2)], {})
        began = time.monotonic()
        with pytest.raises(RedisError):
            delivery.step()
        waited = time.monotonic() - began
        server.start()
        delivery.step()

        assert waited < 0.5
        assert _seqs(client.xrange(keys.ALERTS))[-2:] == [2, 1]


def test_the_thread_outlives_a_killed_a_wiped_and_a_hung_redis(journal: Journal, server, tmp_path: Path) -> None:
    outlet = Outlet(server.url, tmp_path / "journal.db", ["gate-1"])
    outlet.start()
    with server.client() as client:
        journal.append([_draft(1)], {})
        outlet.wake()
        until(lambda: client.xlen(keys.ALERTS) == 1)
        server.kill()
        journal.append([_draft(2)], {})
        outlet.wake()
        time.sleep(0.6)
        server.start()
        until(lambda: 2 in _seqs(client.xrange(keys.ALERTS)))
        client.flushall()
        journal.append([_draft(3)], {})
        outlet.wake()
        until(lambda: {1, 2, 3} <= set(_seqs(client.xrange(keys.ALERTS))))
        os.kill(server.process.pid, signal.SIGSTOP)
        journal.append([_draft(4)], {})
        began = time.monotonic()
        outlet.wake()
        outlet.draw({"camera": "gate-1", "taken": 1, "tracks": []})
        held = time.monotonic() - began
        time.sleep(1.3)
        os.kill(server.process.pid, signal.SIGCONT)
        until(lambda: 4 in _seqs(client.xrange(keys.ALERTS)))
        client.xadd(keys.settled(journal.origin), {"seqs": json.dumps([1, 2, 3, 4])})
        until(lambda: journal.unsettled() == 0)
    outlet.end(2.0)

    assert outlet.failure is None
    assert held < 0.1
    assert [row.sent is not None for row in read_entries(tmp_path / "journal.db")] == [True] * 4
