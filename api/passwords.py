"""Passwords: hashed with argon2, made at random when they work once, and checked for a little strength."""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_CHARS: Final = 10
MAX_CHARS: Final = 256
"""Longer ones would only cost time."""
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else when it is read from a screen."""
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$OLLYQ0B+dEXE5zVBdiCBqhSN8BR6LwyNbvd5yvxCBQE"
"""Well-formed, of our parameters, matched by no password: a name that does not exist costs the same work."""
_HASHER: Final = PasswordHasher()


def hashed(password: str) -> str:
    """The argon2id hash; takes tens of milliseconds and 64 MiB, so keep it off the event loop."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; the same work where there is none."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def one_time() -> str:
    """A random password of 80 bits, in groups of four that can be read out."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def fresh() -> tuple[str, str]:
    """A one-time password and its hash; as slow as `hashed`."""
    password = one_time()
    return password, hashed(password)


def is_weak(password: str, name: str, old: str) -> bool:
    """Whether a new password is too short, too long, the name, or the old password again."""
    return not MIN_CHARS <= len(password) <= MAX_CHARS or password.casefold() == name.casefold() or password == old
