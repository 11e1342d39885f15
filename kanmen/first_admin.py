"""The first account, made by a process that ends: what writes into a database would take 40 MiB of ours for good."""

import json
import logging
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kanmen.guard import parent_environment
from models.errors import KanmenError

log = logging.getLogger("supervisor")


def first_admin(command: list[str], log_file: Path | None) -> str | None:
    """Bring the database up to date and make `admin` where there is no account; returns its password, just this once.

    A database that is away keeps nobody from watching: that is logged, and the desk waits for it.

    Args:
        command: Of the role `first-admin`.
        log_file: Where it logs; our own standard error where None.

    Raises:
        KanmenError: there can be none; says why.
    """
    with ExitStack() as stack:
        errors = stack.enter_context(log_file.open("ab")) if log_file else sys.stderr
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=parent_environment(),
            check=False,
        )
    if done.returncode != 0:
        raise KanmenError("the database could not be brought up to date; the log says why")
    said: dict[str, Any] = json.loads(done.stdout)
    if "error" in said:
        raise KanmenError(said["error"])
    if "away" in said:
        log.warning(
            "the database does not answer (%s); the desk waits for it. If it has no account yet, make one then: "
            "kanmen user add NAME --role admin",
            said["away"],
        )
        return None
    password: str | None = said["password"]
    return password
