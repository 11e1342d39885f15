"""A web worker's process: serves the wall or the officers' page on a socket that the supervisor listens on."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn
from fastapi import FastAPI

from api.sessions import Door
from api.web.app import create_app
from api.web.phone_app import create_phone_app
from api.web.wall_state import WallState
from config.handover import Handover
from config.site import Site

APPS: Final[dict[Door, Callable[[Site], FastAPI]]] = {"wall": create_app, "phone": create_phone_app}
"""Which application serves which door."""

log: Final = logging.getLogger("wall")

_GRACE_S: Final = 3
"""How long requests under way may take to end."""
_MESSAGE_BYTES: Final = 16 * 1024
"""The largest message of a browser is its list of tiles."""


class _Server(uvicorn.Server):
    """Ends when told by an event; signals are the programme's business."""

    def __init__(
        self, config: uvicorn.Config, state: WallState, stop: threading.Event, handover: Handover | None
    ) -> None:
        super().__init__(config)
        self._state = state
        self._stop = stop
        self._handover = handover

    async def on_tick(self, counter: int) -> bool:
        if self._handover and (handed := self._handover.next()):
            self._state.change(handed.site, handed.revision.number)
            log.info("revision %d is in force", handed.revision.number)
        if self._stop.is_set() or self._state.broken:
            self._state.closing.set()  # feeds end by themselves
            self._state.bell.ring()
            self.should_exit = True
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(site: Site, door: Door, listen_fd: int, stop: threading.Event, handover: Handover | None = None) -> None:
    """Serve until `stop` is set, on the listening socket `listen_fd`, which this function takes over.

    Args:
        site: The configuration.
        door: Which page.
        listen_fd: See above.
        stop: See above.
        handover: Where the next revisions of the configuration come from; None where none will.

    Raises:
        ConfigError: a revision that was handed over is not good any more.
    """
    app = APPS[door](site)
    certificate, key = app.state.wall.listener.tls.files or (None, None)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ws_max_size=_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # pictures are compressed already
        timeout_graceful_shutdown=_GRACE_S,
    )
    if handover:
        app.state.wall.pulse.revision = handover.revision.number
    with socket.socket(fileno=listen_fd) as listener:
        _Server(config, app.state.wall, stop, handover).run(sockets=[listener])
