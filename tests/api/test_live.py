"""Live pictures: forwarded as they are, from a whole picture on, and never piled up."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_browser import EPOCH, fragment, looking, receive, until_leased
from neighbourhood import Server, wait_for
from wall_client import serving, signed_in
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.web.hub import Form, Viewer
from api.web.lane import MOST_FRAGMENTS, Group, Lane
from api.web.wall_state import WallState
from config.site import Site
from models import keys
from models.live import Kind

pytestmark = pytest.mark.database("sqlite")  # live pictures pass every database by


async def test_fragments_reach_the_browser_as_they_were_and_a_newcomer_begins_at_once(
    site: Site, server: Server
) -> None:
    sent = [fragment("init", 0), fragment("key", 1), fragment("delta", 2), fragment("delta", 3)]
    async with (
        serving(site) as wall,
        signed_in(wall, site) as client,
        looking(wall, client, ("gate-1", "mp4")) as socket,
    ):
        await until_leased(server, "gate-1", "mp4")
        with server.client() as redis:
            redis.publish(keys.live("gate-1", "mp4"), fragment("delta", 99).pack())
            for one in sent:
                redis.publish(keys.live("gate-1", "mp4"), one.pack())
        first = await receive(socket, 4)
        async with looking(wall, client, ("gate-1", "mp4"), ("gate-2", "jpeg")) as other:
            second = await receive(other, 4)

    assert first == [("gate-1", one) for one in sent]
    assert second == first


async def test_what_is_at_hand_of_a_camera_is_shown_to_nobody_once_it_is_masked(site: Site, server: Server) -> None:
    gate, other = site.cameras[:2]
    masked = gate.model_copy(update={"masks": (((0.0, 0.0), (0.3, 0.0), (0.3, 0.3)),)})
    tiles: list[tuple[str, Form]] = [(gate.id, "mp4"), (other.id, "mp4")]
    state = WallState(site)
    before, late = Viewer(), Viewer()
    state.hub.watch(before, tiles)
    reading = asyncio.create_task(state.hub.run())
    with server.client() as client:

        def publish(epoch: int) -> None:
            for camera, form in tiles:
                live = keys.live(camera, form)
                wait_for(lambda live=live: client.pubsub_numsub(live)[0][1], "the wall listens")
                for one in (fragment("init", 0, epoch), fragment("key", 1, epoch)):
                    client.publish(live, one.pack())

        await asyncio.to_thread(publish, EPOCH)
        await asyncio.to_thread(wait_for, lambda: len(before.lanes[tiles[1]]) == 2, "both are at hand")
        state.change(site.model_copy(update={"cameras": (masked, *site.cameras[1:])}), 2)
        state.hub.watch(late, tiles)
        at_hand = [[len(viewer.lanes[tile]) for tile in tiles] for viewer in (before, late)]
        await asyncio.to_thread(publish, EPOCH + 1)
        await asyncio.to_thread(wait_for, lambda: len(late.lanes[tiles[1]]) == 4, "more has come")
        after = len(late.lanes[tiles[0]])
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await state.close()

    assert at_hand == [[0, 2], [0, 2]]
    assert after == 2


async def test_boxes_reach_those_who_watch_the_camera(site: Site, server: Server) -> None:
    boxes = {"camera": "gate-1", "taken": 5, "tracks": []}
    async with (
        serving(site) as wall,
        signed_in(wall, site) as client,
        looking(wall, client, ("gate-1", "jpeg")) as socket,
    ):
        await until_leased(server, "gate-1", "jpeg")
        with server.client() as redis:
            redis.publish(keys.BOXES, json.dumps({**boxes, "camera": "gate-2"}))
            redis.publish(keys.BOXES, "nonsense")
            redis.publish(keys.BOXES, json.dumps(boxes))
            async with asyncio.timeout(10):
                told = json.loads(await socket.recv())

    assert told == boxes


async def test_the_lease_is_renewed_while_somebody_watches_and_runs_out_after(site: Site, server: Server) -> None:
    key = keys.lease("gate-1", "mp4")
    async with serving(site) as wall, signed_in(wall, site) as client:
        with server.client() as redis:
            async with looking(wall, client, ("gate-1", "mp4")):
                await until_leased(server, "gate-1", "mp4")
                await asyncio.sleep(2.5)
                renewed = redis.ttl(key)
            await asyncio.sleep(2.5)
            left = redis.ttl(key)

    assert renewed >= keys.LEASE_LIFE_S - 2
    assert left < renewed


async def test_live_comes_back_after_redis_was_killed(site: Site, server: Server) -> None:
    async with (
        serving(site) as wall,
        signed_in(wall, site) as client,
        looking(wall, client, ("gate-1", "mp4")) as socket,
    ):
        await until_leased(server, "gate-1", "mp4")
        server.kill()
        server.start()
        await until_leased(server, "gate-1", "mp4")
        with server.client() as redis:
            for one in (fragment("init", 0), fragment("key", 1)):
                redis.publish(keys.live("gate-1", "mp4"), one.pack())
        got = await receive(socket, 2)

    assert [one.kind for _, one in got] == ["init", "key"]


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
@pytest.mark.usefixtures("server")
async def test_a_foreign_page_cannot_open_the_socket(site: Site, origin: str | None) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        headers = {"Cookie": f"kanmen_session={client.cookies['kanmen_session']}"}
        url = f"ws://127.0.0.1:{wall.port}/api/v1/live"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin=origin, additional_headers=headers, proxy=None)

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("words", ["nonsense", "{}", '{"watch": [{"camera": "gate-1", "form": "gif"}]}', b"\x00"])
@pytest.mark.usefixtures("server")
async def test_nonsense_closes_the_socket(site: Site, words: str | bytes) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client, looking(wall, client) as socket:
        await socket.send(words)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def drained(lane: Lane) -> list[bytes]:
    taken = []
    while (message := lane.take()) is not None:
        taken.append(message)
    return taken


def test_an_overflow_skips_to_the_next_key_and_counts() -> None:
    lane = Lane()
    lane.offer("init", b"init")
    lane.offer("key", b"key")
    for _ in range(MOST_FRAGMENTS + 40):
        lane.offer("delta", b"delta")
    behind = len(lane)
    lane.offer("key", b"key 2")
    lane.offer("delta", b"delta 2")

    assert behind == 1
    assert drained(lane) == [b"init", b"key 2", b"delta 2"]
    assert lane.skipped == 1 + MOST_FRAGMENTS + 40


kinds = st.lists(st.sampled_from(["init", "key", "delta", "delta", "delta", "take"]), max_size=600)


@given(kinds)
def test_a_lane_is_bounded_and_never_gives_a_delta_without_all_before_it(steps: list[str]) -> None:
    lane, given_out, number = Lane(), [], 0
    for step in steps:
        if step == "take":
            message = lane.take()
            if message is not None:
                given_out.append(message.decode().split())
            continue
        number += 1
        lane.offer(step, f"{step} {number}".encode())  # type: ignore[arg-type]
        assert len(lane) <= MOST_FRAGMENTS
    given_out += [message.decode().split() for message in drained(lane)]

    offered = [f"{step}" for step in steps if step != "take"]
    last = 0
    for kind, at in given_out:
        between = [k for k in offered[last : int(at) - 1] if k in {"key", "delta"}]
        assert kind != "delta" or not between or last == 0
        assert kind != "delta" or last != 0
        if kind != "init":
            last = int(at)


def test_a_slow_browser_sees_the_newest_jpeg() -> None:
    lane = Lane()
    for number in range(10):
        lane.offer("jpeg", str(number).encode())

    assert drained(lane) == [b"8", b"9"]
    assert lane.skipped == 8


def test_a_hole_hides_what_cannot_be_shown_until_the_next_key() -> None:
    group = Group()
    order: list[tuple[Kind, int]] = [("init", 0), ("key", 1), ("delta", 2), ("delta", 4), ("delta", 5), ("key", 6)]
    admitted = [group.admit(fragment(kind, number), b"") for kind, number in order]

    assert admitted == [True, True, True, False, False, True]
    assert [kind for kind, _ in group.replay()] == ["init", "key"]
