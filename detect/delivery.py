"""Carries journal rows to the desk: onto the stream, until the desk says that they are safe in the database."""

import json
import logging
from typing import Any, Final

from redis import Redis, ResponseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from models import keys
from models.clock import Monotonic, monotonic_now
from models.entry import Entry
from models.journal import Journal

log = logging.getLogger("detect:delivery")

ANSWER_S: Final = 1.0
"""Redis answers on this machine within milliseconds; waiting longer would only make us late elsewhere."""

_OVERDUE_S: Final = 10.0
"""A desk that lives settles within a second or two."""

_LOOK_S: Final = 1.0
"""How often we look whether Redis is still the one that has our rows."""

_PRUNE_S: Final = 3600.0
_AT_ONCE: Final = 200
"""Rows a step; keeps a step short after a long time without Redis."""

_STREAM_LENGTH: Final = 100_000
"""Older messages are cut off; those that nobody has read are still in the journal, unsettled, and come again."""


def connect(url: str) -> Redis:
    """A client that never waits: no retries of its own, short timeouts."""
    client: Redis = Redis.from_url(
        url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, retry=Retry(NoBackoff(), 0)
    )
    return client


class Delivery:
    """One journal's way to the desk; used by one thread, step by step.

    Args:
        journal: This thread's own opening of the journal.
        redis: See `connect`.
    """

    def __init__(self, journal: Journal, redis: Redis) -> None:
        self._journal, self._redis = journal, redis
        self._run_id: str | None = None
        self._read_to = b"0"
        self._look_at = self._prune_at = Monotonic(0.0)

    def step(self) -> bool:
        """Send what has not been sent, send again what is overdue, note what is settled.

        Returns:
            Whether there is more to send at once.

        Raises:
            redis.RedisError: Redis does not answer as it should; nothing is lost, call again later.
            JournalError: the journal cannot be used.
        """
        now = monotonic_now()
        if now >= self._look_at:
            self._look()
            self._look_at = Monotonic(now + _LOOK_S)
        fresh = self._journal.unsent(_AT_ONCE)
        self._send(fresh)
        self._settle()
        again = self._journal.overdue(_OVERDUE_S, _AT_ONCE)
        self._send(again)
        if now >= self._prune_at:
            self._journal.prune()
            self._prune_at = Monotonic(now + _PRUNE_S)
        return _AT_ONCE in (len(fresh), len(again))

    def _look(self) -> None:
        """Make sure of stream and group; when Redis is not the one we knew, everything unsettled goes again."""
        run_id = str(self._redis.info("server")["run_id"])
        wiped = bool(self._redis.set(keys.witness(self._journal.origin), 1, nx=True))
        made = self._make_group()
        if self._run_id not in (None, run_id) or wiped or made:
            again = self._journal.send_all_again()
            self._read_to = b"0"
            if again:
                log.warning("Redis has lost its stream or was restarted: %d unsettled rows are sent again", again)
        self._run_id = run_id

    def _make_group(self) -> bool:
        try:
            self._redis.xgroup_create(keys.ALERTS, keys.DESK_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" in str(error):
                return False
            raise
        return True

    def _send(self, entries: list[Entry]) -> None:
        if not entries:
            return
        pipe = self._redis.pipeline(transaction=False)
        for entry in entries:
            fields: dict[Any, Any] = {**entry.fields()}
            pipe.xadd(keys.ALERTS, fields, maxlen=_STREAM_LENGTH, approximate=True)
        pipe.execute()
        self._journal.mark_sent([entry.seq for entry in entries])

    def _settle(self) -> None:
        key = keys.settled(self._journal.origin)
        answer: Any = self._redis.xread({key: self._read_to}, count=_AT_ONCE)
        for _, messages in answer or ():
            seqs: list[int] = []
            for number, fields in messages:
                seqs += _seqs(fields)
                self._read_to = number
            self._journal.mark_settled(seqs)


def _seqs(fields: dict[bytes, bytes]) -> list[int]:
    """The numbers in one message; what is not ours is passed over, since its rows simply go again."""
    try:
        return [int(seq) for seq in json.loads(fields.get(b"seqs", b"[]"))]
    except (ValueError, TypeError):
        log.warning("a settled message could not be read")
        return []
