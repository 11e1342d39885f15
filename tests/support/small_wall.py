"""A desk and a wall without cameras, somebody signed in to it in a browser, and on it what the journals said."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING
from unittest.mock import patch

from neighbourhood import Server, desk_thread, entry_of, make_site, publish, settled, wait_for
from wall_client import PASSWORD, serving

from api.accounts import add
from api.desk import vigil
from api.desk.courier import SCHEDULE
from api.rights import Role
from config.police import Police
from config.site import Site
from models.alert import Alert, BlindSpan
from models.evidence import Evidence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

SOON_MS = 20_000
LISTEN = """() => {
    window.heard = [];
    const Real = window.OscillatorNode;
    window.OscillatorNode = class extends Real {
        constructor(context, options) {
            super(context, options);
            window.heard.push(options.frequency);
        }
    };
}"""
"""Run in the page: from then on `window.heard` has the frequency of each sound."""
PHONE: "ViewportSize" = {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True)
class SmallWall:
    """The page, in Chinese, the site behind it, and how others come in; `phone` is the officers' page."""

    page: "Page"
    site: Site
    url: str
    phone: str
    chromium: "Browser"
    opened: list["BrowserContext"]

    def sign_in(self, name: str, role: Role, path: str = "") -> "Page":
        """A window of its own for somebody new, who has signed in at `path`; an officer has only tried to."""
        person = self.site.people[0].id if role == "officer" else None
        password = self._hire(name, role, person)
        page = self.window()
        first_time(page, f"{self.url}/{path}", name, password, enters=role != "officer")
        return page

    def on_phone(self, name: str, person: str) -> "Page":
        """A small touch screen of an officer new to it, who has signed in."""
        password = self._hire(name, "officer", person)
        self.opened.append(self.chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN"))
        page = self.opened[-1].new_page()
        first_time(page, f"{self.phone}/", name, password)
        page.get_by_test_id("phone").wait_for(timeout=SOON_MS)
        return page

    def _hire(self, name: str, role: Role, person: str | None) -> str:
        with ThreadPoolExecutor(1) as pool:  # Playwright's loop has this thread
            return pool.submit(asyncio.run, add(self.site, name, role, person=person)).result()

    def window(self) -> "Page":
        """A window of nobody yet."""
        self.opened.append(_window(self.chromium))
        return self.opened[-1].new_page()


@contextmanager
def small_wall(
    chromium: "Browser",
    subjects: Sequence[Alert | BlindSpan | Evidence],
    *,
    undo_s: float = 5.0,
    database: str | None = None,
    police: Police | None = None,
    schedule: Sequence[float] = SCHEDULE,
    made: Site | None = None,
) -> Iterator[SmallWall]:
    """Until the end of the block; the page may use the clipboard. `database`: an empty one, None: SQLite.

    `schedule` has how long the desk waits before each further try to deliver, s; `made` is a site with its folders,
    in place of one of our own.
    """
    with TemporaryDirectory(prefix="km") as folder, ExitStack() as ending:
        (Path(folder) / "redis").mkdir()
        site = made or make_site(Path(folder), undo_s=undo_s, database=database, police=police)
        server = Server(site.data / "redis")
        server.start()
        ending.callback(server.kill)
        ending.enter_context(patch.object(vigil, "_START_S", math.inf))  # nothing detects here, and none is to tell
        ready, over, said = Event(), Event(), list[str]()

        async def serve() -> None:
            async with serving(site) as wall, serving(site, "phone") as phone:
                said.extend([wall.url, await add(site, "op", "operator"), phone.url])
                ready.set()
                await asyncio.to_thread(over.wait)

        with desk_thread(site, schedule), server.client() as client:
            publish(client, [entry_of(one, n) for n, one in enumerate(subjects, 1)])
            wait_for(lambda: len(settled(server)) == len(subjects), "all are settled")
            thread = Thread(target=lambda: asyncio.run(serve()))
            thread.start()
            assert ready.wait(20)
            opened = [context := _window(chromium)]
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            try:
                page = context.new_page()
                first_time(page, said[0], "op", said[1])
                page.get_by_test_id("wall").wait_for(timeout=SOON_MS)
                yield SmallWall(page, site, said[0], said[2], chromium, opened)
            except BaseException as error:
                for shown in (shown for each in opened for shown in each.pages):
                    with suppress(Exception):  # it may be closed, or stuck
                        error.add_note(f"{shown.url} showed:\n{shown.inner_text('body', timeout=2000)}")
                raise
            finally:
                for each in opened:
                    each.close()
                over.set()
                thread.join(20)


def _window(chromium: "Browser") -> "BrowserContext":
    return chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")


def sign_in(page: "Page", url: str, name: str, password: str) -> None:
    """As somebody does who has an account."""
    page.goto(f"{url}#login={name}:{password}")
    page.get_by_test_id("login-submit").click()


def first_time(page: "Page", url: str, name: str, password: str, *, enters: bool = True) -> None:
    """As somebody does who has a one-time password; who does not enter is told so at once."""
    sign_in(page, url, name, password)
    if not enters:
        return
    page.get_by_test_id("login-fresh").fill(PASSWORD)
    page.get_by_test_id("login-again").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
