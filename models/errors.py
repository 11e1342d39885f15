"""The one error tree of Kanmen; each class says when it is raised."""


class KanmenError(Exception):
    """Anything that Kanmen itself reports; its text is for people and carries no secret."""


class ConfigError(KanmenError):
    """The configuration file has mistakes; the text names file, line and remedy, a line each."""


class AssetError(KanmenError):
    """A weight or a picture could not be had by any channel, or its sha256 is not the expected one."""


class ModelError(KanmenError):
    """A detector's file can be read but not used: unknown head, wrong input, wrong classes."""


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
