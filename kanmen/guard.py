"""Ends a child together with its parent, also when the parent is killed."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PARENT: Final = "KANMEN_PARENT"
"""Environment variable in which a supervisor names its own pid to its children."""


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the starting thread of our parent ends; leave at once if it already has.

    Raises:
        OSError: the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    parent = os.environ.get(_PARENT)
    if parent and os.getppid() != int(parent):
        sys.exit(0)


def parent_environment() -> dict[str, str]:
    """The environment for children of this process."""
    return {**os.environ, _PARENT: str(os.getpid())}


def guarded(command: list[str]) -> list[str]:
    """The command line that runs a program which knows nothing of us under `die_with_parent`."""
    return [sys.executable, "-m", "kanmen.guard", *command]


if __name__ == "__main__":
    die_with_parent()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 (the list is written by `guarded`; no shell is wanted)
