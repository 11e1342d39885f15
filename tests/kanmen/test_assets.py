"""Assets come by the first channel that has them, never unchecked, and nothing that comes is ever run."""

import hashlib
import http.server
import io
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from kanmen.assets import fetch_asset
from kanmen.channels import Address, LocalFolder, PackageIndex
from kanmen.pip_settings import PipSettings
from models.errors import AssetError
from models.weights import Asset, AssetFile, Packaged

CONTENT = b"the weights of a network" * 1000
PROJECT, ARCHIVE = "strangers-weights", "strangers-weights-1.0.tar.gz"
MEMBER = "strangers-weights-1.0/data/net.weights"
SECRET = "hunter2"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _ignore(_what: str, _done: float, _total: float) -> None:
    """Nobody watches the progress."""


def _file(path: str = "net.weights", content: bytes = CONTENT, **more) -> AssetFile:
    return AssetFile(path, len(content), _sha256(content), **more)


def _asset(*files: AssetFile) -> Asset:
    return Asset("net", "CC0-1.0", files or (_file(),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where assets are kept."""
    return tmp_path / "var" / "models"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A folder that has the asset."""
    path = tmp_path / "assets"
    path.mkdir()
    (path / "net.weights").write_bytes(CONTENT)
    return path


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of archives: an sdist whose setup.py would leave a mark if anybody ran it."""
    path = tmp_path / "shelf"
    path.mkdir()
    setup = f"open({str(tmp_path / 'was-run')!r}, 'w').close()\nraise SystemExit('a stranger ran')\n"
    with tarfile.open(path / ARCHIVE, "w:gz") as sdist:
        for name, data in ((MEMBER, CONTENT), ("strangers-weights-1.0/setup.py", setup.encode())):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            sdist.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def packaged(shelf: Path) -> AssetFile:
    """The file as the sdist carries it."""
    archive = (shelf / ARCHIVE).read_bytes()
    return _file(index=Packaged(PROJECT, "1.0", ARCHIVE, len(archive), _sha256(archive), MEMBER))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves folders on loopback; gives their URL."""
    servers = []

    def start(path: Path) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(path)))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def index(shelf: Path, serve: Callable[[Path], str]) -> str:
    """A simple index that lists the sdist."""
    page = shelf / "simple" / PROJECT / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<!DOCTYPE html><html><body><a href="../../{ARCHIVE}">{ARCHIVE}</a></body></html>')
    return serve(shelf) + "/simple"


def _leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "net.weights")


def test_a_local_folder_is_enough(folder: Path, local: Path) -> None:
    path = fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))])

    assert path == folder / "net.weights"
    assert path.read_bytes() == CONTENT
    assert _leftovers(folder) == []


def test_what_was_fetched_needs_no_channel_again(folder: Path, local: Path) -> None:
    fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))])

    assert fetch_asset(_asset(), folder, _ignore, []).read_bytes() == CONTENT


def test_a_file_that_rotted_is_fetched_again(folder: Path, local: Path) -> None:
    path = fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))])
    path.write_bytes(CONTENT[:-1] + b"!")

    assert fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))]).read_bytes() == CONTENT


def test_bytes_of_another_hash_are_never_used(folder: Path, local: Path) -> None:
    (local / "net.weights").write_bytes(b"forged")

    with pytest.raises(AssetError, match=f"gave sha256 {_sha256(b'forged')}, expected {_sha256(CONTENT)}"):
        fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))])
    assert not (folder / "net.weights").exists()
    assert _leftovers(folder) == []


def test_the_sdist_of_an_index_is_read_and_not_run(
    folder: Path, packaged: AssetFile, index: str, tmp_path: Path
) -> None:
    seen: list[tuple[float, float]] = []
    settings = PipSettings(indexes=(index,))
    path = fetch_asset(
        _asset(packaged), folder, lambda _what, done, total: seen.append((done, total)), [PackageIndex(settings)]
    )

    assert path.read_bytes() == CONTENT
    assert not (tmp_path / "was-run").exists()
    assert seen[-1] == (packaged.index.size, packaged.index.size)
    assert _leftovers(folder) == []


def test_an_archive_among_find_links_is_read_and_not_run(
    folder: Path, packaged: AssetFile, shelf: Path, tmp_path: Path
) -> None:
    settings = PipSettings(find_links=(shelf.as_uri(),))
    path = fetch_asset(_asset(packaged), folder, _ignore, [PackageIndex(settings)])

    assert path.read_bytes() == CONTENT
    assert not (tmp_path / "was-run").exists()


