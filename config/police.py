"""The police: to whom confirmed incidents are pushed, with which keys, and where evidence may be looked at."""

import base64
import binascii
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from config.camera import Id, Name
from config.checked import ANumber, Checked, Seconds
from config.filled import GONE

_PREFIX = "whsec_"
_SHORTEST_BYTES, _LONGEST_BYTES = 24, 64
"""What Standard Webhooks allows for a key."""
_SOURCE_CHARS = 200


class Target(Checked):
    """A system of the police that takes pushes."""

    id: Id
    name: Name
    url: Annotated[str, Field(repr=False)]
    key: Annotated[str, Field(repr=False)]
    receipt_key: Annotated[str | None, Field(repr=False)] = None
    private: bool = False
    """It lies at a private or loopback address; only then may it be reached there, and without TLS."""
    timeout_s: Annotated[float, ANumber, Field(gt=0, le=60)] = 10.0
    test: bool = False

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        write = "write https://host[:port]/path"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(f"is no address; {write}") from None
        if parts.scheme not in ("https", "http") or not parts.hostname or port == 0 or re.search(r"\s|\\", url):
            raise ValueError(f"is no address of a web service; {write}")
        if not _is_name(parts.hostname):
            raise ValueError(f"its host has a part that is empty or longer than 63 characters; {write}")
        if "@" in parts.netloc or parts.fragment:
            raise ValueError(f"may hold no name, password or #; the key goes into key, and {write}")
        return url

    @field_validator("key", "receipt_key")
    @classmethod
    def _is_key(cls, key: str | None) -> str | None:
        if key is None or key.removeprefix(_PREFIX) == GONE or _SHORTEST_BYTES <= len(_decoded(key)) <= _LONGEST_BYTES:
            return key
        raise ValueError(
            f"must be {_PREFIX} and the base64 of {_SHORTEST_BYTES} to {_LONGEST_BYTES} random bytes "
            "(`openssl rand -base64 32`); keep it in a file and write ${file:/run/secrets/police}"
        )

    @property
    def host(self) -> str:
        """Where it is, by name."""
        return urlsplit(self.url).hostname or ""

    @property
    def secret(self) -> bytes:
        """What pushes are signed with; empty where its file was lost while the site runs."""
        return _decoded(self.key)

    @property
    def receipt_secret(self) -> bytes:
        """What receipts are signed with; empty as above."""
        return _decoded(self.receipt_key or self.key)


class Police(Checked):
    """What leaves the house, and to whom."""

    hosts: tuple[str, ...] = ()
    """The only hosts to which anything is sent."""
    source: Annotated[str, Field(min_length=1, max_length=_SOURCE_CHARS)] | None = None
    public_url: str | None = None
    link_h: Annotated[int, ANumber, Field(ge=1, le=24)] = 24
    ack_s: Annotated[Seconds, Field(gt=0)] = 120.0
    test: bool = False
    targets: Annotated[tuple[Target, ...], Field(max_length=8)] = ()

    @field_validator("source")
    @classmethod
    def _is_source(cls, source: str | None) -> str | None:
        if source is not None and not re.fullmatch(r"[\x21-\x7e]+", source):
            raise ValueError("must be a URI or a path without blanks, e.g. /cn/321102/placeholder/gate")
        return source

    @field_validator("public_url")
    @classmethod
    def _is_public(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^\s/@?#]+", url):
            raise ValueError("must be https://host[:port] under which the police reach the wall, without a path")
        return url

    def target(self, target_id: str) -> Target | None:
        """The target of that id; None where it is not configured any more."""
        return next((target for target in self.targets if target.id == target_id), None)

    def is_test(self, target: Target) -> bool:
        """Whether nothing that goes there may look real."""
        return self.test or target.test


def _is_name(host: str) -> bool:
    """Whether a name server can be asked for it at all."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _decoded(key: str) -> bytes:
    """The bytes of a key; none where it is none."""
    if not key.startswith(_PREFIX):
        return b""
    try:
        return base64.b64decode(key.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
