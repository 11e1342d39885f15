"""A demo that tests start as its users start it, and what can be asked of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import processes
import pytest
import redis

from config.read import read_site
from kanmen.memory import descendants
from models import keys


@dataclass
class RunningDemo:
    """A demo that runs in a process of its own, on a folder of its own."""

    process: subprocess.Popen[str]
    data: Path
    errors: Path

    @property
    def run(self) -> Path:
        return self.data / "run"

    def log(self) -> str:
        log = self.run / "kanmen.log"
        return (log.read_text(errors="replace") if log.exists() else "") + self.errors.read_text(errors="replace")

    def redis(self) -> redis.Redis:
        os.environ.setdefault("KANMEN_DEMO_PASSWORD", "unused")
        os.environ.setdefault("KANMEN_DEMO_PORT", "1")
        return redis.Redis.from_url(read_site(self.run / "site.yaml").redis_url, socket_timeout=2)

    def status(self) -> dict[str, Any] | None:
        """What the watch says of itself; None while there is nobody to say it."""
        if not (self.run / "site.yaml").is_file():
            return None
        try:
            with self.redis() as client:
                raw = client.get(keys.STATUS)
        except redis.RedisError:
            return None
        return json.loads(raw) if raw else None

    def pid_of(self, *words: str) -> int | None:
        """The process below ours whose command line holds all the words."""
        return processes.pid_of(self.run, *words)

    def redis_pid(self) -> int:
        """Our own Redis: the child of the demo that listens on the run's socket."""
        with self.redis() as client:
            return int(client.info("server")["process_id"])

    def pids(self) -> list[int]:
        """The demo and everything below it."""
        return descendants(self.process.pid)

    @staticmethod
    def is_alive(pid: int) -> bool:
        return Path(f"/proc/{pid}").exists()

    def until(self, met: Callable[[], object], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not met():
            if self.process.poll() is not None:
                pytest.fail(f"the demo ended while waiting for {what}:\n{self.log()[-4000:]}")
            if time.monotonic() > deadline:
                pytest.fail(f"no {what} within {seconds} s:\n{self.log()[-4000:]}")
            time.sleep(0.1)

    def until_live(self, cameras: int = 8, seconds: float = 150) -> None:
        def live() -> bool:
            status = self.status()
            return bool(status) and sum(c["taken"] is not None for c in status["cameras"].values()) >= cameras

        self.until(live, seconds, f"{cameras} live cameras")

    def report(self, seconds: float) -> dict[str, Any]:
        """Wait for the end; the last line as JSON."""
        out, _ = self.process.communicate(timeout=seconds)
        lines = out.strip().splitlines()
        if not lines:
            pytest.fail(f"the demo said nothing (exit {self.process.returncode}):\n{self.log()[-4000:]}")
        return json.loads(lines[-1])

    def end(self) -> None:
        """Interrupt it as a person would; kill what does not end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.communicate(timeout=40)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.communicate()


def start_demo(folder: Path, cache: Path, *words: str) -> RunningDemo:
    """`kanmen demo` with these words, on a folder of its own and a cache that demos share."""
    data = folder / "demo"
    data.mkdir()
    (data / "cache").symlink_to(cache)
    errors = folder / "errors.txt"
    command = [sys.executable, "-m", "kanmen", "demo", "--data", str(data), "--port", "0", "--keep", "--no-browser"]
    with errors.open("w") as sink:
        process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=sink, text=True, process_group=0)
    return RunningDemo(process, data, errors)


def said_login(text: str) -> tuple[str, str] | None:
    """(address, one-time password) as the demo prints them."""
    found = re.search(r"(http://127\.0\.0\.1:\d+/)#login=admin:(\S+)", text)
    return (found[1], found[2]) if found else None
