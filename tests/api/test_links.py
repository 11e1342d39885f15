"""A signed link opens one file, until its time is over or its key is gone, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import DATA, enter, make_alert, make_evidence, ready
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.links import Link, Links
from api.refusals import RefusalError
from config.site import Site
from models.clock import to_micros, utc_now
from models.evidence import FolderStore
from models.tables_access import audit

pytestmark = pytest.mark.database("sqlite")  # links stand in no table

NOW = utc_now()


def a_link(minutes: float = 60) -> Link:
    return Link("evidence", "a" * 64, "op", to_micros(NOW + timedelta(minutes=minutes)))


def test_a_link_says_what_was_put_into_it_until_its_time_is_over(tmp_path: Path) -> None:
    links = Links(tmp_path / "key")
    token = links.made(a_link())

    assert links.read(token, NOW) == a_link()
    assert Links(tmp_path / "key").read(token, NOW + timedelta(minutes=59)) == a_link()
    with pytest.raises(RefusalError):
        links.read(token, NOW + timedelta(minutes=60))


def test_the_key_is_for_our_user_alone_and_without_it_no_link_opens(tmp_path: Path) -> None:
    links = Links(tmp_path / "key")
    token = links.made(a_link())
    mode = (tmp_path / "key").stat().st_mode & 0o777
    (tmp_path / "key").unlink()

    assert mode == 0o600
    with pytest.raises(RefusalError):
        links.read(token, NOW)
    links.made(a_link())
    with pytest.raises(RefusalError):
        links.read(token, NOW)


@given(st.integers(0, 10_000), st.characters(codec="ascii"), st.text(max_size=40))
def test_whatever_is_changed_in_a_link_it_opens_nothing(
    tmp_path_factory: pytest.TempPathFactory, place: int, letter: str, noise: str
) -> None:
    links = Links(tmp_path_factory.getbasetemp() / "shared-key")
    token = links.made(a_link())
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    for wrong in (changed, token + noise, noise, f"{noise}.{noise}", token.partition(".")[0]):
        try:
            opened = links.read(wrong, NOW)
        except RefusalError:
            continue

        assert opened == a_link()  # only where nothing that counts was changed


async def test_a_link_opens_its_clip_without_a_session_and_each_look_is_audited(
    site: Site, engine: AsyncEngine
) -> None:
    alert, other = make_alert(), make_alert()
    await enter(engine, alert, ready(alert), other, make_evidence(other))
    FolderStore(site.evidence_path).put(ready(alert).key, DATA)
    path = f"/api/v1/alerts/{alert.id}/evidence/clip/link"
    async with serving(site) as wall, signed_in(wall, site) as client, wall.client() as stranger:
        made = await client.post(path, json={"minutes": 5})
        growing = await client.post(f"/api/v1/alerts/{other.id}/evidence/clip/link", json={})
        forbidden = await stranger.post(path, json={})
        too_long = await client.post(path, json={"minutes": 100_000})
        opened = await stranger.get(made.json()["url"], headers={"Range": "bytes=10-19"})
        late = Links(site.data / "links.key").made(
            Link(str(ready(alert).id), ready(alert).sha256 or "", "op", to_micros(utc_now()))
        )
        refused = await stranger.get(f"/api/v1/links/{late}")
        (site.data / "links.key").unlink()
        revoked = await stranger.get(made.json()["url"])
        async with engine.connect() as connection:
            query = select(audit.c.actor, audit.c.action).where(audit.c.action.in_(("clip.viewed", "clip.linked")))
            deeds = [tuple(row) for row in (await connection.execute(query.order_by(audit.c.id))).all()]

    assert (opened.status_code, opened.content) == (206, DATA[10:20])
    assert (growing.status_code, forbidden.status_code, too_long.status_code) == (404, 401, 422)
    assert (refused.status_code, refused.json()["error"]) == (403, "link")
    assert (revoked.status_code, revoked.json()["error"]) == (403, "link")
    assert deeds == [("op", "clip.linked"), ("link of op", "clip.viewed")]
