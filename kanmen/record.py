"""`kanmen record`: a camera of a running site written down, so that what it saw can be replayed id for id."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Final

import typer
from rich.console import Console

from config.read import read_bytes, site_of
from config.site import Site
from kanmen.progress import progress_on
from kanmen.site import stop_on_signals
from models.clock import utc_now
from models.errors import AssetError, KanmenError
from models.session import FACTS, LOOKS, PACKETS, ended
from models.weights import manifest

_LEFTOVER_S: Final = 3600.0
"""A folder that nobody has written into for so long was left by a recording that died: it holds people's pictures."""


def record(
    *,
    camera: Annotated[str, typer.Option(help="Which camera.")],
    seconds: Annotated[float, typer.Option(min=1, max=86400, help="How long, from the first picture looked at.")],
    out: Annotated[Path, typer.Option(help="Folder for the session; it must not be there yet.")],
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
) -> None:
    """Write down what a camera of the running site sends and what detect makes of it; Ctrl-C ends it early."""
    from kanmen.recording import Recording  # noqa: PLC0415 (loads a client of Redis, which `up` can do without)

    data = read_bytes(config)
    site = site_of(data, config)
    _check(site, camera, out)
    console = Console(stderr=True)
    with _folder(site) as folder, progress_on(console) as progress:
        recording = Recording(site, camera, folder, progress)
        model = recording.run(seconds, stop_on_signals())
        facts = {
            "camera": camera,
            "recorded": utc_now().isoformat(timespec="seconds"),
            "config_sha256": hashlib.sha256(data).hexdigest(),
            "model": model,
            "model_sha256": _sha256_of(model),
            "kanmen": version("kanmen"),
            "packets_ended": ended(folder / PACKETS),
            "looks_ended": ended(folder / LOOKS),
        }
        (folder / FACTS).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        size = sum(file.stat().st_size for file in folder.iterdir())
        _move(folder, out)
    for what in ("packets_ended", "looks_ended"):
        if facts[what] is None:
            console.print(f"{what.removesuffix('_ended')}: the end is missing; it is replayed as far as it goes")
    typer.echo(f"{out}: {camera}, {size / 1e6:.1f} MB; ended: {facts['looks_ended']}. Next: kanmen replay {out}")


def _check(site: Site, camera: str, out: Path) -> None:
    ids = [c.id for c in site.cameras]
    if camera not in ids:
        raise KanmenError(f"--camera {camera}: there is no such camera; there are {', '.join(ids)}")
    if site.camera(camera).masks:
        raise KanmenError(
            f"--camera {camera}: is masked in software; its packets show what is masked, so they are never "
            "written down. Mask it in the camera itself to record it"
        )
    if out.exists():
        raise KanmenError(f"--out {out}: is there already; name a new folder")
    if not site.data.is_dir():
        raise KanmenError(f"{site.data}: there is no such data folder; does the site run on this machine?")


@contextmanager
def _folder(site: Site) -> Iterator[Path]:
    """A folder in which the session is written; what is left in it at the end is removed."""
    now = utc_now().timestamp()
    try:
        site.sessions_path.mkdir(exist_ok=True)
        for old in site.sessions_path.iterdir():
            if now - max((f.stat().st_mtime for f in [old, *old.glob("*")]), default=now) > _LEFTOVER_S:
                shutil.rmtree(old, ignore_errors=True)
        folder = site.sessions_path / f"session-{token_hex(6)}"
        folder.mkdir()
    except OSError as error:
        raise KanmenError(f"{site.sessions_path}: cannot be written: {error.strerror}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, out)
    except OSError as error:
        raise KanmenError(f"--out {out}: cannot be written: {error.strerror}; the session is lost") from error


def _sha256_of(model: str) -> str | None:
    """Of the weights' main file; None for weights that stand in no manifest."""
    try:
        return manifest().detector(model).asset.files[0].sha256
    except AssetError:
        return None
