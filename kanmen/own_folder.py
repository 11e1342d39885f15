"""Folders that are our user's alone: made so, or made so again, or refused."""

import os
import stat
from pathlib import Path
from typing import Final

from models.errors import KanmenError

_OTHERS: Final = 0o077
_OTHERS_WRITE: Final = 0o022


def own_folder(folder: Path) -> None:
    """Make a folder that nobody else may enter; one that is there already must be ours.

    Raises:
        KanmenError: it is a link, or somebody else's: what is put into it would be theirs.
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise KanmenError(f"{folder}: is not a folder of ours; remove it or let its owner do so")
    if found.st_mode & _OTHERS:
        folder.chmod(0o700)


def data_folder(folder: Path) -> None:
    """Make a data folder; one that is empty or was ours before is closed to others, one that others fill is refused.

    A folder of other things that others may only read is left as it is: what we write is readable for us alone.

    Raises:
        KanmenError: others may put files where we would look for our own; says the remedy.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.stat()
        if not found.st_mode & _OTHERS:
            return
        ours = {"watch.lock", "wall.lock", "demo.lock", "journal.db", "kanmen.db"}
        names = {path.name for path in folder.iterdir()}
        if found.st_uid == os.geteuid() and (not names or names & ours):
            folder.chmod(0o700)
        elif found.st_mode & _OTHERS_WRITE:
            raise KanmenError(f"{folder}: others may write here; `chmod 700 {folder}` or name another folder")
    except OSError as error:
        raise KanmenError(f"{folder}: cannot be a data folder: {error.strerror}; name another one") from error
