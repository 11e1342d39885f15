"""Processes of a running site, found by what their command lines say."""

from pathlib import Path


def pid_of(folder: Path, *words: str) -> int | None:
    """The process that runs on this folder and whose command line holds all the words."""
    for task in Path("/proc").glob("[0-9]*"):
        try:
            line = (task / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if str(folder) in "\0".join(line) and all(word in line for word in words):
            return int(task.name)
    return None
