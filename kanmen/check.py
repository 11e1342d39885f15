"""`kanmen check`: says every mistake of a configuration with its line; `--probe` looks at what it describes."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from config.certificates import ending
from config.read import read_bytes, site_of
from config.site import Site
from kanmen.costs import costs, off, over
from kanmen.own_models import refuse_unusable
from models.clock import utc_now
from models.errors import ConfigError, KanmenError

if TYPE_CHECKING:
    from kanmen.probe import Finding


def check(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON object.")] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Look at cameras, Redis, database, weights and disk too; keep pictures.")
    ] = False,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for the pictures of --probe; by default `probe` in the data folder.")
    ] = None,
) -> None:
    """Read the configuration; say every mistake with its line, or what it describes. Exit code 0: all is good."""
    try:
        data = read_bytes(config)
        site = site_of(data, config)
        refuse_unusable(site, data, config)
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
    said: dict[str, Any] = {"file": str(config), "good": True, "mistakes": [], "costs": list(costs(site)), **counts}
    said["ending"] = list(ending(site, utc_now()))
    said["fixtures"] = list(over(site, utc_now()))
    said["off"] = list(off(site))
    if not as_json:
        for line in (*said["costs"], *said["ending"], *said["fixtures"], *said["off"]):
            typer.echo(line)
        typer.echo(f"{config}: good: " + ", ".join(f"{number} {what}" for what, number in counts.items()))
    if probe:
        folder = pictures or site.data / "probe"
        findings = _probed(site, folder)
        said["good"] = all(finding.good for finding in findings)
        said["probe"] = [dataclasses.asdict(finding) for finding in findings]
        said["pictures"] = str(folder)
        if not as_json:
            _tell(findings, folder)
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
    if not said["good"]:
        raise typer.Exit(1)


def _probed(site: Site, folder: Path) -> "list[Finding]":
    from kanmen.probe import probe  # noqa: PLC0415 (reading a file needs none of it)
    from kanmen.progress import progress_on  # noqa: PLC0415 (as above)

    with progress_on(Console(file=sys.stderr)) as progress:
        try:
            return probe(site, folder, progress)
        except OSError as error:
            raise KanmenError(f"{folder}: pictures cannot be kept: {error.strerror}; name another folder") from error


def _tell(findings: "Sequence[Finding]", folder: Path) -> None:
    for finding in findings:
        typer.echo(f"{'good' if finding.good else 'BAD '} {finding.what}: {finding.says}")
        for hint in finding.hints:
            typer.echo(f"     {hint}")
    bad = sum(not finding.good for finding in findings)
    typer.echo(f"{bad} of {len(findings)} are bad." if bad else "All is good.")
    typer.echo(f"Pictures with their zones and lines: {folder / 'contact.jpg'}")
