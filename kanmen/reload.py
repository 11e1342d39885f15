"""Puts an edited configuration in force while the site runs: by `kanmen reload`, or by SIGHUP to the supervisor."""

import json
import logging
import os
import select
import signal
import socket
import sys
import threading
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated, Any, Final, Self

import typer

from config.changes import changes
from config.read import data_folder_of, line_in, read_bytes, site_of
from config.revisions import Revisions
from kanmen.own_models import refuse_unusable
from kanmen.supervisor import Supervisor
from models.errors import ConfigError, KanmenError, Mistake

log = logging.getLogger("supervisor")

_DOOR: Final = "reload.{}.sock"
"""In the data folder, by the supervisor's pid: `watch` and `wall` may run on one folder."""

_PATIENCE_S: Final = 60.0
"""A supervisor that starts reads no requests before its processes are started, and one that tries models reads none
meanwhile; a longer silence is a fault."""

_TRIAL_S: Final = 20.0
"""So long one of at most two models may take to open: children that die meanwhile wait for their successors."""

_ANSWER_BYTES: Final = 1_000_000


def reload(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as one JSON object.")] = False,
) -> None:
    """Put the edited configuration in force: only what changed notices. A wrong one is refused, the old one goes on."""
    try:
        folder = data_folder_of(config)
        answers = [answer for door in sorted(folder.glob(_DOOR.format("*"))) if (answer := _ask(door))]
    except ConfigError as error:
        answers = [_refused(config, error)]
    if not answers:
        raise KanmenError(f"{config}: nothing runs on {folder}; a changed `data` needs a stop and a start")
    for answer in answers:
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            typer.echo("\n".join(answer["told"]), err=not answer["good"])
    if not all(answer["good"] for answer in answers):
        raise typer.Exit(1)


class Reload(AbstractContextManager["Reload"]):
    """The supervisor's end: listens in the data folder, and to SIGHUP.

    A terminal that is closed sends SIGHUP too: where we were started from one, `stop` is set then.
    """

    def __init__(self, config: Path, supervisor: Supervisor, stop: threading.Event) -> None:
        self._config, self._supervisor, self._stop = config, supervisor, stop
        self._has_terminal = os.isatty(sys.stderr.fileno())
        self._path = supervisor.site.data / _DOOR.format(os.getpid())
        self._asked = False
        self._door = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._path.unlink(missing_ok=True)
        with _Near(self._path) as near:
            self._door.bind(near)
        self._door.listen(4)
        self._door.setblocking(False)
        signal.signal(signal.SIGHUP, self._hung_up)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._door.close()
        self._path.unlink(missing_ok=True)

    def tick(self) -> None:
        """Do what was asked for, if anything was."""
        if self._asked:
            self._asked = False
            if self._has_terminal and not os.isatty(sys.stderr.fileno()):
                self._stop.set()
                return
            self._reload()
        if select.select([self._door], [], [], 0)[0]:
            with suppress(OSError), self._door.accept()[0] as asker:  # whoever asked may be gone
                asker.settimeout(1.0)
                asker.sendall(json.dumps(self._reload(), ensure_ascii=False).encode())

    def _hung_up(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._asked = True

    def _reload(self) -> dict[str, Any]:
        """Read, check, and put in force; or say why not, and go on."""
        try:
            answer = self._put_in_force()
        except ConfigError as error:
            answer = _refused(self._config, error)
        for line in answer["told"]:
            log.log(logging.INFO if answer["good"] else logging.ERROR, "%s", line)
        return answer

    def _put_in_force(self) -> dict[str, Any]:
        data = read_bytes(self._config)
        site = site_of(data, self._config)
        what = changes(self._supervisor.site, site)
        if what.fixed:
            remedy = "cannot change while the site runs; stop it and start it again, or take this back"
            raise ConfigError(
                *(
                    Mistake(self._config, line_in(data, self._config, path), ".".join(path), remedy)
                    for path in what.fixed
                )
            )
        watches = any(child.name == "detect" for child in self._supervisor.children)
        if watches and site.detector.own != self._supervisor.site.detector.own:
            refuse_unusable(site, data, self._config, _TRIAL_S)
        revision = Revisions(site.data).keep(data)
        self._supervisor.apply(site, revision)
        return {
            "good": True,
            "revision": revision.number,
            "sha256": revision.sha256,
            "added": what.added,
            "removed": what.removed,
            "streams": what.streams,
            "watches": what.watches,
            "roles": sorted(what.roles),
            "told": [f"{self._config}: revision {revision.number} is in force: {what}"],
        }


class _Near(AbstractContextManager[str]):
    """A name for a socket that is short however deep its folder lies: the kernel takes 107 characters."""

    def __init__(self, path: Path) -> None:
        self._folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        self._name = path.name

    def __enter__(self) -> str:
        """The name."""
        return f"/proc/self/fd/{self._folder}/{self._name}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It is used."""
        os.close(self._folder)


def _refused(config: Path, error: ConfigError) -> dict[str, Any]:
    return {
        "good": False,
        "mistakes": [{"line": m.line, "where": m.where, "what": m.what} for m in error.mistakes],
        "told": [*str(error).splitlines(), f"{config}: refused; what was in force goes on"],
    }


def _ask(door: Path) -> dict[str, Any] | None:
    """The answer of one supervisor; None where the one that made this door was killed.

    Raises:
        KanmenError: it does not answer.
    """
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_PATIENCE_S)
        try:
            with _Near(door) as near:
                asking.connect(near)
            data = b""
            while part := asking.recv(_ANSWER_BYTES):
                data += part
        except (ConnectionRefusedError, FileNotFoundError):
            door.unlink(missing_ok=True)
            return None
        except OSError as error:
            raise KanmenError(f"{door}: the supervisor does not answer ({error}); its log says why") from error
    answer: dict[str, Any] = json.loads(data)
    return answer
