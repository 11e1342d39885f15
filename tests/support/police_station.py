"""A receiver of pushes that is really there: it checks signatures with the public package, and misbehaves on demand."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from config.police import Police, Target
from config.site import Name

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def receipt_secret(name: str) -> str:
    """What the target of this name signs its receipts with."""
    return "whsec_" + base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class Call:
    """What came in one request.

    Attributes:
        id: webhook-id.
        at: time.monotonic() of it.
        body: Its bytes.
        genuine: Whether the signature holds.
        answer: What was answered.
    """

    id: str
    at: float
    body: bytes
    genuine: bool
    answer: int

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data


@dataclass
class Station:
    """What the receiver heard; `answers` are taken from its front, and 204 where it is empty.

    Attributes:
        heard: Before anything is answered; may block, or kill somebody.
        connected: When a connection comes, before a byte of it is read.
    """

    port: int = 0
    key: bytes = KEY
    answers: list[int] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    heard: Callable[[], None] = lambda: None
    connected: Callable[[], None] = lambda: None
    delay_s: float = 0.0

    @property
    def accepted(self) -> list[Call]:
        """Those that were answered well, each id once: what a receiver that knows ids has."""
        seen: dict[str, Call] = {}
        for call in self.calls:
            if call.genuine and call.answer < 300:
                seen.setdefault(call.id, call)
        return list(seen.values())

    def target(self, name: str = "station", **change: Any) -> Target:
        values = {
            "id": name,
            "name": Name(zh="占位派出所", en="Placeholder station"),
            "url": f"http://127.0.0.1:{self.port}/hook",
            "key": SECRET,
            "receipt_key": receipt_secret(name),
            "private": True,
            "timeout_s": 20.0,  # whoever sends may share our process, and both stall
            **change,
        }
        return Target(**values)


def police(*targets: Target, **change: Any) -> Police:
    """The police's part of a configuration."""
    return Police(hosts=tuple({target.host for target in targets}), targets=targets, **change)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, station: Station) -> None:
        super().__init__(("127.0.0.1", station.port), _Handler)
        self.station = station
        station.port = self.server_address[1]

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.station.connected()
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever called was killed, or has lost patience."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        station = self.server.station
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            return  # the sender died in the middle
        try:
            Webhook(station.key).verify(body, dict(self.headers.items()))
            genuine = True
        except WebhookVerificationError:
            genuine = False
        answer = (station.answers.pop(0) if station.answers else 204) if genuine else 401
        station.calls.append(Call(self.headers["webhook-id"], time.monotonic(), body, genuine, answer))
        station.heard()
        time.sleep(station.delay_s)
        self.send_response(answer)
        if 300 <= answer < 400:
            self.send_header("Location", f"http://127.0.0.1:{station.port}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def open_station(station: Station) -> Iterator[Station]:
    """It listens until the end of the block; a port that it has had is its own again."""
    server = _Server(station)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="station")
    thread.start()
    try:
        yield station
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
