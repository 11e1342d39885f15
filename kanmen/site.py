"""`kanmen up`, `watch` and `wall`: the processes of a configured site."""

import fcntl
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.certificates import ending
from config.read import read_bytes, site_of
from config.revisions import Revisions
from config.site import Site
from kanmen.logs import log_to_stderr
from kanmen.own_folder import data_folder
from kanmen.own_models import refuse_unusable
from kanmen.progress import Report, progress_on
from kanmen.reload import Reload
from kanmen.supervisor import Ports, Supervisor
from kanmen.weights import prepare
from models.clock import utc_now
from models.errors import ConfigError, KanmenError

Config = Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")]
log = logging.getLogger("supervisor")


def up(config: Config = Path("site.yaml")) -> None:
    """Run everything of a site on this machine: ingest, detect, desk and wall."""
    _run(config, watching=True, walling=True)


def watch(config: Config = Path("site.yaml")) -> None:
    """Run ingest and detect only; the desk and the wall run elsewhere on the same Redis."""
    _run(config, watching=True, walling=False)


def wall(config: Config = Path("site.yaml")) -> None:
    """Run the desk and the wall only; ingest and detect run elsewhere on the same Redis."""
    _run(config, watching=False, walling=True)


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def start_watch(supervisor: Supervisor, site: Site, weights: Path, console: Console, progress: Report) -> None:
    """Fetch the weights into their folder if need be, then start detect.

    Raises:
        AssetError: no channel has the weights.
    """
    name, path = prepare(site.detector.model, weights, progress)
    console.print(f"Detector: {name}")
    supervisor.add_detect(path, name)


def say_where(console: Console, site: Site, ports: Ports, first_password: str | None) -> None:
    """Print the addresses of the wall and of the officers' page and, once, the first admin's password."""
    url = site.wall.address(ports.wall)
    console.print(f"Wall: {url}", highlight=False, soft_wrap=True)
    if site.officer and ports.officer is not None:
        console.print(f"Officers: {site.officer.address(ports.officer)}", highlight=False, soft_wrap=True)
    if first_password:
        console.print(f"First login (works once, then you choose your own): admin / {first_password}", highlight=False)
        console.print(f"      {url}#login=admin:{first_password}", highlight=False, soft_wrap=True)


@contextmanager
def alone_on(folder: Path, what: str) -> Iterator[None]:
    """Hold a data folder: two of one kind on one folder would overwrite each other.

    Raises:
        KanmenError: another one holds it, or others may write into it.
    """
    data_folder(folder)
    with (folder / f"{what}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KanmenError(f"{folder}: another `kanmen {what}` runs here; end it or name another folder") from None
        yield


def _run(config: Path, *, watching: bool, walling: bool) -> None:
    log_to_stderr()
    data = read_bytes(config)
    site = site_of(data, config)
    if watching:
        refuse_unusable(site, data, config)
    if not (watching and walling) and site.redis is None:
        raise ConfigError(f"{config}: `watch` and `wall` meet in Redis; name one under `redis:` that both can reach")
    for line in ending(site, utc_now()) if walling else ():
        log.warning("%s", line)
    with ExitStack() as held:
        for what, wanted in (("watch", watching), ("wall", walling)):
            if wanted:
                held.enter_context(alone_on(site.data, what))
        supervisor = Supervisor(site, config, Revisions(site.data).keep(data))
        stop = stop_on_signals()
        reload = held.enter_context(Reload(config, supervisor, stop))
        _run_alone(supervisor, reload, stop, watching=watching, walling=walling)


def _run_alone(supervisor: Supervisor, reload: Reload, stop: threading.Event, *, watching: bool, walling: bool) -> None:
    console = Console(file=sys.stderr)
    site = supervisor.site
    try:
        supervisor.add_redis()
        if walling:
            ports = supervisor.add_pages()
            password = supervisor.first_admin()
            supervisor.add_desk()
            say_where(console, site, ports, password)
        if watching:
            with progress_on(console) as progress:
                start_watch(supervisor, site, site.weights_path, console, progress)
            for camera in site.cameras:
                supervisor.add_ingest(camera.id)
        supervisor.run(stop, reload.tick)
    finally:
        supervisor.end()
