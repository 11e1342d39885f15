"""PostgreSQL by asyncpg: how a session begins, how a dead server is noticed, and what its errors mean for us."""

import socket
from typing import Any, Final

import asyncpg
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DataError, OperationalError

_CONNECT_S: Final = 5
_BUSY_S: Final = 5
"""How long a writer waits for another before it gives up; transactions take milliseconds."""
_STATEMENT_S: Final = 10
_IDLE_S: Final = 15
"""A process that was stopped within a transaction must not hold all writers up: the server ends its session."""
_DEAD_S: Final = 10
"""A server that says nothing to the kernel for so long is gone: its machine lost power, or somebody pulled a cable."""

_OF_THE_ROW: Final = frozenset({"21", "22", "23", "44", "54", "P0"})
"""Classes of SQLSTATE that blame what was to be written: cardinality, data, integrity, check option, limits, triggers.
All others blame the database or the way to it, and the same words may succeed later.
"""


class _Connection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """Notices within seconds that the machine at the other end is gone."""

    def __init__(self, protocol: Any, transport: Any, *others: Any) -> None:  # noqa: ANN401 (the driver's own types)
        super().__init__(protocol, transport, *others)
        link = transport.get_extra_info("socket")
        if link is not None and link.family in (socket.AF_INET, socket.AF_INET6):
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in (
                (socket.TCP_KEEPIDLE, _DEAD_S // 2),
                (socket.TCP_KEEPINTVL, 1),
                (socket.TCP_KEEPCNT, _DEAD_S // 2),
                (socket.TCP_USER_TIMEOUT, _DEAD_S * 1000),
            ):
                link.setsockopt(socket.IPPROTO_TCP, option, value)


def engine_words(*, patient: bool) -> dict[str, Any]:
    """What an engine is made with; the connections of a patient one wait for locks and are never cut off."""
    settings = {
        "application_name": "kanmen",
        "synchronous_commit": "on",  # what is acknowledged is on disk, whatever the server's own default
        "jit": "off",  # our statements are small; compiling them takes longer than they do
        "statement_timeout": "0" if patient else f"{_STATEMENT_S}s",
        "lock_timeout": "0" if patient else f"{_BUSY_S}s",
        "idle_in_transaction_session_timeout": "0" if patient else f"{_IDLE_S}s",
        "tcp_keepalives_idle": f"{_DEAD_S}",  # the same from the other end: our locks must not outlive our machine
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
    }
    connecting = {"timeout": _CONNECT_S, "connection_class": _Connection, "server_settings": settings}
    return {
        "connect_args": connecting,
        "isolation_level": "READ COMMITTED",  # whatever the server's own default
        "pool_pre_ping": True,  # a server that was started again costs nobody an error
    }


def listen(engine: Engine) -> None:
    """Have all that goes wrong told in words that hold for every database."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _judged)


def _connect(dialect: Dialect, _record: object, args: list[Any], words: dict[str, Any]) -> Any:  # noqa: ANN401 (the driver's own type)
    """A connection; whatever hinders it is an OperationalError.

    Raises:
        OperationalError: of the driver's module, as SQLAlchemy expects it.
    """
    module: Any = dialect.loaded_dbapi
    try:
        return dialect.connect(*args, **words)
    except TimeoutError as error:
        raise module.OperationalError(f"no answer within {_CONNECT_S} s") from error
    except (OSError, module.Error) as error:
        raise module.OperationalError(str(error)) from error


def _judged(context: ExceptionContext) -> Exception | None:
    """What an error means: DataError, the row cannot be stored; OperationalError, the database is away or not in order.

    None leaves it as it is: the row contradicts what is stored, or a trigger refuses it.
    """
    error: Any = context.original_exception
    cause = error.__cause__
    if isinstance(cause, asyncpg.PostgresError):
        cause.detail = None  # it repeats values, which may be secret
    module: Any = context.dialect.loaded_dbapi
    if isinstance(error, OSError):
        context.is_disconnect = True
    elif not isinstance(error, module.Error) or isinstance(error, module.OperationalError):
        return None
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(cause, asyncpg.DataError) or state.startswith("22"):
        return _of(DataError, module.DataError, context)
    if state[:2] in _OF_THE_ROW:
        return None
    return _of(OperationalError, module.OperationalError, context)


def _of(
    kind: type[DataError | OperationalError],
    driver_kind: Any,  # noqa: ANN401 (as above)
    context: ExceptionContext,
) -> Exception:
    error = driver_kind(str(context.original_exception) or type(context.original_exception).__name__)
    return kind(
        context.statement,
        None,
        error,
        hide_parameters=True,
        connection_invalidated=context.is_disconnect,
    )
