"""`kanmen user`: who may log in, what for, and which cameras they see."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.rights import Role
from config.read import read_site
from config.site import Site

if TYPE_CHECKING:
    from api.accounts import Account
    from api.books import Books

user = typer.Typer(no_args_is_help=True, help="Accounts: who may log in, and what for.")

Config = Annotated[Path, typer.Option("--config", "-c", help="The site's configuration file.")]
Unit = Annotated[str | None, typer.Option(help="Whom the person works for; stands in the audit.")]
Cameras = Annotated[
    str | None, typer.Option(help="Ids of the cameras that the account sees, with commas; all: every one.")
]
Person = Annotated[
    str | None, typer.Option(help="Id of the person of the roster whose phone an officer's account serves.")
]


@user.command()
def add(
    name: str,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = "operator",
    *,
    unit: Unit = None,
    cameras: Cameras = None,
    person: Person = None,
    config: Config = Path("site.yaml"),
) -> None:
    """Make an account; prints a password that works once."""
    from api.accounts import add as add_account  # noqa: PLC0415 (the database is loaded where it is used)

    site = read_site(config)
    seen = None if cameras is None else _ids(cameras)
    password = asyncio.run(add_account(site, name, role, unit=unit or "", cameras=seen, person=person))
    typer.echo(f"{name} ({role}): {password}  (works once, then the person chooses their own)")


@user.command()
def reset(name: str, config: Config = Path("site.yaml")) -> None:
    """Give an account a new one-time password and end its sessions."""
    from api.accounts import reset as reset_account  # noqa: PLC0415 (the database is loaded where it is used)

    password = asyncio.run(reset_account(read_site(config), name))
    typer.echo(f"{name}: {password}  (works once, then the person chooses their own)")


@user.command("set")
def set_terms(
    name: str,
    role: Annotated[Role | None, typer.Option(help="What the account may do.")] = None,
    *,
    unit: Unit = None,
    cameras: Cameras = None,
    person: Person = None,
    config: Config = Path("site.yaml"),
) -> None:
    """Change what is named, leave the rest. Its sessions end where they might do too much."""
    from api.accounts import COMMAND_LINE, change, known  # noqa: PLC0415 (the database is loaded where it is used)
    from api.rights import may  # noqa: PLC0415 (as above)
    from api.terms import check  # noqa: PLC0415 (as above)

    site = read_site(config)

    async def deed(books: "Books") -> None:
        terms = (await known(books.connection, name)).terms
        if role is not None:
            terms = replace(terms, role=role, person=terms.person if may(role, "duty") else None)
        if unit is not None:
            terms = replace(terms, unit=unit)
        if cameras is not None:
            terms = replace(terms, cameras=_ids(cameras))
        if person is not None:
            terms = replace(terms, person=person)
        check(site, terms)
        await change(books, COMMAND_LINE, name, terms)

    _write(site, deed)
    typer.echo(_told(_read(site), name))


@user.command()
def disable(name: str, config: Config = Path("site.yaml")) -> None:
    """Let nobody in by this account any more; its sessions end."""
    from api.accounts import COMMAND_LINE, disable  # noqa: PLC0415 (the database is loaded where it is used)

    site = read_site(config)
    _write(site, lambda books: disable(books, COMMAND_LINE, name))
    typer.echo(_told(_read(site), name))


@user.command()
def enable(name: str, config: Config = Path("site.yaml")) -> None:
    """Let its person in again."""
    from api.accounts import COMMAND_LINE, enable  # noqa: PLC0415 (the database is loaded where it is used)

    site = read_site(config)
    _write(site, lambda books: enable(books, COMMAND_LINE, name))
    typer.echo(_told(_read(site), name))


@user.command("list")
def list_accounts(
    config: Config = Path("site.yaml"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each account.")] = False,
) -> None:
    """Say who may log in, and what for."""
    accounts = _read(read_site(config))
    if as_json:
        for account in accounts:
            words = {"name": account.name, "disabled": account.disabled, **account.terms.words()}
            typer.echo(json.dumps(words, ensure_ascii=False))
        return
    table = Table("name", "role", "unit", "cameras", "person", "", box=None)
    for account in accounts:
        terms = account.terms
        seen = "all" if terms.cameras is None else ", ".join(sorted(terms.cameras)) or "none"
        table.add_row(account.name, terms.role, terms.unit, seen, terms.person or "", _state(account))
    Console().print(table)


def _ids(cameras: str) -> frozenset[str] | None:
    """None for all."""
    if cameras.strip() == "all":
        return None
    return frozenset(word.strip() for word in cameras.split(",") if word.strip())


def _write(site: Site, deed: "Callable[[Books], Awaitable[None]]") -> None:
    from api.accounts import database  # noqa: PLC0415 (the database is loaded where it is used)
    from api.books import writing  # noqa: PLC0415 (as above)

    async def work() -> None:
        async with database(site) as engine, writing(engine) as books:
            await deed(books)

    asyncio.run(work())


def _read(site: Site) -> "list[Account]":
    from api.accounts import database, listed  # noqa: PLC0415 (the database is loaded where it is used)

    async def work() -> "list[Account]":
        async with database(site) as engine, engine.connect() as connection:
            return await listed(connection)

    return asyncio.run(work())


def _told(accounts: "list[Account]", name: str) -> str:
    account = next(account for account in accounts if account.name == name)
    terms = account.terms
    seen = "all cameras" if terms.cameras is None else ", ".join(sorted(terms.cameras)) or "no camera"
    parts = [terms.role, *filter(None, (terms.unit, seen, terms.person, _state(account)))]
    return f"{name}: {'; '.join(parts)}"


def _state(account: "Account") -> str:
    return "disabled" if account.disabled else "has a one-time password" if account.one_time else ""
