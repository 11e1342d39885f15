"""A desk and a wall without cameras, somebody signed in to it in a browser, and on it what the journals said."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING

from neighbourhood import Server, desk_thread, entry_of, make_site, publish, settled, wait_for
from wall_client import PASSWORD, serving

from api.accounts import add
from config.site import Site
from models.alert import Alert, BlindSpan
from models.evidence import Evidence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOON_MS = 20_000


@dataclass(frozen=True, slots=True)
class SmallWall:
    """The page, in Chinese, and the site behind it."""

    page: "Page"
    site: Site


@contextmanager
def small_wall(chromium: "Browser", subjects: Sequence[Alert | BlindSpan | Evidence]) -> Iterator[SmallWall]:
    """Until the end of the block; the page may use the clipboard."""
    with TemporaryDirectory(prefix="km") as folder:
        (Path(folder) / "redis").mkdir()
        server, site = Server(Path(folder) / "redis"), make_site(Path(folder))
        server.start()
        ready, over, said = Event(), Event(), list[str]()

        async def serve() -> None:
            async with serving(site) as wall:
                said.extend([wall.url, await add(site, "op", "operator")])
                ready.set()
                await asyncio.to_thread(over.wait)

        with desk_thread(site), server.client() as client:
            publish(client, [entry_of(one, n) for n, one in enumerate(subjects, 1)])
            wait_for(lambda: len(settled(server)) == len(subjects), "all are settled")
            thread = Thread(target=lambda: asyncio.run(serve()))
            thread.start()
            assert ready.wait(20)
            context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            try:
                yield SmallWall(_signed_in(context.new_page(), *said), site)
            finally:
                context.close()
                over.set()
                thread.join(20)
        server.kill()


def _signed_in(page: "Page", url: str, password: str) -> "Page":
    page.goto(f"{url}/#login=op:{password}")
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-fresh").fill(PASSWORD)
    page.get_by_test_id("login-again").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("wall").wait_for(timeout=SOON_MS)
    return page
