"""What an account may is written down, and what it loses it has lost at once."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api import accounts
from api.accounts import COMMAND_LINE, add, listed
from api.audit import verify
from api.books import Books, writing
from api.rights import Role
from api.terms import AccountError, Terms, check
from config.site import Site
from models.tables_access import audit

BOTH = frozenset({"gate-1", "gate-2"})
ONE = frozenset({"gate-1"})

CHANGES: dict[str, tuple[Terms, Terms, bool]] = {
    "fewer cameras": (Terms("operator", cameras=BOTH), Terms("operator", cameras=ONE), False),
    "some instead of all": (Terms("operator"), Terms("operator", cameras=BOTH), False),
    "another role": (Terms("operator"), Terms("shift_lead"), False),
    "more cameras": (Terms("operator", cameras=ONE), Terms("operator", cameras=BOTH), True),
    "all cameras": (Terms("operator", cameras=ONE), Terms("operator"), True),
    "another unit": (Terms("operator"), Terms("operator", unit="街道"), True),
}


async def do(engine: AsyncEngine, deed: Callable[[Books], Awaitable[None]]) -> None:
    async with writing(engine) as books:
        await deed(books)


@pytest.mark.parametrize(("before", "after", "goes_on"), CHANGES.values(), ids=CHANGES)
async def test_a_session_ends_with_the_rights_under_which_it_began(
    site: Site, engine: AsyncEngine, before: Terms, after: Terms, goes_on: bool
) -> None:
    async with serving(site) as wall, signed_in(wall, site, cameras=before.cameras) as client:
        await do(engine, lambda books: accounts.change(books, COMMAND_LINE, "op", after))
        answer = await client.get("/api/v1/session")
    async with engine.connect() as connection:
        stands = (await listed(connection))[0].terms

    assert (answer.status_code == 200) is goes_on
    assert stands == after


async def test_a_disabled_account_is_out_at_once_and_comes_back_by_logging_in(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        await do(engine, lambda books: accounts.disable(books, COMMAND_LINE, "op"))
        disabled = await client.get("/api/v1/session")
        await do(engine, lambda books: accounts.enable(books, COMMAND_LINE, "op"))
        enabled = await client.get("/api/v1/session")

    assert (disabled.status_code, enabled.status_code) == (401, 401)


async def test_every_deed_stands_in_the_audit_once_with_what_it_changed(site: Site, engine: AsyncEngine) -> None:
    await add(site, "op", "operator", unit="社区", cameras=ONE)
    wider = Terms("operator", unit="社区")
    for deed in (
        lambda books: accounts.change(books, "chief", "op", wider),
        lambda books: accounts.change(books, "chief", "op", wider),
        lambda books: accounts.disable(books, "chief", "op"),
        lambda books: accounts.disable(books, "chief", "op"),
        lambda books: accounts.enable(books, "chief", "op"),
        lambda books: accounts.renew(books, "chief", "op", "hash"),
    ):
        await do(engine, deed)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.id))).all()
        whole = (await verify(connection)).whole

    assert [(row.actor, row.action, row.subject) for row in rows] == [
        (COMMAND_LINE, "account.made", "op"),
        ("chief", "account.changed", "op"),
        ("chief", "account.disabled", "op"),
        ("chief", "account.enabled", "op"),
        ("chief", "account.reset", "op"),
    ]
    assert '"cameras":["gate-1"]' in rows[0].detail
    assert '"after":{"cameras":null' in rows[1].detail
    assert "hash" not in rows[4].detail
    assert whole


async def test_the_last_account_that_changes_accounts_cannot_be_lost(site: Site, engine: AsyncEngine) -> None:
    await add(site, "chief", "admin")
    losses: tuple[Callable[[Books], Awaitable[None]], ...] = (
        lambda books: accounts.disable(books, COMMAND_LINE, "chief"),
        lambda books: accounts.change(books, COMMAND_LINE, "chief", Terms("operator")),
    )
    for lose in losses:
        with pytest.raises(AccountError, match="the last account that may change accounts"):
            await do(engine, lose)
    await add(site, "second", "admin")
    await do(engine, losses[0])
    async with engine.connect() as connection:
        stand = {one.name: one.disabled for one in await listed(connection)}

    assert stand == {"chief": True, "second": False}


WRONG: dict[str, tuple[Terms, str]] = {
    "an officer of nobody": (Terms("officer"), "needs_person"),
    "an officer whom nobody knows": (Terms("officer", person="x"), "needs_person"),
    "a liaison of the roster": (Terms("liaison", person="officer-1"), "not_an_officer"),
    "a camera that is not there": (Terms("operator", cameras=frozenset({"gate-9"})), "unknown_camera"),
    "a unit with a line break": (Terms("operator", unit="a\nb"), "account_unit"),
}


@pytest.mark.parametrize(("terms", "key"), WRONG.values(), ids=WRONG)
def test_terms_that_the_site_cannot_keep_are_refused(site: Site, terms: Terms, key: str) -> None:
    with pytest.raises(AccountError) as refused:
        check(site, terms)

    assert refused.value.key == key
    assert " / " in refused.value.body()["detail"]


async def test_a_person_has_one_account(site: Site, engine: AsyncEngine) -> None:
    del engine
    await add(site, "jia", "officer", person="officer-1")

    with pytest.raises(AccountError, match="officer-1 has the account 'jia' already"):
        await add(site, "jia-2", "officer", person="officer-1")


@pytest.mark.parametrize("role", ["operator", "liaison"])
async def test_no_other_role_needs_a_person(site: Site, role: Role) -> None:
    await add(site, "one", role)


async def test_nobody_is_called_like_something_else_that_acts_in_the_record(site: Site) -> None:
    for name in ("desk", COMMAND_LINE, "link of op", "police:station", "127.0.0.1", "::1"):
        with pytest.raises(AccountError, match="cannot be a name"):
            await add(site, name, "operator")
