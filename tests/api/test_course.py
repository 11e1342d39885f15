"""What an officer does: each step once, in order, told to the wall; and whoever is late hears how it stands."""

import pytest
from officer import EXIF, JPEG, click, does, employ, latest, photographs, raised, signed
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.dispatching import Order, send, undo
from api.reading import alert_views, open_incidents
from api.refusals import RefusalError
from api.roster import duty, synchronise
from api.steps import delivered
from api.tasks import inbox, task
from api.verdicts import Verdict, give
from config.site import Site
from models.evidence import FolderStore
from models.tables import contact, photo
from models.tables_access import audit

OFFICER = signed("li", "officer-1")
OTHER = signed("wang", "officer-2")
VERIFIER = signed("lead", role="shift_lead")
ACTIONS = select(audit.c.action).order_by(audit.c.id)


@pytest.fixture
async def employed(engine: AsyncEngine) -> AsyncEngine:
    async with writing(engine) as books:
        await employ(books, "officer-1", "li")
        await employ(books, "officer-2", "wang")
    return engine


async def refused(work: object) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        await work  # type: ignore[misc]
    return caught.value


async def judged(engine: AsyncEngine, verdict: Verdict) -> None:
    async with writing(engine, who=verdict.verifier.who) as books:
        await give(books, verdict)


async def test_without_an_account_nobody_is_told_and_the_wall_says_so(engine: AsyncEngine, site: Site) -> None:
    row = await click(engine, site, await raised(engine, site), 1)
    async with engine.connect() as connection:
        contacts = (await connection.execute(select(contact))).all()

    assert (row.state, row.notified, contacts) == ("SENT", "no_channel", [])


async def test_the_roster_says_whom_a_phone_reaches(engine: AsyncEngine, site: Site) -> None:
    async with writing(engine) as books:
        await synchronise(books, site)
        await employ(books, "officer-2", "wang")
    async with engine.connect() as connection:
        people = (await duty(connection)).people

    assert {person.id for person in people if person.reachable} == {"officer-2"}


