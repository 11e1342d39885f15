"""Accounts, for whoever may change them: listed, made, changed, reset, switched off and on."""

import asyncio
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.accounts import Account, change, disable, enable, known, listed, make, renew
from api.books import writing
from api.passwords import fresh
from api.refusals import RefusalError
from api.rights import RIGHTS, ROLES, Role
from api.sessions import Signed, end_all, running
from api.terms import Terms, check
from api.views import Stamp
from api.web.entry import Done
from api.web.gate import Wall, acts, reads

router = APIRouter(prefix="/api/v1/users", tags=["users"])

Reader = Annotated[Signed, Depends(reads("accounts"))]
Keeper = Annotated[Signed, Depends(acts("accounts"))]

_Name = Annotated[str, Field(min_length=1, max_length=64)]
_Camera = Annotated[str, Field(max_length=64)]


class Named(BaseModel):
    """An account, by its name."""

    model_config = ConfigDict(extra="forbid")

    name: _Name


class TermsRequest(Named):
    """An account as it shall be."""

    role: Role
    unit: Annotated[str, Field(max_length=64)] = ""
    cameras: Annotated[list[_Camera], Field(max_length=64)] | None = None
    person: Annotated[str, Field(max_length=64)] | None = None

    @property
    def terms(self) -> Terms:
        """As accounts know them."""
        return Terms(self.role, self.unit, None if self.cameras is None else frozenset(self.cameras), self.person)


class UserView(BaseModel):
    """An account as it stands, and how many sessions of it are not over."""

    name: str
    role: str
    unit: str
    cameras: list[str] | None
    person: str | None
    disabled: bool
    one_time: bool
    created: Stamp
    sessions: int


class RosterName(BaseModel):
    """Somebody of the roster."""

    id: str
    name: dict[str, str]


class UsersView(BaseModel):
    """All accounts, and of whom and what one can be made."""

    users: list[UserView]
    roles: list[Role]
    people: list[RosterName]
    on_duty_roles: list[Role]


class PasswordAnswer(BaseModel):
    """A password that works once; it is told this once."""

    name: str
    password: str


@router.get("")
async def users(wall: Wall, _: Reader) -> UsersView:
    """Every account by name."""
    async with wall.engine.connect() as connection:
        accounts = await listed(connection)
        sitting = Counter(one.account for one in await running(connection))
    return UsersView(
        users=[_view(one, sitting[one.name]) for one in accounts],
        roles=list(ROLES),
        people=[RosterName(id=one.id, name={"zh": one.name.zh, "en": one.name.en}) for one in wall.site.people],
        on_duty_roles=[role for role in ROLES if "duty" in RIGHTS[role]],
    )


@router.post("/add")
async def add(wall: Wall, actor: Keeper, asked: TermsRequest) -> PasswordAnswer:
    """Make an account."""
    check(wall.site, asked.terms)
    password, stored = await asyncio.to_thread(fresh)
    async with writing(wall.engine, who=actor.who) as books:
        await make(books, actor.name, asked.name, asked.terms, stored)
    return PasswordAnswer(name=asked.name, password=password)


@router.post("/change")
async def change_terms(wall: Wall, actor: Keeper, asked: TermsRequest) -> Done:
    """Give an account other terms; its sessions end where they might do too much."""
    check(wall.site, asked.terms)
    async with writing(wall.engine, who=actor.who) as books:
        await change(books, actor.name, asked.name, asked.terms)
    return Done()


@router.post("/reset")
async def reset(wall: Wall, actor: Keeper, asked: Named) -> PasswordAnswer:
    """Give an account a new one-time password; its sessions end."""
    password, stored = await asyncio.to_thread(fresh)
    async with writing(wall.engine, who=actor.who) as books:
        await renew(books, actor.name, asked.name, stored)
    return PasswordAnswer(name=asked.name, password=password)


@router.post("/disable")
async def switch_off(wall: Wall, actor: Keeper, asked: Named) -> Done:
    """Let nobody in by this account; its sessions end."""
    if asked.name == actor.name:
        raise RefusalError("yourself")
    async with writing(wall.engine, who=actor.who) as books:
        await disable(books, actor.name, asked.name)
    return Done()


@router.post("/enable")
async def switch_on(wall: Wall, actor: Keeper, asked: Named) -> Done:
    """Let its person in again."""
    async with writing(wall.engine, who=actor.who) as books:
        await enable(books, actor.name, asked.name)
    return Done()


@router.post("/end")
async def end_sessions(wall: Wall, actor: Keeper, asked: Named) -> Done:
    """End every session of an account."""
    async with writing(wall.engine, who=actor.who) as books:
        await known(books.connection, asked.name)
        await end_all(books, asked.name)
        books.note(actor.name, "account.sessions_ended", asked.name)
    return Done()


def _view(one: Account, sessions: int) -> UserView:
    return UserView(
        name=one.name,
        **one.terms.words(),
        disabled=one.disabled,
        one_time=one.one_time,
        created=one.created,
        sessions=sessions,
    )
