"""What the reader says of a wrong configuration, and of which line."""

from pathlib import Path

import pytest

from config.read import read_site
from models.errors import ConfigError


def told_of(path: Path) -> list[str]:
    """The lines that say what is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        read_site(path)
    return str(caught.value).splitlines()


def line_of(path: Path, text: str) -> int:
    """The first line that holds this text; 1 for none."""
    if not text:
        return 1
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)