def test_a_member_of_a_wheel_is_read(folder: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "strangers_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("strangers/net.weights", CONTENT)
    data = wheel.read_bytes()
    file = _file(
        index=Packaged(PROJECT, "1.0", wheel.name, len(data), _sha256(data), "strangers/net.weights"),
    )
    path = fetch_asset(_asset(file), folder, _ignore, [PackageIndex(PipSettings(find_links=(tmp_path.as_uri(),)))])

    assert path.read_bytes() == CONTENT


def test_an_index_that_serves_another_archive_is_passed_over(
    folder: Path, packaged: AssetFile, shelf: Path, index: str, tmp_path: Path
) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / ARCHIVE).write_bytes((shelf / ARCHIVE).read_bytes())
    (shelf / ARCHIVE).write_bytes(b"forged")
    only_bad = PackageIndex(PipSettings(indexes=(index,)))

    with pytest.raises(AssetError, match=f"{ARCHIVE} has sha256 {_sha256(b'forged')}, expected"):
        fetch_asset(_asset(packaged), folder, _ignore, [only_bad])
    both = PackageIndex(PipSettings(find_links=(shelf.as_uri(), good.as_uri()), indexes=(index,)))
    assert fetch_asset(_asset(packaged), folder, _ignore, [both]).read_bytes() == CONTENT


def test_more_bytes_than_expected_are_not_taken(folder: Path, packaged: AssetFile, shelf: Path, index: str) -> None:
    (shelf / ARCHIVE).write_bytes((shelf / ARCHIVE).read_bytes() + b"x")

    with pytest.raises(AssetError, match=f"sends more than the {packaged.index.size} bytes expected"):
        fetch_asset(_asset(packaged), folder, _ignore, [PackageIndex(PipSettings(indexes=(index,)))])


def test_every_channel_is_tried_and_each_failure_told_with_the_remedy(
    folder: Path, packaged: AssetFile, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    url = serve(tmp_path / "empty")
    file = AssetFile(packaged.path, packaged.size, packaged.sha256, f"{url}/net.weights", packaged.index)
    settings = PipSettings(indexes=(f"{url}/simple",))
    with pytest.raises(AssetError) as told:
        fetch_asset(_asset(file), folder, _ignore, [LocalFolder(None), Address(settings), PackageIndex(settings)])
    text = str(told.value)

    assert "folder: KANMEN_ASSETS is not set" in text
    assert "/net.weights answers 404" in text
    assert f"/simple: has no {ARCHIVE}" in text
    assert f"Remedy: put net.weights (sha256 {_sha256(CONTENT)}) into a folder and set KANMEN_ASSETS" in text


def test_an_address_serves_where_the_folder_does_not(
    folder: Path, local: Path, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    file = _file(url=f"{serve(local)}/net.weights")
    channels = [LocalFolder(str(tmp_path)), Address(PipSettings())]

    assert fetch_asset(_asset(file), folder, _ignore, channels).read_bytes() == CONTENT


def test_a_server_that_keeps_silent_is_given_up(folder: Path, packaged: AssetFile) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/simple"
        begun = time.monotonic()
        with pytest.raises(AssetError, match=r"package index: .*timed out"):
            fetch_asset(_asset(packaged), folder, _ignore, [PackageIndex(PipSettings(indexes=(url,), timeout_s=1.0))])

    assert time.monotonic() - begun < 5


def test_a_password_in_an_index_address_is_never_told(
    folder: Path, packaged: AssetFile, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://user:{SECRET}@127.0.0.1:{port}/simple"
    caplog.set_level("DEBUG")
    with pytest.raises(AssetError) as told:
        fetch_asset(_asset(packaged), folder, _ignore, [PackageIndex(PipSettings(indexes=(url,)))])

    assert "***@127.0.0.1" in str(told.value)
    assert SECRET not in str(told.value)
    assert SECRET not in "".join(record.getMessage() for record in caplog.records if record.name == "assets")


def test_what_a_killed_fetch_left_is_swept_away(folder: Path, local: Path) -> None:
    folder.mkdir(parents=True)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = folder / f".net.weights.{gone.stdout.decode().strip()}.part.archive"
    left.write_bytes(b"half")
    fetch_asset(_asset(), folder, _ignore, [LocalFolder(str(local))])

    assert not left.exists()


def test_a_folder_that_cannot_be_written_is_named(local: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")

    with pytest.raises(AssetError, match=r"blocked/net\.weights cannot be"):
        fetch_asset(_asset(), blocked, _ignore, [LocalFolder(str(local))])
