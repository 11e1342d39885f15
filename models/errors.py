"""The one error tree of Kanmen; each class says when it is raised."""

from dataclasses import dataclass
from pathlib import Path


class KanmenError(Exception):
    """Anything that Kanmen itself reports; its text is for people and carries no secret."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a configuration; without a secret.

    Attributes:
        file: The configuration file.
        line: Where, from 1; None where the file cannot be read at all.
        where: The path to the key, e.g. `cameras.0.zones.1.points`; empty where the file is not YAML.
        what: What is wrong and what to do.
    """

    file: Path
    line: int | None
    where: str
    what: str

    def __str__(self) -> str:
        at = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (at, self.where, self.what) if part)


class ConfigError(KanmenError):
    """The configuration has mistakes; the text names file, line and remedy, a line each.

    Attributes:
        mistakes: Those of the file itself, in its order.
    """

    def __init__(self, *mistakes: Mistake | str) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistake for mistake in mistakes if isinstance(mistake, Mistake))


class AssetError(KanmenError):
    """A weight or a picture could not be had by any channel, or its sha256 is not the expected one."""


class ModelError(KanmenError):
    """A detector's file can be read but not used: unknown head, wrong input, wrong classes."""


class ColumnsError(ModelError):
    """A model of the site's own can be used, and gives fewer scores than its `columns` ask for."""


class StreamError(KanmenError):
    """A camera's stream could not be opened, ended, or carries nothing that can be decoded."""


class UnauthorisedError(StreamError):
    """The camera refuses our name and password; asking again soon would lock the account."""


class FootageError(KanmenError):
    """A file given as footage cannot be served or read."""


class JournalError(KanmenError):
    """The journal on disk cannot be opened or written: alerts would not be safe, so we stop."""


class LeaseLostError(KanmenError):
    """Another desk holds the database lease; this one must not write any more."""


class DatabaseError(KanmenError):
    """The database is there and cannot be used as it is."""
