"""Where a page is served: address and port, the names under which it may be asked for, TLS."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, field_validator

from config.checked import ANumber, Checked
from config.paths import Named

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_EVERY: Final = ("0.0.0.0", "::")  # noqa: S104 (compared, not listened on)
"""Addresses under which nobody asks."""
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]")

_IN_THE_CLEAR: Final = (
    "is reached from elsewhere, and passwords would travel in the clear; add tls, keep 127.0.0.1, "
    "or write plain_http: true where something before it speaks TLS"
)


def _is_host_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("is no name of a host; write it in small letters and without port, e.g. kanmen.example")
    return text


HostName = Annotated[str, AfterValidator(_is_host_name)]


class Tls(Checked):
    """The certificate of a listener, read at its start; relative names count from the configuration's folder."""

    certificate: Named | None = None
    key: Named | None = None

    @property
    def files(self) -> tuple[Path, Path] | None:
        """Certificate and key; None where there is no TLS."""
        return (self.certificate, self.key) if self.certificate and self.key else None


class Listener(Checked):
    """Where a page is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, ANumber, Field(ge=0, le=65535)]
    names: tuple[HostName, ...] = ()
    tls: Tls = Tls()
    plain_http: bool = False
    """Told on purpose: passwords travel in the clear, or something before us speaks TLS."""

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str) -> str:
        if not host or re.search(r"[\s/\[\]]", host):
            raise ValueError("is no address to listen on; write e.g. 127.0.0.1, without port and brackets")
        return host

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand in a Host header, in front of the port."""
        return frozenset((*map(_bracketed, (*LOOPBACK, self.host)), *self.names))

    def address(self, port: int) -> str:
        """For a browser; `port` is what it really listens on."""
        host = self.names[0] if self.names else _bracketed(self.host)
        return f"http{'s' if self.tls.files else ''}://{host}:{port}/"


def unguarded(listener: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Why this listener, as it stands in the file, may not serve: (path of keys, what to do)."""
    named = listener.get("tls")
    tls = named if isinstance(named, Mapping) else {}
    for key, other in (("certificate", "key"), ("key", "certificate")):
        if tls.get(key) and not tls.get(other):
            yield ("tls", key), f"serves nothing without its {other}; name that too, or leave out both"
    host = listener.get("host")
    if not isinstance(host, str) or host in LOOPBACK:
        return
    if not tls.get("certificate") and not tls.get("key") and listener.get("plain_http") is not True:
        yield ("host",), _IN_THE_CLEAR
    if host in _EVERY and not listener.get("names"):
        yield ("host",), "is every address, and none is a name to ask for; write under names how browsers ask"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
