"""Files that are whole or not there: hashed, written beside, then renamed."""

import hashlib
import os
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The sha256 of a file in hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(path: Path, sha256: str) -> bool:
    """Whether the file is there with these very bytes.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        return sha256_of(path) == sha256
    except FileNotFoundError:
        return False


def part_of(path: Path) -> Path:
    """Where a file is written before it is whole; each process has its own."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def write_whole(part: Path, path: Path) -> None:
    """Make a finished part the file: on disk first, then renamed, so that a crash leaves the old file or the new.

    Raises:
        OSError: the disk refuses.
    """
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def sweep(path: Path) -> None:
    """Remove the parts of a file that killed processes left.

    Raises:
        OSError: the folder refuses.
    """
    for part in path.parent.glob(f".{path.name}.*.part*"):
        pid = part.name.removeprefix(f".{path.name}.").partition(".")[0]
        if not Path("/proc", pid).exists():
            part.unlink(missing_ok=True)
