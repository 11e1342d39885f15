"""`kanmen check`: reads the configuration and says every mistake with its line."""

import json
from pathlib import Path
from typing import Annotated

import typer

from config.read import read_site
from models.errors import ConfigError


def check(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON object.")] = False,
) -> None:
    """Read the configuration; say every mistake with its line, or what it describes. Exit code 0: it is good."""
    try:
        site = read_site(config)
    except ConfigError as error:
        if not as_json:
            raise
        mistakes = [{"line": m.line, "where": m.where, "what": m.what} for m in error.mistakes]
        typer.echo(json.dumps({"file": str(config), "good": False, "mistakes": mistakes}, ensure_ascii=False))
        raise typer.Exit(1) from None
    counts = {
        "cameras": len(site.cameras),
        "rules": sum(len(camera.rules) for camera in site.cameras),
        "people": len(site.people),
    }
    if as_json:
        typer.echo(json.dumps({"file": str(config), "good": True, "mistakes": [], **counts}, ensure_ascii=False))
    else:
        typer.echo(f"{config}: good: " + ", ".join(f"{number} {what}" for what, number in counts.items()))
