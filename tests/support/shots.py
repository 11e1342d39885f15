"""Pictures of the page for whoever wants to look at it: KANMEN_SHOTS names their folder."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def shoot(page: "Page", name: str) -> None:
    """Keep what the page shows now, where somebody asked for it."""
    if os.environ.get("KANMEN_SHOTS"):
        page.screenshot(path=Path(os.environ["KANMEN_SHOTS"]) / name)


def shoot_both(page: "Page", name: str) -> None:
    """Keep what the page shows now in both languages and in two widths, where somebody asked for it; ends as it was."""
    if not os.environ.get("KANMEN_SHOTS"):
        return
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for _ in range(2):
            page.evaluate("document.querySelector('[data-testid=language]').click()")  # also behind an open window
            language = page.evaluate("document.documentElement.lang")[:2]
            page.screenshot(path=Path(os.environ["KANMEN_SHOTS"]) / f"{name}-{language}-{width}.png")
