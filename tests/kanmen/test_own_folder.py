"""What a site keeps is its user's alone, also in a folder that somebody made before."""

import subprocess
import sys
from pathlib import Path

import pytest

from kanmen.redis_server import server_command
from kanmen.site import alone_on
from models.errors import KanmenError

SITE = """\
id: corner
name: {zh: 街角, en: Corner}
prefix: CRN
cameras:
  - id: gate-1
    name: {zh: 一号门, en: Gate 1}
    entrance: 1
    url: rtsp://10.0.0.11/sub
    grid: G-01
    position: [0.2, 0.3]
""".replace("entrance: 1", "entrance: '1'")


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _open_to_all(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def test_an_empty_folder_becomes_ours_alone(tmp_path: Path) -> None:
    folder = _open_to_all(tmp_path / "var")
    with alone_on(folder, "watch"):
        mode = _mode(folder)

    assert mode == 0o700


def test_a_folder_of_other_things_that_others_may_write_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = _open_to_all(tmp_path / "shared")
    (folder / "somebody's").touch()
    with pytest.raises(KanmenError, match="chmod 700"), alone_on(folder, "watch"):
        pass

    assert _mode(folder) == 0o777


def test_what_is_written_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text(SITE, encoding="utf-8")
    (tmp_path / "var").mkdir(mode=0o755)
    command = [sys.executable, "-m", "kanmen", "user", "add", "op", "--config", str(config)]
    subprocess.run(command, check=True, capture_output=True, timeout=60, umask=0o022)
    modes = {path.name: _mode(path) & 0o077 for path in (tmp_path / "var").iterdir()}

    assert modes["kanmen.db"] == 0
    assert not any(modes.values())


def test_redis_listens_in_no_folder_that_somebody_else_prepared(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    planted = tmp_path / "kanmen-1-abc"
    planted.symlink_to(elsewhere)
    with pytest.raises(KanmenError, match="kanmen-1-abc"):
        server_command(tmp_path / "redis", planted / "redis.sock")

    assert not list(elsewhere.iterdir())


def test_the_folders_of_redis_become_ours_alone(tmp_path: Path) -> None:
    data, sockets = _open_to_all(tmp_path / "redis"), _open_to_all(tmp_path / "sockets")
    server_command(data, sockets / "redis.sock")

    assert (_mode(data), _mode(sockets)) == (0o700, 0o700)
