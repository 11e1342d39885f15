"""The control line of a simulator: `gate-3 stall on`, a line per command, a line per answer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from models.clock import to_iso
from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.faults import KINDS

_USE = f"CAMERA {'|'.join(KINDS)} on|off|AMOUNT, CAMERA drop, or status"


def obey(cameras: Mapping[str, SimulatedCamera], line: str) -> str:
    """Do what a line says; returns the answer, which begins with `ok` or `error`."""
    words = line.split()
    if words == ["status"]:
        return " | ".join(["ok", *map(_told, cameras.values())])
    if len(words) not in (2, 3):
        return f"error: say {_USE}"
    camera = cameras.get(words[0])
    if camera is None:
        return f"error: there is no camera {words[0]!r}; there are {', '.join(sorted(cameras))}"
    if words[1:] == ["drop"]:
        camera.drop_viewers()
        return f"ok {_told(camera)}"
    try:
        camera.fault(words[1], words[2] if words[2:] else "on")
    except ValueError as error:
        return f"error: {error}"
    return f"ok {_told(camera)}"


def _told(camera: SimulatedCamera) -> str:
    started = to_iso(camera.started_at) if camera.started_at else "-"
    return (
        f"{camera.name} viewers={len(camera.viewers)} pictures={camera.counts.pictures}"
        f" skipped={camera.counts.skipped} started_at={started} faults={camera.faults.told() or '-'}"
    )


async def listen(cameras: Mapping[str, SimulatedCamera], where: int | Path) -> asyncio.Server:
    """Take commands on a port of the loopback, or on a unix socket.

    Raises:
        FootageError: neither can be had there.
    """

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write((obey(cameras, line.decode("utf-8", "replace")) + "\n").encode())
                await writer.drain()
        except (OSError, ValueError, asyncio.CancelledError):
            pass  # gone, or a line beyond the reader's limit; cancelled only when the server ends
        finally:
            writer.close()

    try:
        if isinstance(where, Path):
            return await asyncio.start_unix_server(talk, where)
        return await asyncio.start_server(talk, "127.0.0.1", where)
    except OSError as error:
        raise FootageError(f"cannot take commands at {where}: {error.strerror or error}") from error
