"""`kanmen replay`: footage through the same line as live pictures, faster than they came."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.console import Console

from kanmen.own_models import at_hand
from kanmen.progress import progress_on
from models.clock import from_micros
from models.errors import FootageError

if TYPE_CHECKING:
    from config.site import Camera, Site
    from detect.detector import Detector
    from detect.watch import Looked
    from ingest.samples import Chosen
    from kanmen.replay_files import Seen
    from kanmen.replay_pictures import Pictures
    from kanmen.replay_report import Replayed
    from kanmen.replay_session import Session
    from kanmen.report.report import Report
    from kanmen.what_if import WhatIf

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
    truth: Annotated[
        Path | None,
        typer.Option(help="What really happens in the footage (YAML): says what was missed and what false."),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each alert, and of each event of the truth.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page here that shows it all: time line, pictures, tracks, figures; of --diff, too."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Other weights than the configuration names.")] = None,
    image_fps: Annotated[
        float | None, typer.Option(min=0.01, max=1000, help="Images a second of a folder; else each is looked at.")
    ] = None,
    what_if: Annotated[
        Path | None, typer.Option(help="Rules, zones or lines (YAML) in place of the camera's: alerts gained and lost.")
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Of two results (--json), an older and a newer: alerts gained and lost.")
    ] = False,
) -> None:
    """Run footage through decoder, detector, tracker and rules: the same alerts at every run, and nobody is told.

    Exit code 0: every file was replayed, as far as it goes, and a session gave the alerts that were raised live.
    """
    if diff:
        _diff(files, as_json, html, unused=(config, camera, at, truth, pictures, tracks, model, image_fps, what_if))
        return
    from kanmen.replay_files import replay_files  # noqa: PLC0415 (loads codecs and the inference library)
    from kanmen.replay_pictures import Pictures  # noqa: PLC0415 (as above)
    from kanmen.replay_session import replay_session  # noqa: PLC0415 (as above)
    from kanmen.replay_site import instant, site_and_camera  # noqa: PLC0415 (as above)
    from kanmen.report.report import Report  # noqa: PLC0415 (as above)
    from kanmen.truth import what_happened  # noqa: PLC0415 (as above)

    console = Console(stderr=True)
    session = _session(files, at)
    if session is not None and config is None:
        site, watched = session.site, session.site.cameras[0]
    else:
        site, watched = site_and_camera(config, camera or (session.camera if session else None))
    first = instant(at, site) if session is None else from_micros(session.first)
    happened = what_happened(truth, watched, [path.name for path in files]) if truth else None
    kept = Pictures(pictures, watched, first, happened.events if happened else ()) if pictures else None
    other = _other(what_if, site, watched, first, session) if what_if else None
    report = Report(html, site, first, happened) if html else None
    if session is None and config is None:
        console.print(
            "No configuration: INTRUDE for people anywhere in the picture, LINE down its middle.", soft_wrap=True
        )
    with ExitStack() as held:
        named = model or (site.detector.model if session is None else session.model)
        asking = [watched, *([other.outcome.camera] if other else [])]
        detector = _detector(at_hand(site, asking), named, console)
        held.callback(detector.close)
        sheet = held.enter_context(_sheet(tracks)) if tracks else None
        bar = held.enter_context(progress_on(console, speed="× real time"))
        progress = partial(bar, f"Replaying as {watched.id}")
        seen = _onlooker(sheet, other, kept, report)
        if session is None:
            outcome = replay_files(files, site, watched, first, detector, fps=image_fps, seen=seen, progress=progress)
        else:
            outcome = replay_session(session, site, watched, detector, seen=seen, progress=progress)
    outcome.pictures = kept
    if happened is not None:
        outcome.beside(happened)
    if other is not None:
        outcome.what_if = other.end(outcome)
    tell(outcome, as_json)
    if report is not None:
        report.write(outcome, detector.name)
    as_recorded = session is not None and config is None and model is None
    differs = as_recorded and outcome.live is not None and not outcome.live["same"]
    if differs or not all(file["pictures"] for file in outcome.files):
        raise typer.Exit(1)


def _other(what_if: Path, site: "Site", camera: "Camera", first: datetime, session: "Session | None") -> "WhatIf":
    """Other rules beside those of the camera; of a session they remember what its own remembered, as after a reload."""
    from detect.watch import Watch  # noqa: PLC0415 (see above)
    from kanmen.what_if import WhatIf, other_rules  # noqa: PLC0415 (see above)

    other_site, other = other_rules(what_if, site, camera)
    if session is None:
        return WhatIf(Watch(other_site, other, None, first), first, site, camera)
    watch = Watch(site, camera, session.checkpoint, from_micros(session.now), restarted=False)
    watch.adopt(other_site, other)
    return WhatIf(watch, first, site, camera)


def _onlooker(sheet: TextIO | None, other: "WhatIf | None", kept: "Pictures | None", report: "Report | None") -> "Seen":
    """Tells each sample to all who want to know."""
    from kanmen.replay_report import write_tracks  # noqa: PLC0415 (see above)

    def seen(chosen: "Chosen", looked: "Looked") -> None:
        write_tracks(sheet, chosen.picture, (chosen.width, chosen.height), looked.tracks)
        if other is not None:
            looked = other.see(chosen.frame, looked)
        if kept is not None:
            kept.see(chosen.frame, looked)
        if report is not None:
            report.see(chosen, looked)

    return seen


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
    from kanmen.weights import accompanied, open_detector, prepare  # noqa: PLC0415 (as above)

    with progress_on(console) as progress:
        name, path = prepare(model, site.weights_path, progress)
    console.print(f"Detector: {name}")
    return accompanied(open_detector(name, path, LOW_SCORE, backend=site.detector.backend), site)


def _sheet(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="ascii")
    except OSError as error:
        raise FootageError(f"--tracks {path}: cannot be written: {error.strerror}") from error


def _diff(files: list[Path], as_json: Path | None, html: Path | None, *, unused: tuple[object, ...]) -> None:
    from kanmen.replay_diff import difference, difference_json, difference_lines, read_results  # noqa: PLC0415 (see above)
    from kanmen.report.difference import write_difference  # noqa: PLC0415 (as above)
    from kanmen.report.write import writable  # noqa: PLC0415 (as above)

    if len(files) != 2 or any(option is not None for option in unused):  # noqa: PLR2004 (an older and a newer)
        raise FootageError("--diff: name two results, the older first, and no other options but --json and --html")
    if html is not None:
        writable(html)
    old, new = map(read_results, files)
    told = difference(old.alerts, new.alerts)
    raw = difference_json(told)
    _put(raw, difference_lines(raw), as_json)
    if html is not None:
        write_difference(html, (files[0], old), (files[1], new), told)


def tell(outcome: "Replayed", as_json: Path | None) -> None:
    """Print the outcome in words, or as JSON where `as_json` is `-`; else write JSON there."""
    _put(outcome.as_json(), outcome.lines(), as_json)


def _put(raw: dict[str, Any], lines: Iterable[str], as_json: Path | None) -> None:
    text = json.dumps(raw, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    if as_json == _PRINTED:
        typer.echo(_readable(text), nl=False)
        return
    typer.echo(_readable("\n".join(lines)))
    if as_json is not None:
        try:
            as_json.write_text(_readable(text), encoding="utf-8")
        except OSError as error:
            raise FootageError(f"--json {as_json}: cannot be written: {error.strerror}") from error


def _readable(text: str) -> str:
    """The text without what is no character: names of files may hold any bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")
