"""`kanmen check`: reads the configuration and says every mistake with its line."""

from pathlib import Path
from typing import Annotated

import typer

from config.read import read_site


def check(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
) -> None:
    """Read the configuration; say every mistake with its line, or what it describes."""
    site = read_site(config)
    rules = sum(len(camera.rules) for camera in site.cameras)
    typer.echo(f"{config}: good: {len(site.cameras)} cameras, {rules} rules, {len(site.people)} people")
