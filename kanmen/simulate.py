"""`kanmen simulate`: footage as looping RTSP cameras."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kanmen.progress import progress_on
from models.errors import FootageError


def simulate(
    files: Annotated[list[Path], typer.Argument(help="Clips; each becomes a camera named after its file.")],
    *,
    sub: Annotated[
        list[Path] | None,
        typer.Option(help="A file for the sub-stream of the first camera, given again of the second, and so on."),
    ] = None,
    sub_height: Annotated[
        int | None,
        typer.Option(help="Give every other camera a sub-stream of so many pixels' height, encoded once and kept."),
    ] = None,
    other: Annotated[
        list[Path] | None,
        typer.Option(help="What the first camera shows while its fault `other` is on, given again of the second."),
    ] = None,
    port: Annotated[int, typer.Option(help="RTSP port on loopback; 0 for any.")] = 8554,
    control: Annotated[int | None, typer.Option(help="Loopback port for commands, e.g. `gate-3 stall on`.")] = None,
    user: Annotated[
        str | None, typer.Option(help="Name to log in with; the password is KANMEN_SIMULATE_PASSWORD.")
    ] = None,
    cache: Annotated[Path, typer.Option(help="Where footage is kept that had to be transcoded.")] = Path("var/footage"),
) -> None:
    """Serve footage as looping RTSP cameras on this machine until Ctrl-C.

    A camera with a sub-stream is served as NAME/main and NAME/sub.

    Lines at --control make things go wrong, e.g. `gate-3 stall on`, `gate-3 loss 0.1`, `gate-3 slow 2`, `gate-3 drop`:
    down, stall, freeze, unauthorised and other are on or off; corrupt and loss befall a share of the packets; slow
    (pictures come late), clock (the camera's own clock is wrong) and step (time stamps jump) take seconds.
    """
    from scenes.serving import Serving, Subs, serve  # noqa: PLC0415 (loads the codecs)

    console = Console(stderr=True)

    def ready(serving: Serving) -> None:
        for url in serving.urls.values():
            typer.echo(url)
        if serving.control is not None:
            console.print(f"Commands: 127.0.0.1:{serving.control}", highlight=False)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with progress_on(console) as progress:
            await serve(
                files,
                subs=Subs(tuple(sub or ()), sub_height),
                others=tuple(other or ()),
                cache=cache,
                port=port,
                auth=_auth(user),
                command=control,
                ready=ready,
                progress=lambda path, share: progress(f"Transcoding {path.name}", share, 1.0),
                stop=stop,
            )

    asyncio.run(run())


def _auth(user: str | None) -> tuple[str, str] | None:
    if user is None:
        return None
    password = os.environ.get("KANMEN_SIMULATE_PASSWORD")
    if not password:
        raise FootageError("--user needs a password: export KANMEN_SIMULATE_PASSWORD first")
    return user, password
