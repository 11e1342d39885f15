"""Revisions: every configuration that was in force, kept whole under its number, so that nobody edits it under us."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import ConfigError

_KEPT: Final = 100
"""Older ones are removed; the newest say what happened lately, the database keeps number and sha256 of all."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One configuration that was in force.

    Attributes:
        number: From 1, rising.
        sha256: Of its bytes, in hex.
        path: Where it is kept.
    """

    number: int
    sha256: str
    path: Path

    @staticmethod
    def at(path: Path) -> "Revision":
        """The revision that is kept there.

        Raises:
            OSError: it cannot be read.
        """
        return Revision(int(path.stem), hashlib.sha256(path.read_bytes()).hexdigest(), path)


class Revisions:
    """The kept configurations of one data folder; one process at a time keeps more."""

    def __init__(self, data: Path) -> None:
        """`data` is the site's data folder."""
        self._folder = data.resolve() / "revisions"

    def newest(self) -> Revision | None:
        """The one that was in force last; None where there was none.

        Raises:
            OSError: it cannot be read.
        """
        paths = self._paths()
        return Revision.at(paths[-1]) if paths else None

    def keep(self, data: bytes) -> Revision:
        """The revision with these bytes: the newest one, if it has them, else the next; on the disk when this returns.

        Raises:
            ConfigError: the folder cannot be written.
        """
        try:
            newest = self.newest()
            if newest is not None and newest.sha256 == hashlib.sha256(data).hexdigest():
                return newest
            return self._written(newest.number + 1 if newest else 1, data)
        except OSError as error:
            raise ConfigError(f"{self._folder}: the configuration cannot be kept: {error.strerror}") from error

    def _written(self, number: int, data: bytes) -> Revision:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{number:04d}.yaml"
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for old in self._paths()[:-_KEPT]:
            old.unlink(missing_ok=True)
        return Revision.at(path)

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        paths = [path for path in self._folder.iterdir() if re.fullmatch(r"\d{4,}\.yaml", path.name)]
        return sorted(paths, key=lambda path: int(path.stem))
