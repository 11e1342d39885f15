"""The detector's side of rehearsals: does what the desk wants, one at a time, each in a process of its own."""

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import redis

from config.revisions import Revision
from kanmen.guard import parent_environment
from models import keys
from models.clock import Monotonic, monotonic_now
from models.rehearsal import Job, Word

log: Final = logging.getLogger("rehearsals")

_LOOK_S: Final = 0.5
_LONGEST_S: Final = 1800.0
"""An idle process may wait long for its turn, not for ever."""
_RUNNING_LIFE_S: Final = 60
_FINAL_LIFE_S: Final = 3600
"""The desk asks once a second; one that is being started again finds the word of before."""
_GOODBYE_S: Final = 0.8
_CUT: Final = "the process that rehearsed was ended; start it again"


class _Running:
    """A rehearsal under way; a thread reads what its process says."""

    def __init__(self, job: Job, command: list[str]) -> None:
        self.job = job
        self.end_by = Monotonic(monotonic_now() + _LONGEST_S)
        self.last: dict[str, Any] = {}
        self.done = self.total = 0
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0, env=parent_environment()
        )
        self._reader = threading.Thread(target=self._read, name=f"rehearsal:{job.id}", daemon=True)
        self._reader.start()

    def end(self) -> None:
        """End it at once; nothing of it is kept anywhere."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def word(self) -> Word:
        """How it stands."""
        code = self.process.poll()
        if code is None:
            return Word("running", self.done, self.total)
        self._reader.join()
        if code == 0 and "result" in self.last:
            return Word("done", self.total, self.total, "", self.last["result"])
        if code == 0 and "error" in self.last:
            return Word("failed", self.done, self.total, str(self.last["error"]))
        if code == -signal.SIGXCPU:
            return Word("failed", self.done, self.total, "it took more than a quarter of an hour of a processor")
        if code < 0:
            return Word("interrupted", self.done, self.total, _CUT)
        return Word("failed", self.done, self.total, "it needed too much memory, or met an error; see the log")

    def _read(self) -> None:
        """From its own thread: hand the job over, then take in every line."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            return
        with suppress(BrokenPipeError), stdin:
            stdin.write(self.job.dumps().encode())
        with stdout:
            for line in stdout:
                self.last = json.loads(line)
                self.done, self.total = self.last.get("done", self.done), self.last.get("total", self.total)


class Rehearsals:
    """Used by one thread.

    Args:
        client: Of the site's Redis.
        revision: The configuration that rehearsals stand beside.
        config: The file that it is a kept copy of.
    """

    def __init__(self, client: redis.Redis, revision: Path, config: Path) -> None:
        self._redis, self._revision, self._config = client, revision, config
        self._in_force = revision
        self._running: _Running | None = None

    def take_in(self, revision: Revision) -> None:
        """From any thread: another one is in force; what is under way stands beside rules that are gone."""
        self._in_force = revision.path

    def run(self, stop: threading.Event) -> None:
        """Look for what is wanted until `stop` is set; what is under way then is interrupted, and that is said."""
        while not stop.wait(_LOOK_S):
            try:
                self._look()
            except redis.RedisError:
                continue  # asked again; what is under way goes on
            except Exception:  # the boundary of this thread: the live line goes on whatever becomes of a rehearsal
                log.exception("a rehearsal has failed")
        if self._running is not None:
            with suppress(redis.RedisError):
                self._cut(self._running)

    def _look(self) -> None:
        job = self._wanted()
        running = self._running
        if running is None:
            self._revision = self._in_force
            if job is not None:
                self._begin(job)
        elif job is None or job.id != running.job.id or self._revision != self._in_force:
            self._cut(running)
        elif monotonic_now() > running.end_by:
            running.end()
            self._say(running.job, Word("failed", running.done, running.total, "it took longer than half an hour"))
            self._running = None
        else:
            word = running.word()
            self._say(job, word)
            if word.state != "running":
                self._running = None

    def _wanted(self) -> Job | None:
        raw: Any = self._redis.get(keys.REHEARSAL)
        if not raw:
            return None
        try:
            return Job.loads(raw)
        except ValueError:
            log.warning("what is wanted cannot be read")
            return None

    def _begin(self, job: Job) -> None:
        """Begin, unless it was begun by whoever was here before us, or is over and the desk has not heard."""
        raw: Any = self._redis.get(keys.rehearsed(job.id))
        if not raw:
            self._say(job, Word("running"))
            command = ["--config", str(self._revision), "--of", str(self._config)]
            self._running = _Running(job, [sys.executable, "-m", "kanmen", "rehearse", *command])
            return
        with suppress(ValueError):  # of another version; the desk says so
            if Word.loads(raw).state == "running":
                self._say(job, Word("interrupted", error=_CUT))

    def _cut(self, running: _Running) -> None:
        running.end()
        self._running = None
        self._say(running.job, Word("interrupted", running.done, running.total, _CUT))

    def _say(self, job: Job, word: Word) -> None:
        life_s = _RUNNING_LIFE_S if word.state == "running" else _FINAL_LIFE_S
        self._redis.set(keys.rehearsed(job.id), word.dumps(), ex=life_s)


@contextmanager
def beside(url: str, revision: Path, config: Path) -> Iterator[Callable[[Revision], None]]:
    """Be there for the desk on a thread of this process, which costs a look twice a second while nothing is wanted.

    Args:
        url: Of the site's Redis.
        revision: As `Rehearsals` takes it.
        config: As above.

    Yields:
        What to call with each revision that comes into force.
    """
    stop = threading.Event()
    client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)
    rehearsals = Rehearsals(client, revision, config)
    thread = threading.Thread(target=rehearsals.run, args=(stop,), name="rehearsals", daemon=True)
    thread.start()
    try:
        yield rehearsals.take_in
    finally:
        stop.set()
        thread.join(_GOODBYE_S)  # where Redis hangs, the kernel ends with this thread what it began
