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
