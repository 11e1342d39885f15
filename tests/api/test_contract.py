"""Whatever is asked, fit for the contract or not, is answered or refused in words: the server never fails."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from two_gates import DOORS, Place, pages, people, place, street_in

from api.refusals import REFUSALS
from api.sessions import Door
from api.web.process import APPS

EXAMPLES = 6
"""Of each way in, each mode, and each kind of id; some 500 requests in all."""
ENDLESS = {"/api/v1/feed"}
"""It sends until its reader is gone; tests/api/test_rude_requests.py asks it what is rude."""
ENDS_ITSELF = {"/api/v1/logout"}
ASKED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def fault(answer: requests.Response) -> str:
    """What no answer may be; empty where it is none of that."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code >= 400 and answer.json().get("error") not in REFUSALS:
        return f"{answer.status_code} without a reason of ours: {answer.text[:200]}"
    return ""


def ask(door: Door, url: str, headers: dict[str, str], contract: dict[str, Any], where: Place) -> tuple[list[str], int]:
    """Ask every way into a page as somebody who may use it; what went wrong, and how much was asked."""
    faults: list[str] = []
    asked = 0
    session = requests.Session()
    session.trust_env = False
    ids = {name: getattr(where, name) for name in where.__slots__} | {"task_id": where.dispatch_id}
    for found in schemathesis.openapi.from_dict(contract).get_all_operations():
        way = found.ok()
        if way.path in ENDLESS | ENDS_ITSELF:
            continue
        known = {name: ids[name] for name in ids if f"{{{name}}}" in way.path}
        for mode in GenerationMode:
            for fixed in [known, None] if known else [None]:

                @seed(20261122)
                @ASKED
                @given(case=way.as_strategy(generation_mode=mode, path_parameters=fixed))
                def one(case: schemathesis.Case) -> None:
                    nonlocal asked
                    answer = session.request(**case.as_transport_kwargs(base_url=url, headers=headers), timeout=10)
                    asked += 1
                    if wrong := fault(answer):
                        faults.append(f"{door}: {case.method} {answer.request.url} {answer.request.body!r}: {wrong}")

                with suppress(Unsatisfiable):  # where nothing is asked for, nothing can be asked wrongly
                    one()
    return faults, asked


@pytest.mark.filterwarnings("default")  # what strategies of a contract warn of is not ours
async def test_no_request_makes_a_page_fail(folder: Path) -> None:
    faults: list[str] = []
    asked = 0
    async with street_in(folder) as (site, engine), pages(site) as served:
        where = await place(engine, site, "gate-1")
        at = {("wall", "admin"), ("phone", "officer")}
        persons = {person.door: person for person in await people(engine) if (person.door, person.role) in at}
        for door in DOORS:
            contract = APPS[door](site).openapi()
            found, number = ask(door, served[door].url, dict(persons[door].headers), contract, where)
            faults += found
            asked += number

    assert not faults, "\n".join(faults[:20])
    assert asked > 400
