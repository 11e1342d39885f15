"""Files in, looping RTSP cameras out: what `kanmen simulate` does."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import FootageError
from scenes import control
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.footage import open_footage, sha256_of
from scenes.simulator import Simulator
from scenes.sub import smaller

_OUTSIDE_A_NAME: Final = re.compile(r"[^a-z0-9_]+")

FileProgress = Callable[[Path, float], None]
"""Told which file is being transcoded and the share that is done, 0..1."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served.

    Attributes:
        port: Of RTSP.
        control: Where commands are taken: a port, a unix socket, or None.
        urls: Of all streams, without passwords, by the path of their address.
    """

    port: int
    control: int | Path | None
    urls: dict[str, str]


@dataclass(frozen=True, slots=True)
class Subs:
    """Which sub-streams the cameras have beside their main ones.

    Attributes:
        files: A file for each of the first cameras, in their order.
        height: Pixels; the cameras without such a file have one that is made from their main stream. None: they have
            none.
    """

    files: Sequence[Path] = ()
    height: int | None = None


async def serve(
    files: Sequence[Path],
    *,
    subs: Subs = Subs(),
    others: Sequence[Path] = (),
    cache: Path,
    host: str = "127.0.0.1",
    port: int = 8554,
    auth: tuple[str, str] | None = None,
    command: int | Path | None = None,
    ready: Callable[[Serving], None] | None = None,
    progress: FileProgress | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve each file as a camera named after it, until `stop` is set.

    `command` takes control lines (see `scenes.control`): a loopback port, 0 for any, or the path of a unix socket.
    `others` are what the first cameras show while their fault `other` is on.

    Transcoded footage is kept in `cache`. `ready` is told once everything is served.

    Raises:
        FootageError: a file cannot be served, or a port cannot be had.
    """
    if len(subs.files) > len(files):
        raise FootageError(f"{len(subs.files)} sub-streams for {len(files)} cameras; give each FILE one at most")
    if len(others) > len(files):
        raise FootageError(f"{len(others)} other clips for {len(files)} cameras; give each FILE one at most")
    simulator = Simulator()
    for number, (path, name) in enumerate(zip(files, names(files), strict=True)):
        told = None if progress is None else _for(path, progress)
        clip = await asyncio.to_thread(open_footage, path, cache, told)
        second = subs.files[number] if number < len(subs.files) else None
        sub = await asyncio.to_thread(_sub, clip, path, second, subs.height, cache)
        other = await asyncio.to_thread(open_footage, others[number], cache) if number < len(others) else None
        simulator.add(SimulatedCamera(name, clip, auth, sub=sub, other=other))
    commands = None
    try:
        rtsp = await simulator.start(host, port)
        if command is not None:
            commands = await control.listen(simulator.cameras, command)
            command = command if isinstance(command, Path) else commands.sockets[0].getsockname()[1]
        if ready:
            paths = [path for camera in simulator.cameras.values() for path in camera.paths]
            ready(Serving(rtsp, command, {path: f"rtsp://{host}:{rtsp}/{path}" for path in paths}))
        await (stop or asyncio.Event()).wait()
    finally:
        if commands:
            commands.close()
        await simulator.stop()


def names(files: Sequence[Path]) -> list[str]:
    """A camera name for each file: its own, in letters that an address can hold; numbered where two are alike."""
    taken: list[str] = []
    for path in files:
        name = _OUTSIDE_A_NAME.sub("-", path.stem.lower()).strip("-") or "camera"
        number = 2
        chosen = name
        while chosen in taken:
            chosen = f"{name}-{number}"
            number += 1
        taken.append(chosen)
    return taken


def _sub(main: Clip, path: Path, second: Path | None, height: int | None, cache: Path) -> Clip | None:
    if second is not None:
        return open_footage(second, cache)
    if height is None:
        return None
    return smaller(main, min(height, main.height), cache / f"{sha256_of(path)}-{height}.mp4")


def _for(path: Path, progress: FileProgress) -> Callable[[float], None]:
    return lambda share: progress(path, share)
