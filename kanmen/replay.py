"""`kanmen replay`: footage through the same line as live pictures, faster than they came."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console

from kanmen.progress import progress_on
from models.errors import FootageError
from models.track import Track

if TYPE_CHECKING:
    from config.site import Site
    from detect.detector import Detector
    from ingest.samples import Chosen
    from kanmen.replay_report import Replayed
    from kanmen.replay_session import Session

_PRINTED = Path("-")


def replay(
    files: Annotated[
        list[Path],
        typer.Argument(help="Clips and folders of images, one after the other as one camera's; or a session."),
    ],
    *,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The site's configuration; without one: people anywhere, a middle line."),
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Which camera of the configuration the footage is of.")] = None,
    at: Annotated[
        str | None,
        typer.Option(help="When the footage begins, in the site's time. Default: 2026-01-01T12:00.", metavar="ISO"),
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the outcome here; - prints it.")] = None,
    tracks: Annotated[Path | None, typer.Option(help="Write every track here, as MOTChallenge's CSV.")] = None,
    model: Annotated[str | None, typer.Option(help="Other weights than the configuration names.")] = None,
    image_fps: Annotated[
        float | None, typer.Option(min=0.01, max=1000, help="Images a second of a folder; else each is looked at.")
    ] = None,
) -> None:
    """Run footage through decoder, detector, tracker and rules: the same alerts at every run, and nobody is told.

    Exit code 0: every file was replayed, as far as it goes, and a session gave the alerts that were raised live.
    """
    from kanmen.replay_files import replay_files  # noqa: PLC0415 (loads codecs and the inference library)
    from kanmen.replay_report import write_tracks  # noqa: PLC0415 (as above)
    from kanmen.replay_session import replay_session  # noqa: PLC0415 (as above)
    from kanmen.replay_site import instant, site_and_camera  # noqa: PLC0415 (as above)

    console = Console(stderr=True)
    session = _session(files, at)
    if session is not None and config is None:
        site, watched = session.site, session.site.cameras[0]
    else:
        site, watched = site_and_camera(config, camera or (session.camera if session else None))
    first = instant(at, site)
    if session is None and config is None:
        console.print(
            "No configuration: INTRUDE for people anywhere in the picture, LINE down its middle.", soft_wrap=True
        )
    with ExitStack() as held:
        named = model or (site.detector.model if session is None else session.model)
        detector = _detector(site, named, console)
        held.callback(detector.close)
        sheet = held.enter_context(_sheet(tracks)) if tracks else None
        bar = held.enter_context(progress_on(console, speed="× real time"))
        progress = partial(bar, f"Replaying as {watched.id}")

        def tracked(chosen: "Chosen", seen: Sequence[Track]) -> None:
            write_tracks(sheet, chosen.picture, (chosen.width, chosen.height), seen)

        if session is None:
            outcome = replay_files(
                files, site, watched, first, detector, fps=image_fps, tracked=tracked, progress=progress
            )
        else:
            outcome = replay_session(session, site, watched, detector, tracked=tracked, progress=progress)
    tell(outcome, as_json)
    as_recorded = session is not None and config is None and model is None
    differs = as_recorded and outcome.live is not None and not outcome.live["same"]
    if differs or not all(file["pictures"] for file in outcome.files):
        raise typer.Exit(1)


def _session(files: list[Path], at: str | None) -> "Session | None":
    from kanmen.replay_session import is_session, open_session  # noqa: PLC0415 (see above)

    if not any(is_session(path) for path in files):
        return None
    if len(files) > 1:
        raise FootageError("a recorded session is replayed alone; name one folder")
    if at is not None:
        raise FootageError("--at: a recorded session has its own instants; leave it out")
    return open_session(files[0])


def _detector(site: "Site", model: str, console: Console) -> "Detector":
    from detect.tracker import LOW_SCORE  # noqa: PLC0415 (a room that other commands do not load)
    from kanmen.weights import open_detector, prepare  # noqa: PLC0415 (as above)

    with progress_on(console) as progress:
        name, path = prepare(model, site.weights_path, progress)
    console.print(f"Detector: {name}")
    return open_detector(name, path, LOW_SCORE, backend=site.detector.backend)


def _sheet(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="ascii")
    except OSError as error:
        raise FootageError(f"--tracks {path}: cannot be written: {error.strerror}") from error


def tell(outcome: "Replayed", as_json: Path | None) -> None:
    """Print the outcome in words, or as JSON where `as_json` is `-`; else write JSON there."""
    raw = outcome.as_json()
    text = json.dumps(raw, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    if as_json == _PRINTED:
        typer.echo(text, nl=False)
        return
    typer.echo("\n".join(outcome.lines()))
    if as_json is not None:
        try:
            as_json.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FootageError(f"--json {as_json}: cannot be written: {error.strerror}") from error
