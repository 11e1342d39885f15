"""`kanmen record`: a camera of a running site written down, so that what it saw can be replayed id for id."""

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Final

import typer
from redis import Redis, RedisError
from rich.console import Console

from config.read import read_bytes, site_of
from config.site import Site
from kanmen.progress import Report, progress_on
from kanmen.site import stop_on_signals
from models import keys
from models.clock import Monotonic, monotonic_now, utc_now
from models.errors import AssetError, KanmenError
from models.session import FACTS, LEASE_LIFE_S, LOOKS, PACKETS, ended
from models.weights import manifest

_BEGIN_S: Final = 30.0
"""How long a recording may take to begin: the lease is seen within 2 s, then a key picture has to come."""

_END_S: Final = 15.0
_LOOK_S: Final = 0.5
_SILENT_S: Final = 5.0
"""Detect writes a word a second; silent for so long, it has died or the disk is full."""

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
    data = read_bytes(config)
    site = site_of(data, config)
    _check(site, camera, out)
    console = Console(stderr=True)
    with _folder(site) as folder, progress_on(console) as progress:
        recording = _Recording(site, camera, folder, progress)
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


class _Recording:
    """One recording, asked for by a lease in Redis and done by the camera's ingest worker and by detect."""

    def __init__(self, site: Site, camera: str, folder: Path, progress: Report) -> None:
        self._camera, self._folder, self._progress = camera, folder, progress
        self._redis = Redis.from_url(site.redis_url, socket_timeout=2, socket_connect_timeout=2)
        self._key = keys.recorded(camera)

    def run(self, seconds: float, stop: threading.Event) -> str:
        """Record until it is long enough, or `stop`; returns the name of the weights.

        Raises:
            KanmenError: it does not begin; says why.
        """
        try:
            model = self._model()
            if not self._redis.set(self._key, self._folder.name, nx=True, ex=LEASE_LIFE_S):
                raise KanmenError(f"{self._camera}: somebody records it already; wait until they are done")
            try:
                self._wait(stop, _BEGIN_S, self._begun, f"Waiting for a key picture of {self._camera}")
                if not self._begun() and not stop.is_set():
                    raise KanmenError(self._why_not())
                self._last(seconds, stop)
            finally:
                with suppress(RedisError):  # the lease is over in a moment anyway
                    self._redis.delete(self._key)
        except RedisError as error:
            raise KanmenError(
                f"the site's Redis does not answer ({error}); does `kanmen up` or `watch` run?"
            ) from error
        self._wait(threading.Event(), _END_S, self._both_ended, "Writing the end")
        if not self._begun():
            raise KanmenError(f"{self._camera}: ended before it began")
        return model

    def _model(self) -> str:
        raw: Any = self._redis.get(keys.STATUS)
        status = json.loads(raw) if raw else None
        if status is None:
            raise KanmenError("detect does not run: start `kanmen up` or `kanmen watch` first")
        if self._camera not in status["cameras"]:
            raise KanmenError(f"{self._camera}: the running site does not watch it; `kanmen reload` first")
        return str(status["model"])

    def _last(self, seconds: float, stop: threading.Event) -> None:
        began = moved = monotonic_now()
        size, what = -1, f"Recording {self._camera}"
        while not stop.wait(_LOOK_S) and monotonic_now() - began < seconds:
            try:
                self._redis.set(self._key, self._folder.name, ex=LEASE_LIFE_S)
            except RedisError:
                break  # detect hears of nobody who asks for more: it ends here, and what is written stays
            self._progress(what, monotonic_now() - began, seconds)
            if (now := (self._folder / LOOKS).stat().st_size) != size:
                size, moved = now, monotonic_now()
            if monotonic_now() - moved > _SILENT_S or ended(self._folder / LOOKS) is not None:
                break
        self._progress(what, seconds, seconds)

    def _wait(self, stop: threading.Event, limit_s: float, met: Any, what: str) -> None:  # noqa: ANN401 (a question)
        until = Monotonic(monotonic_now() + limit_s)
        self._progress(what, 0, 1)
        while not met() and monotonic_now() < until and not stop.wait(_LOOK_S):
            if met == self._begun:
                self._redis.set(self._key, self._folder.name, ex=LEASE_LIFE_S)
        self._progress(what, 1, 1)

    def _begun(self) -> bool:
        return (self._folder / LOOKS).exists()

    def _both_ended(self) -> bool:
        return all(ended(self._folder / name) is not None for name in (PACKETS, LOOKS))

    def _why_not(self) -> str:
        raw: Any = self._redis.get(keys.STATUS)
        state = (json.loads(raw) if raw else {"cameras": {}})["cameras"].get(self._camera, {}).get("state", "unknown")
        if state != "live":
            return f"{self._camera}: nothing came that could be recorded within {_BEGIN_S:.0f} s; the camera is {state}"
        return (
            f"{self._camera}: nothing was recorded within {_BEGIN_S:.0f} s; "
            "run `kanmen record` on the machine of `kanmen watch`, as its user, with room on the disk"
        )


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
