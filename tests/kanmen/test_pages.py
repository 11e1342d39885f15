"""The supervisor listens for the wall and for the officers' page, and each is served by processes of its own."""

import ssl
import time
from pathlib import Path

import httpx
import pytest
from certificates import make_certificate
from small_site import write_site

from config.read import read_site
from config.revisions import Revisions
from kanmen.supervisor import Supervisor
from models.errors import ConfigError


def answer(url: str, verify: ssl.SSLContext | bool = True) -> httpx.Response:
    """What a page says once it serves."""
    until = time.monotonic() + 30
    while True:
        try:
            return httpx.get(url, verify=verify, trust_env=False, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_each_page_is_served_on_its_own_port_and_each_as_it_is_configured(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path)
    officer = "officer: {port: 0, tls: {certificate: own.pem, key: own.key}}"
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"}, settings=[officer])
    site = read_site(config)
    supervisor = Supervisor(site, config, Revisions(site.data).keep(config.read_bytes()), tmp_path / "log.txt")
    try:
        ports = supervisor.add_pages()
        assert ports.officer
        assert site.officer
        jobs = [child.name for child in supervisor.children]
        wall = answer(site.wall.address(ports.wall))
        phone = answer(site.officer.address(ports.officer), ssl.create_default_context(cafile=pair.certificate))
    finally:
        supervisor.end()

    assert jobs == ["wall:0", "phone:0"]
    assert ("wall.css" in wall.text, "wall.css" in phone.text, phone.status_code) == (True, False, 200)
    assert phone.url.scheme == "https"


def test_a_port_that_is_taken_is_told_with_its_section(tmp_path: Path) -> None:
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"})
    site = read_site(config)
    first, second = (
        Supervisor(site, config, Revisions(site.data).keep(config.read_bytes()), tmp_path / "log.txt") for _ in "12"
    )
    try:
        port = first.add_pages().wall
        second._site = site.model_copy(update={"wall": site.wall.model_copy(update={"port": port})})
        with pytest.raises(ConfigError, match=f"wall: 127.0.0.1:{port} cannot be listened on"):
            second.add_pages()
    finally:
        first.end()
        second.end()
