"""Kanmen's table of contents: every command that people type."""

import typer

from kanmen.accounts import user
from kanmen.audit import audit
from kanmen.bench import bench
from kanmen.check import check
from kanmen.demo import demo
from kanmen.film import film
from kanmen.models import models
from kanmen.record import record
from kanmen.reload import reload
from kanmen.replay import replay
from kanmen.rerun import rerun
from kanmen.simulate import simulate
from kanmen.site import up, wall, watch

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kanmen 看门: watches the entrances of a neighbourhood and puts alerts in front of the people who can act.",
)
for command in (demo, up, watch, wall, check, reload, simulate, record, replay, rerun, film, audit, bench):
    app.command()(command)
app.add_typer(user, name="user")
app.add_typer(models, name="models")
