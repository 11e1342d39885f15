"""Files in, looping RTSP cameras out: what `kanmen simulate` does."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenes import control
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import Simulator

_OUTSIDE_A_NAME: Final = re.compile(r"[^a-z0-9_]+")

FileProgress = Callable[[Path, float], None]
"""Told which file is being transcoded and the share that is done, 0..1."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served.

    Attributes:
        port: Of RTSP.
        control: Where commands are taken: a port, a unix socket, or None.
        urls: Of the cameras, by name, without passwords.
    """

    port: int
    control: int | Path | None
    urls: dict[str, str]


async def serve(
    files: Sequence[Path],
    *,
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
    Transcoded footage is kept in `cache`. `ready` is told once everything is served.

    Raises:
        FootageError: a file cannot be served, or a port cannot be had.
    """
    simulator = Simulator()
    for path, name in zip(files, names(files), strict=True):
        told = None if progress is None else _for(path, progress)
        clip = await asyncio.to_thread(open_footage, path, cache, told)
        simulator.add(SimulatedCamera(name, clip, auth))
    commands = None
    try:
        rtsp = await simulator.start(host, port)
        if command is not None:
            commands = await control.listen(simulator.cameras, command)
            command = command if isinstance(command, Path) else commands.sockets[0].getsockname()[1]
        if ready:
            ready(Serving(rtsp, command, {name: f"rtsp://{host}:{rtsp}/{name}" for name in simulator.cameras}))
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


def _for(path: Path, progress: FileProgress) -> Callable[[float], None]:
    return lambda share: progress(path, share)