async def test_the_way_from_click_to_closed(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    stands = []
    row = await click(employed, site, alert, 1)
    async with writing(employed) as books:
        await delivered(books, OFFICER, row.id)
    for step, words in (("take", ""), ("arrive", ""), ("handle", "moved on")):
        if step == "handle":
            await photographs(employed, site, row, OFFICER)
        await does(employed, row, step, OFFICER, words)  # type: ignore[arg-type]
        row = await latest(employed, alert)
        stands.append((row.state, row.case))
    await judged(employed, Verdict(row.id, row.version, None, VERIFIER))
    row = await latest(employed, alert)
    async with employed.connect() as connection:
        actions = list((await connection.execute(ACTIONS.where(audit.c.subject == str(alert.id)))).scalars())
        reached = (await connection.execute(select(contact))).one()
        view = (await alert_views(connection, [str(alert.id)]))[0]
        left = await open_incidents(connection, None)

    assert stands == [("TAKEN", "TAKEN"), ("ON_SITE", "ON_SITE"), ("HANDLED", "HANDLED")]
    assert (row.state, row.case, row.result, row.verified_by) == ("CLOSED", "CLOSED", "moved on", "lead")
    assert [a for a in actions if a.startswith(("dispatch", "photo"))] == [
        "dispatch.pending",
        "dispatch.sent",
        "dispatch.delivered",
        "dispatch.taken",
        "dispatch.on_site",
        "photo.added",
        "dispatch.handled",
        "dispatch.closed",
    ]
    assert reached.channel == "inbox"
    assert reached.sent <= reached.delivered <= reached.acked
    assert view.dispatch is not None
    assert len(view.dispatch.photos) == 1
    assert left == []


async def test_a_step_that_is_sent_again_is_done_once(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    row = await click(employed, site, alert, 1)
    await does(employed, row, "take", OFFICER)
    await does(employed, row, "take", OFFICER)
    again = await latest(employed, alert)

    assert (again.state, again.version) == ("TAKEN", row.version + 1)


async def test_a_step_out_of_order_is_refused_with_how_it_stands(employed: AsyncEngine, site: Site) -> None:
    row = await click(employed, site, await raised(employed, site), 1)
    early = await refused(does(employed, row, "arrive", OFFICER))

    assert (early.status, early.key) == (409, "conflict")
    assert early.more["current"]["state"] == "SENT"
    assert early.more["stands"] == {"zh": "已派遣，待接单", "en": "sent, not yet taken"}


async def test_nobody_does_or_sees_the_task_of_another(employed: AsyncEngine, site: Site) -> None:
    row = await click(employed, site, await raised(employed, site), 1)
    foreign = await refused(does(employed, row, "take", OTHER))
    nobody = await refused(does(employed, row, "take", signed("op", None)))
    async with employed.connect() as connection:
        others = await inbox(connection, site, OTHER)
        mine = await inbox(connection, site, OFFICER)

    assert (foreign.key, nobody.key, others.tasks) == ("not_found", "not_found", [])
    assert [t.id for t in mine.tasks] == [row.id]


async def test_handled_needs_words_and_a_photo_since_the_arrival(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    row = await click(employed, site, alert, 1)
    await does(employed, row, "take", OFFICER)
    row = await latest(employed, alert)
    early = await refused(photographs(employed, site, row, OFFICER))
    await does(employed, row, "arrive", OFFICER)
    row = await latest(employed, alert)
    bare = await refused(does(employed, row, "handle", OFFICER, "done"))
    await photographs(employed, site, row, OFFICER)
    wordless = await refused(does(employed, row, "handle", OFFICER))

    assert (early.key, bare.key, wordless.key) == ("conflict", "no_photo", "words_missing")


async def test_a_photo_is_stored_bare(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    row = await click(employed, site, alert, 1)
    await does(employed, row, "take", OFFICER)
    await does(employed, await latest(employed, alert), "arrive", OFFICER)
    await photographs(employed, site, row, OFFICER, JPEG[:2] + EXIF + JPEG[2:])
    async with employed.connect() as connection:
        kept = (await connection.execute(select(photo))).one()
    stored = FolderStore(site.evidence_path).get(kept.key)

    assert stored == JPEG
    assert (kept.bytes, kept.by) == (len(JPEG), "li")


async def test_what_came_back_is_sent_to_somebody_else_first(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    row = await click(employed, site, alert, 1)
    wordless = await refused(does(employed, row, "return", OFFICER))
    await does(employed, row, "return", OFFICER, "busy")
    returned = await latest(employed, alert)
    async with employed.connect() as connection:
        version = (await alert_views(connection, [str(alert.id)]))[0].version
    second = await click(employed, site, alert, version)

    assert wordless.key == "words_missing"
    assert (returned.state, returned.case, returned.return_reason) == ("RETURNED", "RETURNED", "busy")
    assert (second.person_id, second.state, second.case) == ("officer-2", "SENT", "DISPATCHED")
    assert second.incident_id == returned.incident_id


async def test_rework_goes_back_to_the_officer_who_arrives_and_photographs_anew(
    employed: AsyncEngine, site: Site
) -> None:
    alert = await raised(employed, site)
    row = await click(employed, site, alert, 1)
    for step in ("take", "arrive"):
        await does(employed, row, step, OFFICER)  # type: ignore[arg-type]
        row = await latest(employed, alert)
    await photographs(employed, site, row, OFFICER)
    await does(employed, row, "handle", OFFICER, "done")
    row = await latest(employed, alert)
    own = await refused(judged(employed, Verdict(row.id, row.version, None, signed("li", "officer-1", "admin"))))
    await judged(employed, Verdict(row.id, row.version, "not_solved", VERIFIER))
    await judged(employed, Verdict(row.id, row.version, "not_solved", VERIFIER))
    late = await refused(judged(employed, Verdict(row.id, row.version, None, VERIFIER)))
    again = await latest(employed, alert)
    async with employed.connect() as connection:
        view = await task(connection, site, OFFICER, row.id)
    await does(employed, again, "arrive", OFFICER)
    bare = await refused(does(employed, await latest(employed, alert), "handle", OFFICER, "done"))

    assert (own.key, late.key, bare.key) == ("own_work", "conflict", "no_photo")
    assert late.more["stands"]["en"] == "taken"
    assert (again.state, again.case, again.on_site, again.result) == ("TAKEN", "TAKEN", None, None)
    assert view.rework is not None
    assert view.rework.en == "it is not solved"


async def test_level_one_is_sent_at_once_and_undo_calls_it_back(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site, level=1)
    async with writing(employed) as books:
        await send(books, site, Order(str(alert.id), 1, None, "op"))
    sent = await latest(employed, alert)
    async with writing(employed) as books:
        await undo(books, sent.id, "op")
    async with employed.connect() as connection:
        gone = await inbox(connection, site, OFFICER)
        why = await task(connection, site, OFFICER, sent.id)
        deeds = set((await connection.execute(ACTIONS.where(audit.c.subject == str(alert.id)))).scalars())

    assert sent.state == "SENT"
    assert gone.tasks == []
    assert (why.state, why.stands.en) == ("UNDONE", "called back by the operator")
    assert "dispatch.recalled" in deeds


async def test_what_can_still_be_undone_is_not_on_the_phone(employed: AsyncEngine, site: Site) -> None:
    alert = await raised(employed, site)
    async with writing(employed) as books:
        await send(books, site, Order(str(alert.id), 1, None, "op"))
    pending = await latest(employed, alert)
    async with employed.connect() as connection:
        shown = await inbox(connection, site, OFFICER)
    early = await refused(does(employed, pending, "take", OFFICER))

    assert (pending.state, shown.tasks, early.key) == ("PENDING", [], "not_found")
