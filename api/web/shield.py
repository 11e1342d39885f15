"""What every request passes first: known host, no foreign origin, no huge body; and what every answer carries."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import RefusalError
from config.listener import Listener

_BODY_BYTES: Final = 64 * 1024
"""The largest request is a login."""
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECURE: Final = ("https", "wss")
_ALWAYS_TLS: Final = "max-age=31536000"
"""A year; of this name alone, what lies below it is not ours."""
_READING: Final = ("GET", "HEAD", "OPTIONS")


Roomy = Mapping[str, tuple[re.Pattern[str], int]]


class Shield:
    """ASGI middleware around a whole page; `listener` is asked each time, since names may change while it serves.

    `roomy` says by method which paths may carry a larger body, and how many bytes.
    """

    def __init__(self, app: ASGIApp, listener: Callable[[], Listener], roomy: Roomy) -> None:
        self._app = app
        self._listener = listener
        self._roomy = roomy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and dress the answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if scope["scheme"] in _SECURE:
                    headers["Strict-Transport-Security"] = _ALWAYS_TLS
                headers.setdefault("Cache-Control", "no-store" if scope["path"].startswith("/api/") else "no-cache")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, dressed)
        else:
            await JSONResponse(refusal.body(), refusal.status)(scope, receive, dressed)

    def _refusal(self, scope: Scope) -> RefusalError | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host_name(host) not in self._listener().hosts:
            return RefusalError("host")
        origin = headers.get("origin")
        foreign = origin is not None and not _is_ours(origin, host, scope["scheme"])
        if scope["type"] == "websocket":
            return RefusalError("origin") if foreign or origin is None else None
        if foreign and scope["method"] not in _READING:
            return RefusalError("origin")
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or int(length) > self._room(scope):
            return RefusalError("too_large")
        return None

    def _room(self, scope: Scope) -> int:
        """The most bytes that the body of this request may have."""
        path, most = self._roomy.get(scope["method"], (None, _BODY_BYTES))
        return most if path is None or path.fullmatch(scope["path"]) else _BODY_BYTES


def _is_ours(origin: str, host: str, scheme: str) -> bool:
    """Whether a page of ours sent it; behind a TLS proxy its scheme is https where ours is not."""
    spoken, _, named = origin.partition("://")
    return named == host and (spoken == "https" or scheme not in _SECURE)


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
