"""`kanmen user`: who may log in to the wall."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from config.read import read_site

user = typer.Typer(no_args_is_help=True, help="Accounts of the wall.")

Config = Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")]


@user.command()
def add(
    name: str,
    role: Annotated[Literal["operator", "admin"], typer.Option(help="What the account may do.")] = "operator",
    config: Config = Path("site.yaml"),
) -> None:
    """Make an account; prints a password that works once."""
    from api.accounts import add as add_account  # noqa: PLC0415 (the database is loaded where it is used)

    password = asyncio.run(add_account(read_site(config), name, role))
    typer.echo(f"{name} ({role}): {password}  (works once, then the person chooses their own)")


@user.command()
def reset(name: str, config: Config = Path("site.yaml")) -> None:
    """Give an account a new one-time password and end its sessions."""
    from api.accounts import reset as reset_account  # noqa: PLC0415 (the database is loaded where it is used)

    password = asyncio.run(reset_account(read_site(config), name))
    typer.echo(f"{name}: {password}  (works once, then the person chooses their own)")
