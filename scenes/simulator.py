"""The simulator: looping RTSP cameras from footage, which others cannot tell from real ones."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from models.errors import FootageError
from scenes.camera import Instant, SimulatedCamera
from scenes.viewer import Counts, Viewer

_T = TypeVar("_T")

MAX_CONNECTIONS: Final = 128
"""Beyond this, connections are closed at once: somebody forgot to hang up."""

_PATIENCE_S: Final = 10.0
"""What a call into the simulator's thread may take."""


class Simulator:
    """Serves cameras on one port.

    Attributes:
        cameras: By name.
        port: Where it listens; 0 before `start`.
    """

    def __init__(self, cameras: Iterable[SimulatedCamera] = ()) -> None:
        self.cameras: dict[str, SimulatedCamera] = {}
        self.port = 0
        self._origin: Instant | None = None
        self._server: asyncio.Server | None = None
        self._shows: dict[str, asyncio.Task[None]] = {}
        self._talks: set[asyncio.Task[None]] = set()
        for camera in cameras:
            self.add(camera)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen and begin to play; returns the port.

        Raises:
            FootageError: the port cannot be had.
        """
        try:
            self._server = await asyncio.start_server(self._connected, host, port)
        except OSError as error:
            raise FootageError(f"cannot serve cameras on {host}:{port}: {error.strerror or error}") from error
        self.port = self._server.sockets[0].getsockname()[1]
        self._origin = Instant.now()
        for camera in self.cameras.values():
            self._switch_on(camera, self._origin)
        return self.port

    async def stop(self) -> None:
        """Drop all viewers and listen no more."""
        if self._server:
            self._server.close()
        tasks = (*self._shows.values(), *self._talks)
        for task in tasks:
            task.cancel()
        for camera in self.cameras.values():
            camera.drop_viewers()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._shows.clear()

    def add(self, camera: SimulatedCamera) -> None:
        """Take a camera in; also while others play.

        Raises:
            FootageError: there is one of that name.
        """
        if camera.name in self.cameras:
            raise FootageError(f"two cameras are called {camera.name!r}")
        self.cameras[camera.name] = camera
        if self._origin:
            self._switch_on(camera, self._origin)

    def _switch_on(self, camera: SimulatedCamera, origin: Instant) -> None:
        camera.switch_on(origin)
        self._shows[camera.name] = asyncio.create_task(camera.run(), name=f"camera:{camera.name}")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._talks) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._talks.add(task)
        try:
            await Viewer(self.cameras, reader, writer).run()
        except asyncio.CancelledError:
            pass  # only `stop` cancels a talk; asyncio's own callback would report the cancelled task as an error
        finally:
            self._talks.discard(task)


class SimulatorThread:
    """A simulator in a thread of its own, for programmes that do other things; a context manager.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, cameras: Iterable[SimulatedCamera] = (), host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self.port = port
        self._simulator = Simulator(cameras)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def __enter__(self) -> Self:
        """Listen and begin to play.

        Raises:
            FootageError: the port cannot be had.
        """
        self._thread.start()
        try:
            self.port = self._call(self._simulator.start(self._host, self.port))
        except FootageError:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop all viewers and end the thread."""
        self._call(self._simulator.stop())
        self._end()

    def url(self, name: str) -> str:
        """A camera's address, with its password; `gate-1/main` or `gate-1/sub` names one of its streams."""
        auth = self._simulator.cameras[name.split("/", maxsplit=1)[0]].auth
        return f"rtsp://{f'{auth[0]}:{auth[1]}@' if auth else ''}{self._host}:{self.port}/{name}"

    def add(self, camera: SimulatedCamera) -> None:
        """Take a camera in.

        Raises:
            FootageError: there is one of that name.
        """
        self._do(lambda: self._simulator.add(camera))

    def fault(self, name: str, kind: str, value: float | bool | str = True) -> None:
        """Switch a camera's fault; see `scenes.faults.Faults.set`.

        Raises:
            KeyError: there is no such camera.
            ValueError: there is no such fault or no such value.
        """
        self._do(lambda: self._simulator.cameras[name].fault(kind, value))

    def drop(self, name: str) -> None:
        """End a camera's connections; it takes new ones at once."""
        self._do(self._simulator.cameras[name].drop_viewers)

    def started_at(self, name: str) -> datetime | None:
        """UTC of media time 0 of the camera's loop 0; None before anything played."""
        return self._simulator.cameras[name].started_at

    def counts(self, name: str) -> Counts:
        """What happened to the camera's viewers."""
        return self._simulator.cameras[name].counts

    def _do(self, act: Callable[[], _T]) -> _T:
        async def inside() -> _T:
            return act()

        return self._call(inside())

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()
