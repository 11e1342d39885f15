"""`kanmen rerun`: rules run again over what a site has seen, without pictures and without a detector."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from kanmen.progress import Report, progress_on
from models.alert import Alert
from models.clock import from_micros, to_micros
from models.errors import FootageError

if TYPE_CHECKING:
    from config.site import Camera, Site
    from detect.observed import Record
    from detect.rerun import Ran
    from kanmen.replay_report import Replayed
    from models.score import Happened

_HOUR: Final = timedelta(hours=1)

_LEAST: Final = datetime.min.replace(tzinfo=ZoneInfo("UTC"))
_MOST: Final = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


def rerun(
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration.")] = Path("site.yaml"),
    camera: Annotated[str | None, typer.Option(help="Which camera of it.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="From this instant on, in the site's time.", metavar="ISO")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this instant.", metavar="ISO")] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Without what the camera remembered: for other rules than those that ran.")
    ] = False,
    what_if: Annotated[
        Path | None, typer.Option(help="Rules, zones or lines (YAML) in place of the camera's: alerts gained and lost.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="What really happened from --from on (YAML): what was missed and what false.")
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the outcome here; - prints it.")] = None,
) -> None:
    """Run the rules of a camera again over its log of observations: the live alerts id for id, or those of other rules.

    With --what-if both the camera's own rules and the others begin without what the camera remembered.

    Exit code 0: rules were run, as far as the log goes. The site may run meanwhile.
    """
    from kanmen.replay import tell  # noqa: PLC0415 (a room that other commands do not load)
    from kanmen.replay_site import instant, site_and_camera  # noqa: PLC0415 (as above)
    from kanmen.truth import what_happened  # noqa: PLC0415 (as above)
    from kanmen.what_if import other_rules  # noqa: PLC0415 (as above)

    if truth is not None and since is None:
        raise FootageError("--truth: its seconds count from an instant; name that with --from")
    site, watched = site_and_camera(config, camera)
    span = (
        _LEAST if since is None else instant(since, site, "--from"),
        _MOST if until is None else instant(until, site, "--to"),
    )
    others = other_rules(what_if, site, watched) if what_if else None
    happened = what_happened(truth, watched) if truth else None
    console = Console(stderr=True)
    hours = hours_of(site, watched, span)
    with ExitStack() as held:
        progress = held.enter_context(progress_on(console, speed="× real time"))
        if others is None:
            outcome = run_hours(site, watched, hours, span, anew=anew, progress=progress)
        else:
            outcome = run_both((site, watched), others, hours, span, (progress, progress))
    if happened is not None:
        _score(outcome, happened, span[0])
        if outcome.what_if is not None:
            _score(outcome.what_if, happened, span[0])
    last = outcome.began + timedelta(seconds=outcome.seconds)
    console.print(
        f"{watched.id}: from {_shown(outcome.began, site)} to {_shown(last, site)} ({site.timezone})", soft_wrap=True
    )
    tell(outcome, as_json)


def _score(outcome: "Replayed", happened: "Happened", since: datetime) -> None:
    """Score by what happened from that instant on."""
    from detect.observed import hour_of  # noqa: PLC0415 (see above)

    outcome.counted_from(since)
    for file in outcome.files:
        file["from_s"] = max(0.0, (hour_of(Path(file["name"])) - since).total_seconds())
    outcome.beside(happened)


def hours_of(site: "Site", camera: "Camera", span: tuple[datetime, datetime]) -> Sequence[Path]:
    """The files that the span touches.

    Raises:
        FootageError: there are none; says which there are.
    """
    from detect.observed import files, hour_of  # noqa: PLC0415 (see above)

    since, until = span
    if until <= since:
        raise FootageError("--to: is not after --from")
    folder = site.observations_path / camera.id
    known = files(folder)
    if not known:
        why = "observations.days is 0, so none are written" if not site.observations.days else "detect writes them"
        raise FootageError(f"{camera.id}: there are no observations in {folder}; {why}")
    chosen = [path for path in known if hour_of(path) < until and since < hour_of(path) + _HOUR]
    if not chosen:
        first, last = (_shown(hour_of(path), site) for path in (known[0], known[-1]))
        raise FootageError(
            f"{camera.id}: there are no observations in that span; "
            f"the first hour begins at {first}, the last at {last} ({site.timezone})"
        )
    return chosen


def run_hours(
    site: "Site",
    camera: "Camera",
    hours: Sequence[Path],
    span: tuple[datetime, datetime],
    *,
    anew: bool,
    progress: Report,
    seen: "Callable[[Ran], None]" = lambda _: None,
) -> "Replayed":
    """What the rules of a camera say of that span.

    Args:
        site: The configuration.
        camera: Of it.
        hours: As `hours_of` gives them.
        span: From, to.
        anew: Without what the camera remembered.
        progress: Told hours done and in all.
        seen: Told each picture, and what was said of it, from the beginning of the first file on.

    Raises:
        FootageError: not one picture was looked at.
    """
    from detect.rerun import rerun as run_again  # noqa: PLC0415 (see above)
    from kanmen.replay_files import as_replayed  # noqa: PLC0415 (see above)
    from kanmen.replay_report import Replayed  # noqa: PLC0415 (see above)

    since, until = span
    outcome = Replayed(camera, since)
    missed = 0
    began = perf_counter()
    what = f"Running the rules of {camera.id}"
    progress(what, 0, len(hours))
    for ran in run_again(site, camera, _records(hours, until, outcome, site), anew=anew, rest=outcome.counted):
        seen(ran)
        if (taken := from_micros(ran.taken)) < since:
            continue
        if not outcome.frames:
            outcome.began = taken
        outcome.frames += 1
        outcome.seconds = max(outcome.seconds, (taken - outcome.began).total_seconds())
        outcome.told(as_replayed(said) for said in ran.said if isinstance(said, Alert))
        outcome.counted(said for said in ran.said if not isinstance(said, Alert))
        missed += ran.missed
        progress(what, len(outcome.files), len(hours))
    outcome.wall_s = perf_counter() - began
    progress(what, len(hours), len(hours))
    if not outcome.frames:
        raise FootageError("\n".join([f"{camera.id}: not one picture was looked at in that span", *outcome.said]))
    if missed:
        outcome.said.append(f"{missed} pictures could not be written down; where they lack, live may have said more")
    return outcome


def run_both(
    own: tuple["Site", "Camera"],
    others: tuple["Site", "Camera"],
    hours: Sequence[Path],
    span: tuple[datetime, datetime],
    progress: tuple[Report, Report],
    *,
    seen: "Callable[[Ran], None]" = lambda _: None,
) -> "Replayed":
    """What the rules of a camera say of that span, with what others say of the very same pictures as its `what_if`.

    The log has what the camera's own rules ask for; what only the others do is told of as not followed.

    Args:
        own: The configuration and the camera of it.
        others: The same with the other rules.
        hours: As `hours_of` gives them.
        span: From, to.
        progress: As `run_hours` takes it, for either.
        seen: As above, for the others.

    Raises:
        FootageError: not one picture was looked at, or not the same ones twice.
    """
    from kanmen.unfollowed import unfollowed  # noqa: PLC0415 (see above)

    outcome = run_hours(*own, hours, span, anew=True, progress=progress[0])
    # The log may grow while it is read; the others shall see no more of it.
    same = (outcome.began, outcome.began + timedelta(seconds=outcome.seconds))
    outcome.what_if = run_hours(*others, hours, same, anew=True, progress=progress[1], seen=seen)
    outcome.what_if.unfollowed = unfollowed(own[0], others[1], (own[1],))
    if (outcome.what_if.began, outcome.what_if.frames) != (outcome.began, outcome.frames):
        raise FootageError(
            "old observations were removed meanwhile, so that the two cannot be compared; start it again"
        )
    return outcome


def _records(hours: Sequence[Path], until: datetime, outcome: "Replayed", site: "Site") -> Iterator["Record"]:
    """The records of those files up to that instant, and what is to be said of each file."""
    from detect.observed import Seen, hour_of, read_hour  # noqa: PLC0415 (see above)

    limit = to_micros(until)
    for path in hours:
        hour = read_hour(path)
        pictures = [record for record in hour.records if isinstance(record, Seen)]
        if hour.gone:
            outcome.said.append(f"{path.name} (hour from {_shown(hour_of(path), site)} on): was removed meanwhile")
        if hour.torn:
            outcome.said.append(
                f"{path.name} (hour from {_shown(hour_of(path), site)} on): damaged behind "
                + (f"the picture of {_shown(from_micros(pictures[-1].taken), site)}" if pictures else "its beginning")
                + "; what stands there is left out"
            )
        yield from (record for record in hour.records if not isinstance(record, Seen) or record.taken <= limit)
        outcome.files.append(
            {
                "name": path.name,
                "pictures": len(pictures),
                "frames": sum(record.taken <= limit for record in pictures),
                "complete": not hour.torn,
            }
        )


def _shown(at: datetime, site: "Site") -> str:
    return f"{at.astimezone(ZoneInfo(site.timezone)):%Y-%m-%d %H:%M:%S}"
