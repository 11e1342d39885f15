"""Where pictures that prove something are kept: the protocol, and the local folder."""

import hashlib
import os
import re
from pathlib import Path
from typing import Final, Protocol

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*")


class EvidenceStore(Protocol):
    """Keeps bytes under a key for good; a key is written once."""

    def put(self, key: str, data: bytes) -> str:
        """Store the bytes durably; returns their sha256 in hex."""
        ...

    def get(self, key: str) -> bytes | None:
        """The bytes, or None where there are none."""
        ...


class FolderStore:
    """Evidence in a local folder, e.g. `2026/11/22/<alert>-1.jpg`; written whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, key: str) -> Path:
        """The file of a key.

        Raises:
            ValueError: the key could leave the folder.
        """
        if not _KEY.fullmatch(key) or ".." in key:
            raise ValueError(f"{key!r} is no evidence key")
        return self._root / key

    def put(self, key: str, data: bytes) -> str:
        """Store the bytes: written beside, flushed to disk, then renamed.

        Raises:
            OSError: the disk refuses.
        """
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return hashlib.sha256(data).hexdigest()

    def get(self, key: str) -> bytes | None:
        """The bytes, or None where the file is not there."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None
