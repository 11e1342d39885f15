"""`kanmen demo`: everything on this machine, with eight simulated cameras."""

import json
import os
import secrets
import shutil
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import ConfigError, KanmenError

_NAME = "demo"


def demo(
    *,
    seconds: Annotated[
        int | None, typer.Option(min=30, help="End by itself so long after the last camera's first frame.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what happened as one JSON object.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the wall; by default 8780, or a free one.")] = None,
    data: Annotated[Path, typer.Option(help="Folder for weights, scenes and the run's own data.")] = Path("var/demo"),
    fps: Annotated[
        float, typer.Option(min=2, max=10, help="Look at each camera so often a second; fewer for a weak machine.")
    ] = 5.0,
    keep: Annotated[bool, typer.Option(help="Leave the run's data behind.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the wall in a browser.")] = True,
) -> None:
    """Run everything on this machine with eight simulated RTSP cameras; prints the wall's address and a login."""
    from kanmen.demo_run import DemoRun  # noqa: PLC0415 (loads the codecs)
    from kanmen.site import stop_on_signals  # noqa: PLC0415 (as above)

    stop = stop_on_signals()
    console = Console(file=sys.stderr)
    with _alone(data) as run:
        password = secrets.token_urlsafe(12)
        os.environ["KANMEN_DEMO_PASSWORD"] = password
        config = write_config(run, port, fps)
        try:
            with DemoRun(config, data / "cache", (_NAME, password), console, seconds) as running:
                if browser and not as_json and os.environ.get("DISPLAY"):
                    webbrowser.open(running.url)
                running.run(stop)
            report = running.report()
        except KanmenError as error:
            raise KanmenError(f"{error}\n{_last_words(run)}".rstrip()) from error
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False))
        else:
            running.tell(report)
        if not keep:
            shutil.rmtree(run, ignore_errors=True)
    if seconds is not None and (not report["alerts_in_database"] or report["lost"]):
        raise typer.Exit(1)


@contextmanager
def _alone(data: Path) -> Iterator[Path]:
    """The run's own folder, empty; one demo at a time may have it.

    Raises:
        KanmenError: another demo runs on this folder.
    """
    from kanmen.site import alone_on  # noqa: PLC0415 (loads more than `--help` needs)

    with alone_on(data, "demo"):
        run = data / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir(mode=0o700)
        yield run


def write_config(run: Path, port: int | None, fps: float) -> Path:
    """The demo's configuration, as the scenes describe it, with what this run has chosen."""
    text = (files("scenes") / "demo.yaml").read_text(encoding="utf-8")
    ours = {
        "  port: 8780": f"  port: {_free_port(8780) if port is None else port}",
        "  port: 8781": f"  port: {_free_port(8781)}",
        "  fps: 5.0": f"  fps: {fps}",
        "data: var/demo": "data: .",
        # A slow machine composes its scenes for a minute or two: that is no camera that went away.
        "  offline_s: 30.0": "  offline_s: 180.0",
    }
    for before, after in ours.items():
        if text.count(before) != 1:
            raise ConfigError(f"scenes/demo.yaml: the line {before!r} must stand there once; put it back")
        text = text.replace(before, after)
    config = run / "site.yaml"
    config.write_text(text, encoding="utf-8")
    return config


def _free_port(wanted: int) -> int:
    """The wanted one, or any free port where that is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError("no port can be listened on; free one, or choose one with --port")


def _last_words(run: Path) -> str:
    """The end of the run's log: what the processes said before it went wrong."""
    try:
        return "\n".join((run / "kanmen.log").read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    except OSError:
        return ""
