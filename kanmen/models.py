"""`kanmen models`: which detector weights there are, where they are, what they are worth."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kanmen.exporting import export
from kanmen.progress import progress_on
from kanmen.validating import validate
from kanmen.weights import prepare
from kanmen.whole_files import is_whole
from models.weights import OWN, Weights, manifest

models = typer.Typer(no_args_is_help=True, help="Detector weights: fetched, exported, validated.")
models.command()(export)
models.command()(validate)

Folder = Annotated[Path, typer.Option(help="The folder of weights: `models` in a site's data folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@models.command(name="list")
def list_(folder: Folder = Path("var/models"), *, as_json: Json = False) -> None:
    """Say which weights the manifest names, and which of them are here."""
    known = manifest(folder)
    rows = {name: _state(weights, folder) for name, weights in known.weights.items()}
    if as_json:
        listed = [{**_row(known.weights[name]), "state": state} for name, state in rows.items()]
        typer.echo(json.dumps({"best": known.best, "weights": listed}))
        return
    table = Table("weights", "format", "input", "size", "licence", "state", box=None)
    for name, state in rows.items():
        weights = known.weights[name]
        size = sum(file.size for file in weights.asset.files)
        cells = (weights.format, f"{weights.width}x{weights.height}", f"{size / 1e6:.1f} MB")
        table.add_row(name, *cells, weights.asset.licence.removeprefix("LicenseRef-"), state)
    Console().print(table)
    typer.echo(f"`best` takes the first that can be had of {', '.join(known.best)}. Your own stand in {folder / OWN}.")


@models.command()
def get(
    name: Annotated[str, typer.Argument(help="A name that `list` shows, or `best`.")] = "best",
    folder: Folder = Path("var/models"),
    *,
    as_json: Json = False,
) -> None:
    """Fetch weights by the first channel that has them, check them, convert them where need be."""
    with progress_on(Console(file=sys.stderr)) as progress:
        name, path = prepare(name, folder, progress)
    typer.echo(json.dumps({"name": name, "path": str(path)}) if as_json else f"{name}: {path}")


def _state(weights: Weights, folder: Path) -> str:
    here = [(folder / file.path).exists() for file in weights.asset.files]
    if all(is_whole(folder / file.path, file.sha256) for file in weights.asset.files):
        return "here"
    return "damaged" if all(here) else "not here"


def _row(weights: Weights) -> dict[str, object]:
    described = asdict(weights)
    asset = described.pop("asset")
    return {"name": asset["name"], **described, "licence": asset["licence"], "files": asset["files"]}
