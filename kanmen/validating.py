"""`kanmen models validate`: what weights accept, how fast they are, how well they find people and vehicles."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from kanmen.own_weights import had
from kanmen.progress import Report, progress_on
from kanmen.weights import Backend, detector_of
from models.errors import ModelError
from models.weights import Weights

if TYPE_CHECKING:
    from detect.stills import Appraisal
    from detect.trials import Trial

_SURE: Final = 0.35
"""Confidence for the timing: about as many boxes as in use."""


def validate(
    model: Annotated[str, typer.Argument(help="A name that `list` shows, `best`, or a .pt.")] = "best",
    stills: Annotated[
        Path | None, typer.Option(help="A folder of pictures with COCO's instances*.json: says how much is found.")
    ] = None,
    backend: Annotated[Backend, typer.Option(help="What runs them; auto: by their format.")] = "auto",
    confidence: Annotated[
        float, typer.Option(min=0.01, max=0.99, help="For the recall of people: `detector.confidence` of your site.")
    ] = 0.35,
    folder: Annotated[Path, typer.Option(help="The folder of weights.")] = Path("var/models"),
    *,
    trust: Annotated[bool, typer.Option("--trust", help="Load a .pt that is not in the manifest.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Try weights out: batches and shapes with ms per picture; with --stills, COCO's average precision and recall."""
    from detect.stills import read_stills  # noqa: PLC0415 (it loads what only this command needs)

    known = None if stills is None else read_stills(stills)
    with progress_on(Console(file=sys.stderr)) as progress:
        weights, path = had(model, folder, progress, trust=trust)
        tried = list(_tried(weights, path, backend, progress))
        if not any(trial.taken for trial in tried):
            raise ModelError(tried[0].why_not)
        found = None
        if known is not None:
            found = _found(weights, path, backend, known=known, confidence=confidence, progress=progress)
    if as_json:
        told = {
            "weights": weights.name,
            "file": str(path),
            "backend": backend,
            "trials": [asdict(trial) for trial in tried],
            "appraisal": None if found is None else asdict(found),
        }
        typer.echo(json.dumps(told))
        return
    console = Console()
    console.print(f"{weights.name}: {weights.architecture}, {path}", highlight=False, soft_wrap=True)
    console.print(_trials_table(tried))
    if found is not None:
        console.print(_precision_table(found), _recall_table(found), sep="\n")


def _tried(weights: Weights, path: Path, backend: Backend, progress: Report) -> "Iterator[Trial]":
    from detect.trials import BATCHES, shapes, trials  # noqa: PLC0415 (as above)

    total, what = len(BATCHES) * len(shapes(weights)), f"Trying {weights.name}"
    progress(what, 0, total)
    for done, trial in enumerate(
        trials(weights, lambda shaped, batch: detector_of(shaped, path, _SURE, backend=backend, batch=batch)), 1
    ):
        progress(what, done, total)
        yield trial


def _found(
    weights: Weights,
    path: Path,
    backend: Backend,
    *,
    known: Any,  # noqa: ANN401 (detect.stills is loaded late)
    confidence: float,
    progress: Report,
) -> "Appraisal":
    from detect.stills import LOW, appraise  # noqa: PLC0415 (as above)

    total, what = len(known.paths), "Looking at the stills"
    with closing(detector_of(weights, path, LOW, backend=backend)) as detector:
        return appraise(detector, known, confidence, lambda done: progress(what, done, total))


def _trials_table(tried: "list[Trial]") -> Table:
    """Shapes down, batches across; why a refusal came stands in the JSON."""
    batches = list(dict.fromkeys(trial.batch for trial in tried))
    table = Table("ms per picture, by pictures at once", *map(str, batches), box=None)
    for shape in dict.fromkeys((trial.width, trial.height) for trial in tried):
        row = [trial for trial in tried if (trial.width, trial.height) == shape]
        table.add_row("x".join(map(str, shape)), *(f"{one.ms:.1f}" if one.taken else "refused" for one in row))
    return table


def _precision_table(found: "Appraisal") -> Table:
    table = Table(f"on {found.stills} stills", "boxes", "AP 50-95", "AP 50", box=None)
    for one in found.precision:
        cells = ("-", "-") if one.ap is None or one.ap50 is None else (f"{one.ap:.3f}", f"{one.ap50:.3f}")
        table.add_row(one.key, str(one.boxes), *cells)
    return table


def _recall_table(found: "Appraisal") -> Table:
    table = Table(f"person, found at {found.confidence:g}", "people", "found", "", box=None)
    for one in found.recall:
        tall = f"{one.at_least} px and more" if one.below is None else f"{one.at_least} to {one.below} px"
        table.add_row(tall, str(one.people), str(one.found), f"{one.found / one.people:.0%}" if one.people else "-")
    return table
