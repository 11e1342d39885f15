"""One child process: started, ended, and started again when it dies."""

import logging
import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kanmen.guard import parent_environment
from models.clock import Monotonic, monotonic_now

log = logging.getLogger("supervisor")

_AT_ONCE: Final = 3
"""So many deaths within a minute are answered at once; after that something is wrong and we wait."""

_MINUTE_S: Final = 60.0
_LONGEST_WAIT_S: Final = 30.0


@dataclass(slots=True)
class Child:
    """A process that shall run.

    Attributes:
        name: Its job, e.g. `ingest:gate-1`.
        command: Its command line.
        fds: Descriptors it inherits.
        environment: What it finds in its environment beyond ours.
        log_file: Where what it prints goes; our own standard error where None.
        process: The running one, None while it is down.
        restarts: How often it had to be started again.
    """

    name: str
    command: list[str]
    fds: tuple[int, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    log_file: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    _deaths: deque[Monotonic] = field(default_factory=lambda: deque(maxlen=16))
    _not_before: Monotonic = field(default=Monotonic(0.0))
    _end_by: Monotonic | None = None
    _leaves: bool = False

    def start(self) -> None:
        """Start it in a process group of its own; call from the main thread only (the death signal follows it)."""
        with ExitStack() as stack:
            output = stack.enter_context(self.log_file.open("ab")) if self.log_file else sys.stderr
            self.process = subprocess.Popen(
                self.command,
                pass_fds=self.fds,
                process_group=0,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**parent_environment(), **self.environment},
            )

    @property
    def gone(self) -> bool:
        """Whether it was told to leave and has left."""
        return self._leaves and self.process is None

    def renew(self, patience_s: float) -> None:
        """Ask it to end, so that `mind` starts it anew by its command and environment as they are now; not a death."""
        self.end()
        self._end_by = Monotonic(monotonic_now() + patience_s)

    def leave(self, patience_s: float) -> None:
        """Ask it to end for good; `mind` sees to it."""
        self._leaves = True
        self.renew(patience_s)

    def mind(self) -> None:
        """Start it again if it died and its wait is over, or if it was asked to end for that."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                if self._end_by is not None and monotonic_now() >= self._end_by:
                    log.warning("%s did not end in time; killed", self.name)
                    self._kill_group()
                return
            if self._end_by is None:
                self._reap(code)
            else:
                self._kill_group()
                self.process, self._end_by, self._not_before = None, None, monotonic_now()
        if not self._leaves and monotonic_now() >= self._not_before:
            self.restarts += 1
            self.start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: Monotonic) -> None:
        """Wait for its end; past `until` it and its group are killed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - monotonic_now()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not end in time; killed", self.name)
        self._kill_group()
        self.process.wait()
        self.process = None

    def _reap(self, code: int) -> None:
        self._kill_group()
        self.process = None
        now = monotonic_now()
        self._deaths.append(now)
        recent = sum(1 for at in self._deaths if now - at < _MINUTE_S)
        wait = 0.0 if recent <= _AT_ONCE else min(_LONGEST_WAIT_S, 2.0 ** (recent - _AT_ONCE - 1))
        self._not_before = Monotonic(now + wait)
        why = f"signal {-code}" if code < 0 else f"exit {code}"
        log.warning("%s ended (%s); starts again in %.0f s", self.name, why, wait)

    def _kill_group(self) -> None:
        """What the child may have left behind in its group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
