"""Where officers in the street reach their page: a listener of its own, so that the wall's needs no way in."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from config.checked import ANumber
from config.listener import Listener


class Officer(Listener):
    """Where the officers' page is served, and how phones reach it."""

    port: Annotated[int, ANumber, Field(ge=0, le=65535)] = 8781
    url: str | None = None

    @field_validator("url")
    @classmethod
    def _is_an_address_of_ours(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("is no address of a page; write https://host[:port]/ as phones open it")
        return url if url.endswith("/") else f"{url}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand in a Host header; also the name in `url`, by which phones ask."""
        name = urlsplit(self.url).hostname if self.url else None
        return super().hosts | ({f"[{name}]" if ":" in name else name} if name else frozenset())

    def address(self, port: int) -> str:
        """For a phone; `port` is what it really listens on."""
        return self.url or super().address(port)
