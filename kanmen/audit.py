"""`kanmen audit`: do journal and database hold the same, and is the chain of people's deeds whole?"""

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import TypeAdapter

from config.read import read_site
from config.site import Site
from models.alert import BLIND_REASONS

if TYPE_CHECKING:
    from api.audit import ChainReport
    from api.reconcile import Named, Report


def audit(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")] = Path("site.yaml"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
    blind: Annotated[bool, typer.Option("--blind", help="Print when cameras were blind, by camera and hour.")] = False,
    day: Annotated[str | None, typer.Option(help="With --blind: the local day, YYYY-MM-DD; default today.")] = None,
    kept: Annotated[
        str, typer.Option(help="Hash of an earlier head of the audit chain, as you wrote it down; it must still stand.")
    ] = "",
    export: Annotated[
        Path | None, typer.Option(help="Check a file exported from the record instead; needs nothing else.")
    ] = None,
) -> None:
    """Compare the journal with the database entry by entry and follow the audit chain; exit 1 names what is wrong."""
    from api.reconcile import reconcile, verify_chain  # noqa: PLC0415 (the database is loaded where it is used)

    if export is not None:
        _tell_export(export, as_json=as_json)
        return
    site = read_site(config)
    if blind:
        _tell_blind(site, day, as_json=as_json)
        return
    report = reconcile(site.journals, site.database_url)
    chain = verify_chain(site.database_url, kept.strip().lower())
    lost = [named for named in report.missing if named not in set(report.unsettled)]
    whole = not (lost or report.extra or report.changed) and chain.whole
    if as_json:
        typer.echo(json.dumps({"whole": whole, **dataclasses.asdict(report), "chain": dataclasses.asdict(chain)}))
    else:
        typer.echo("\n".join(_lines(report, lost, chain)))
    if not whole:
        raise typer.Exit(1)


def _tell_export(path: Path, *, as_json: bool) -> None:
    from api.record_export import check_export  # noqa: PLC0415 (the database is loaded where it is used)

    report = check_export(path)
    if as_json:
        typer.echo(json.dumps({"whole": not report.broken, **dataclasses.asdict(report)}))
    else:
        typer.echo(f"{report.rows} rows, {report.first} to {report.last}, each as it was written; head {report.head}")
        if report.gaps:
            typer.echo(
                f"{report.gaps} gaps, where the export left rows out: only a whole record proves that none is gone"
            )
        typer.echo(f"BROKEN: {report.broken}" if report.broken else "nothing changed")
    if report.broken:
        raise typer.Exit(1)


def _tell_blind(site: Site, day: str | None, *, as_json: bool) -> None:
    from api.reconcile import blind_time  # noqa: PLC0415 (the database is loaded where it is used)
    from api.web.calendar import Day  # noqa: PLC0415 (as above)

    try:
        wanted = TypeAdapter(Day).validate_python(date.fromisoformat(day)) if day else None
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day; write it as 2026-11-22", param_hint="--day") from None
    found, spans = blind_time(site, wanted)
    if as_json:
        typer.echo(
            json.dumps({**found.model_dump(mode="json"), "spans": [span.model_dump(mode="json") for span in spans]})
        )
        return
    typer.echo(
        f"{found.day}, up to {found.until.astimezone(site.zone):%H:%M:%S}; a number is seconds blind in that hour"
    )
    for camera in found.cameras:
        hours = [f"{h.began.astimezone(site.zone):%H}h {h.seconds:.0f}" for h in camera.hours if h.seconds]
        reasons = ", ".join(f"{BLIND_REASONS[name][1]} {seconds:.0f}" for name, seconds in camera.reasons.items())
        typer.echo(f"{camera.camera}: {camera.seconds:.0f} s" + (f" ({reasons}): {', '.join(hours)}" if hours else ""))
    for span in spans:
        began, ended = (at and f"{at.astimezone(site.zone):%H:%M:%S}" for at in (span.began, span.ended))
        typer.echo(
            f"  {span.camera} {began} – {ended or 'lasts'} {BLIND_REASONS.get(span.reason, ('', span.reason))[1]}"
        )


def _lines(report: "Report", lost: "list[Named]", chain: "ChainReport") -> list[str]:
    stored = f"{report.alerts_in_database} alerts, {report.spans_in_database} blind spans"
    stored += f", {report.evidence_in_database} pieces of evidence"
    lines = [f"{report.entries} journal entries; in the database: {stored}"]
    if report.unsettled:
        lines.append(f"{len(report.unsettled)} entries are on their way: the journal goes on sending them")
    for what, entries in (("missing", lost), ("extra", report.extra), ("changed", report.changed)):
        lines += [f"{what}: {e.origin or '?'} {e.seq} {e.kind} {e.id} revision {e.revision}" for e in entries]
    lines += [f"{count} entries of {origin}, whose journal is not here" for origin, count in report.unaudited.items()]
    if report.rejected:
        lines.append(f"{report.rejected} messages of the stream could not be read; they stand in the table `rejected`")
    if not (lost or report.extra or report.changed):
        lines.append("nothing missing, nothing extra")
    standing = f"whole; its head is {chain.head}" if chain.whole else f"BROKEN at row {chain.broken}: {chain.reason}"
    lines.append(f"audit chain: {chain.rows} rows, {standing}")
    return lines
