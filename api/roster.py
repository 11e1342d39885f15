"""The people and grids of the configuration in the database, and who could be sent where."""

from collections.abc import Mapping

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books
from api.contacts import reachable
from api.course import BUSY
from api.rank import Candidate, Ranked, rank
from api.reading import OPEN_INCIDENT
from api.views import Bilingual, PersonName, Reason, Suggestion
from api.views_screen import Duty, DutyPerson
from config.site import Site
from models.tables import dispatch, grid, incident, person


async def synchronise(books: Books, site: Site) -> None:
    """Make people and grids what the configuration says; who vanished stays for the records, unlisted."""
    people = {
        p.id: {"name_zh": p.name.zh, "name_en": p.name.en, "grids": list(p.grids), "on_duty": p.on_duty, "listed": True}
        for p in site.people
    }
    grids = {
        g.code: {"name_zh": g.name.zh, "name_en": g.name.en, "beside": list(g.beside), "listed": True}
        for g in site.grids
    }
    await _synchronise(books, person, "id", people, {"on_duty": False, "listed": False})
    await _synchronise(books, grid, "code", grids, {"listed": False})


async def _synchronise(
    books: Books, table: Table, key: str, wanted: Mapping[str, Mapping[str, object]], gone: Mapping[str, object]
) -> None:
    rows = (await books.connection.execute(select(table))).mappings().all()
    known = {row[key]: row for row in rows}
    for identity, values in wanted.items():
        if identity not in known:
            await books.connection.execute(insert(table).values({key: identity, **values}))
        elif any(known[identity][name] != value for name, value in values.items()):
            await books.connection.execute(update(table).where(table.c[key] == identity).values(**values))
        else:
            continue
        books.note("desk", f"{table.name}.configured", identity, **values)
    for identity, row in known.items():
        if identity not in wanted and row["listed"]:
            await books.connection.execute(update(table).where(table.c[key] == identity).values(**gone))
            books.note("desk", f"{table.name}.unlisted", identity)


async def duty(connection: AsyncConnection) -> Duty:
    """The roster, those on duty first."""
    query = select(person).where(person.c.listed).order_by(person.c.on_duty.desc(), person.c.id)
    tasks, phones = await _open_tasks(connection), await reachable(connection)
    people = [
        DutyPerson(
            id=row.id,
            name=Bilingual(zh=row.name_zh, en=row.name_en),
            grids=row.grids,
            on_duty=row.on_duty,
            reachable=row.id in phones,
            open_tasks=tasks.get(row.id, 0),
        )
        for row in (await connection.execute(query)).all()
    ]
    return Duty(on=sum(p.on_duty for p in people), total=len(people), people=people)


async def ranked_for(connection: AsyncConnection, site: Site, camera: str, alert_id: str) -> list[Ranked]:
    """Who could be sent to a camera's place for an alert, best first."""
    roster = await duty(connection)
    query = select(dispatch.c.person_id).where(dispatch.c.alert_id == alert_id, dispatch.c.state == "RETURNED")
    returned = set((await connection.execute(query)).scalars())
    candidates = [Candidate(p.id, tuple(p.grids), p.on_duty, p.open_tasks, p.id in returned) for p in roster.people]
    code = next((c.grid for c in site.cameras if c.id == camera), "")
    return rank(candidates, code, {g.code: g.beside for g in site.grids})


async def suggestion(connection: AsyncConnection, site: Site, camera: str, alert_id: str) -> Suggestion | None:
    """Whom one click would send there; None where nobody is on duty."""
    ranked = await ranked_for(connection, site, camera, alert_id)
    if not ranked:
        return None
    best = ranked[0]
    row = (await connection.execute(select(person).where(person.c.id == best.candidate.id))).one()
    return Suggestion(
        person=PersonName(id=row.id, name=Bilingual(zh=row.name_zh, en=row.name_en)),
        why=[Reason(key=w.key, zh=w.zh, en=w.en) for w in best.why],
        open_tasks=best.candidate.open_tasks,
    )


async def _open_tasks(connection: AsyncConnection) -> dict[str, int]:
    query = (
        select(dispatch.c.person_id, func.count())
        .join(incident, incident.c.id == dispatch.c.incident_id)
        .where(dispatch.c.state.in_(BUSY), incident.c.state.in_(OPEN_INCIDENT))
        .group_by(dispatch.c.person_id)
    )
    return {row[0]: row[1] for row in (await connection.execute(query)).all()}
