"""A real PostgreSQL that tests start by themselves, as an ordinary user, in a folder that goes with it."""

import ctypes
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from neighbourhood import wait_for
from sqlalchemy import URL

from kanmen.memory import descendants

PASSWORD = "placeholder-of-the-database"
_FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off")
_PR_SET_PDEATHSIG = 1
_LENT = "nobody"
"""It refuses to run as root: whoever tests as root starts it under this account."""


def binaries() -> Path | None:
    """The folder with initdb and postgres: that of PATH, or the newest of Debian's; None where there is none."""
    found = shutil.which("initdb")
    if found and (folder := Path(found).resolve().parent) and (folder / "postgres").exists():
        return folder
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name)), default=None)


def _free_port() -> int:
    """Below those that the kernel hands out, so that nobody gets it while the server is being started again."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Postgres:
    """A server on a unix socket and a loopback port; it can be killed, stopped for a while, and started again.

    Over the socket everybody is let in; over TCP whoever has a password gives it.
    """

    def __init__(self) -> None:
        folder = binaries()
        assert folder
        self._binaries = folder
        self.folder = Path(tempfile.mkdtemp(prefix="kmpg"))
        self._as: dict[str, Any] = {"cwd": self.folder, "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]}}
        if os.geteuid() == 0:
            account = pwd.getpwnam(_LENT)
            self._as |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.folder.chmod(0o711)
        self._run("initdb", "-D", "data", "-U", "kanmen", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync")
        rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.folder / "data" / "pg_hba.conf").write_text(rules)
        self.port = _free_port()
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        """Returns once it answers."""
        settings = [*_FAST, f"port={self.port}", f"unix_socket_directories={self.folder}", "max_connections=60"]
        words = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._binaries / "postgres", "-D", "data", *words],
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (two system calls; tests that are killed leave nothing behind)
                **self._as,
            )
        ready = [self._binaries / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]

        def answers() -> bool:
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            return subprocess.run(ready, check=False, timeout=20).returncode == 0

        wait_for(answers, "PostgreSQL answers")

    def kill(self) -> None:
        """All of it at once; what the kernel has of its files stays."""
        for pid in descendants(self.process.pid):
            with suppress(ProcessLookupError):  # its parent was killed first, so it has ended by itself
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """As its administrator would, sending everybody away."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)

    def end(self) -> None:
        """Let go of everything."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)
        shutil.rmtree(self.folder)

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Run statements as the owner of everything, each on its own; returns what they say."""
        each = [word for statement in statements for word in ("-c", statement)]
        here = ["-h", str(self.folder), "-p", str(self.port), "-U", "kanmen", "-d", database]
        return self._run("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *here, *each)

    def make(self, template: str = "template0") -> str:
        """A fresh database; returns its name."""
        name = f"test_{uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Whoever is in it still is sent away."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, database: str) -> str:
        """How Kanmen reaches it, over the socket."""
        where = {"host": str(self.folder), "port": str(self.port)}
        return URL.create("postgresql+asyncpg", "kanmen", database=database, query=where).render_as_string()

    def _run(self, name: str, *words: str) -> str:
        said = subprocess.run(
            [self._binaries / name, *words], check=False, capture_output=True, text=True, timeout=60, **self._as
        )
        assert said.returncode == 0, said.stderr
        return said.stdout


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
