"""The first account is made by a process that ends, and a database that is away keeps nobody from watching."""

import logging
import sys
from pathlib import Path

import pytest
from small_site import write_site

from config.read import read_site
from kanmen.first_admin import first_admin
from models.errors import KanmenError


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "kanmen", "first-admin", "--config", str(config), "--of", str(config)]


def test_its_password_is_told_exactly_once(tmp_path: Path) -> None:
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"})
    read_site(config).data.mkdir(mode=0o700)

    first, again = (first_admin(command(config), tmp_path / "log") for _ in range(2))

    assert first
    assert again is None
    assert first not in (tmp_path / "log").read_text()


def test_a_database_that_is_away_is_told_and_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = "database: postgresql+asyncpg://placeholder@127.0.0.1:1/placeholder"
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"}, settings=[away])
    read_site(config).data.mkdir(mode=0o700)

    with caplog.at_level(logging.WARNING):
        told = first_admin(command(config), tmp_path / "log")

    assert told is None
    assert "the database does not answer" in caplog.text
    assert "kanmen user add NAME --role admin" in caplog.text
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_database_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "kanmen.sqlite"
    file.write_bytes(b"this is no database, " * 1000)
    settings = [f"database: sqlite+aiosqlite:///{file}"]
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"}, settings=settings)
    read_site(config).data.mkdir(mode=0o700)

    with pytest.raises(KanmenError, match="could not be brought up to date; the log says why"):
        first_admin(command(config), tmp_path / "log")
    assert "file is not a database" in (tmp_path / "log").read_text()
