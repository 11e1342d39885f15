"""Signed links: one piece of evidence, for a short while, for somebody who has no account here."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from api.refusals import RefusalError
from models.clock import to_micros

_PURPOSE: Final = b"kanmen evidence link 1\n"
"""Signed with the rest: what this key signs for another purpose opens no evidence."""

POLICE: Final = "police:"
"""Before the id of a target: who makes the links that a push carries."""

_KEY_BYTES: Final = 32
_TOKEN_CHARS: Final = 1024


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens.

    Attributes:
        evidence: Id of the evidence.
        sha256: Of its file: a link opens what its maker has seen, and nothing that came later.
        by: Account of its maker; or POLICE and the target for whom a push made it.
        expires: µs since 1970 UTC.
    """

    evidence: str
    sha256: str
    by: str
    expires: int


class Links:
    """Makes and reads links; the key lies in a file of its own. Whoever removes that file revokes every link.

    Args:
        path: Of the key; made with the first link, for our user alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def made(self, link: Link) -> str:
        """The token of a link.

        Raises:
            OSError: the key can be neither read nor made.
        """
        body = json.dumps(asdict(link), separators=(",", ":")).encode()
        return f"{_text(body)}.{_text(_signature(self._key() or self._new_key(), body))}"

    def read(self, token: str, now: datetime) -> Link:
        """What a token opens.

        Raises:
            RefusalError: link: it was not made by this key, or its time is over.
        """
        body = self._signed(token)
        if body is None:
            raise RefusalError("link")
        link = Link(**json.loads(body))
        if link.expires <= to_micros(now):
            raise RefusalError("link")
        return link

    def _signed(self, token: str) -> bytes | None:
        """The body of a token that this key has signed; None of any other."""
        try:
            body, signature = (_bytes(part) for part in token[:_TOKEN_CHARS].split("."))
            key = self._key()
        except (ValueError, OSError):
            return None
        return body if key is not None and hmac.compare_digest(signature, _signature(key, body)) else None

    def _key(self) -> bytes | None:
        try:
            key = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return key if len(key) == _KEY_BYTES else None

    def _new_key(self) -> bytes:
        """Made beside and put in place, so that two web workers never use two keys."""
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(part, self._path)
        except FileExistsError:
            if self._key() is None:  # what lies there is no key
                part.replace(self._path)
        finally:
            part.unlink(missing_ok=True)
        return self._path.read_bytes()


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
