"""Steps in any order, by anybody, on old versions too: only lawful ones change anything, and history has just them."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from officer import click, does, employ, latest, photographs, raised, signed
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.course import MOVES, OPEN_DISPATCH
from api.reading import alert_views
from api.refusals import RefusalError
from api.verdicts import Verdict, give
from config.site import Site
from models.dialect import open_engine
from models.migrations import upgrade
from models.tables import dispatch
from models.tables_access import audit

LAWFUL = {
    "send": ("NONE", "RETURNED"),
    "take": ("SENT",),
    "return": ("SENT",),
    "arrive": ("TAKEN",),
    "handle": ("ON_SITE",),
    "close": ("HANDLED",),
    "rework": ("HANDLED",),
}
LEADS = {"send": "SENT", "close": "CLOSED", "rework": "TAKEN", **{step: move.ends for step, move in MOVES.items()}}
SAID = {"send": "dispatch.sent", "close": "dispatch.closed", "rework": "dispatch.rework"} | {
    step: f"dispatch.{move.ends.lower()}" for step, move in MOVES.items()
}
PEOPLE = {"officer-1": signed("li", "officer-1"), "officer-2": signed("wang", "officer-2")}
VERIFIER = signed("lead", role="shift_lead")


class Course(RuleBasedStateMachine):
    """One alert; the model is the state it must be in, who was sent, and what was done."""

    engine: AsyncEngine
    site: Site
    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.alert = self.runner.run(raised(self.engine, self.site))
        self.state, self.sent, self.done = "NONE", "", list[str]()
        self.photographed = False

    @rule(step=st.sampled_from(list(LAWFUL)), who=st.sampled_from(list(PEOPLE)), behind=st.integers(0, 2))
    def try_anything(self, step: str, who: str, behind: int) -> None:
        self.attempt(step, who, behind, words="busy")

    @rule(step=st.sampled_from(["return", "handle"]))
    def say_nothing(self, step: str) -> None:
        self.attempt(step, self.sent or "officer-1", 0, words="")

    @rule(chosen=st.integers(0, 6))
    def go_on(self, chosen: int) -> None:
        if self.state == "ON_SITE" and not self.photographed:
            self.photograph(self.sent)
        if steps := [step for step, begins in LAWFUL.items() if self.state in begins]:
            self.attempt(steps[chosen % len(steps)], self.sent, 0, words="busy")

    def attempt(self, step: str, who: str, behind: int, words: str) -> None:
        lawful = self.state in LAWFUL[step] and behind == 0
        if step in MOVES:
            lawful = lawful and who == self.sent and (bool(words) or step in ("take", "arrive"))
        if step == "handle":
            lawful = lawful and self.photographed
        before = self.runner.run(self.stand())
        try:
            self.runner.run(self.perform(step, who, behind, words))
        except RefusalError:
            assert not lawful
            assert self.runner.run(self.stand()) == before
            return
        if not lawful:  # then it was the last step again, which changes nothing
            assert self.runner.run(self.stand()) == before
            return
        self.state = LEADS[step]
        self.done.append(SAID[step])
        self.photographed = self.photographed and step == "handle"
        if step == "send":
            self.sent = self.runner.run(latest(self.engine, self.alert)).person_id

    @rule(who=st.sampled_from(list(PEOPLE)))
    def photograph(self, who: str) -> None:
        if self.state == "NONE":
            return
        row = self.runner.run(latest(self.engine, self.alert))
        lawful = self.state == "ON_SITE" and who == self.sent
        try:
            self.runner.run(photographs(self.engine, self.site, row, PEOPLE[who]))
        except RefusalError:
            assert not lawful
        else:
            assert lawful
            self.photographed = True

    @invariant()
    def never_are_two_sent(self) -> None:
        count = select(func.count()).where(
            dispatch.c.alert_id == str(self.alert.id), dispatch.c.state.in_(OPEN_DISPATCH)
        )

        assert self.runner.run(self.scalars(count))[0] == (self.state in OPEN_DISPATCH)

    @invariant()
    def history_is_what_happened(self) -> None:
        query = select(audit.c.action).where(audit.c.subject == str(self.alert.id)).order_by(audit.c.id)
        told = [action for action in self.runner.run(self.scalars(query)) if action in SAID.values()]

        assert told == self.done

    @invariant()
    def dispatch_and_incident_stand_where_they_must(self) -> None:
        if self.state == "NONE":
            return
        row = self.runner.run(latest(self.engine, self.alert))

        assert row.state == self.state
        assert row.case == ("DISPATCHED" if self.state == "SENT" else self.state)

    async def perform(self, step: str, who: str, behind: int, words: str) -> None:
        if step == "send":
            async with self.engine.connect() as connection:
                version = (await alert_views(connection, [str(self.alert.id)]))[0].version
            await click(self.engine, self.site, self.alert, version - behind)
            return
        if self.state == "NONE":
            raise RefusalError("not_found")
        row: Any = (await latest(self.engine, self.alert))._asdict()
        seen = type("Seen", (), {**row, "version": row["version"] - behind})
        if step in MOVES:
            await does(self.engine, seen, step, PEOPLE[who], words)  # type: ignore[arg-type]
            return
        async with writing(self.engine) as books:
            await give(books, Verdict(seen.id, seen.version, "not_solved" if step == "rework" else None, VERIFIER))

    async def stand(self) -> Any:
        if self.state == "NONE":
            return None
        return tuple(await latest(self.engine, self.alert))

    async def scalars(self, query: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(query)).scalars())


def test_only_lawful_steps_change_anything_and_history_is_what_happened(site: Site) -> None:
    with asyncio.Runner() as runner:
        engine = open_engine(site.database_url)
        runner.run(upgrade(engine))
        runner.run(_employ(engine))
        bound = {"engine": engine, "site": site, "runner": runner}
        machine = type("BoundCourse", (Course,), bound)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(engine.dispose())


async def _employ(engine: AsyncEngine) -> None:
    async with writing(engine) as books:
        for person, officer in PEOPLE.items():
            await employ(books, person, officer.name)
