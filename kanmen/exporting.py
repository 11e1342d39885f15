"""`kanmen models export`: weights of ultralytics for machines that run no torch."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from kanmen.own_weights import entry, had
from kanmen.progress import progress_on
from models.errors import ModelError
from models.weights import OWN


def export(
    model: Annotated[str, typer.Argument(help="A .pt of ultralytics, or its name in the manifest.")],
    form: Annotated[
        Literal["openvino", "onnx", "pytorch"], typer.Option("--format", help="`pytorch`: the .pt as it is.")
    ] = "openvino",
    size: Annotated[str | None, typer.Option(help="Input, e.g. 640x544; by default what it was trained with.")] = None,
    folder: Annotated[Path, typer.Option(help="The folder of weights.")] = Path("var/models"),
    *,
    dynamic: Annotated[bool, typer.Option("--dynamic", help="Take any batch and shape.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Load a .pt that is not in the manifest.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the entry as one JSON object.")] = False,
) -> None:
    """Export a .pt into the folder of weights; print the entry that makes it known, with its sha256."""
    console = Console(file=sys.stderr)
    wanted = _size(size)
    with progress_on(console) as progress:
        weights, path = had(model, folder, progress, trust=trust)
        if weights.format != "pytorch":
            raise ModelError(f"{weights.name} is {weights.format} already; only a .pt of ultralytics can be exported")
        from detect.export import export as export_weights  # noqa: PLC0415 (it loads torch)

        what = f"Exporting {path.name} as {form}"
        progress(what, 0, 1)
        made = export_weights(path, folder, form, wanted, dynamic=dynamic)
        progress(what, 1, 1)
    typer.echo(json.dumps({**asdict(made), "entry": entry(made)}) if as_json else entry(made))
    console.print(
        f"Append this to {folder / OWN}, then write `model: {made.name}`. The licence is what Ultralytics holds of "
        "everything that its software trained or exported; change it if you hold another.",
        highlight=False,
        soft_wrap=True,
    )


def _size(words: str | None) -> tuple[int, int] | None:
    """Width and height.

    Raises:
        ModelError: the words are no size.
    """
    if words is None:
        return None
    match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", words)
    if match is None or any(int(pixels) % 32 for pixels in match.groups()):
        raise ModelError(f"--size {words}: write width x height, multiples of 32 pixels, e.g. 640x544")
    return int(match[1]), int(match[2])
