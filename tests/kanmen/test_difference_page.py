"""The page of two results: each alert with its own picture, and no file but those beside its result."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kanmen.replay_diff import difference, read_results
from kanmen.report.difference import told_of


def picture(shade: int) -> bytes:
    done, data = cv2.imencode(".jpg", np.full((36, 64, 3), shade, np.uint8))
    assert done
    return data.tobytes()


def written(folder: Path, alerts: list[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    plain = {"code": "INTRUDE", "camera": "gate-1", "zone": "yard", "level": 3, "count": 1}
    path = folder / "result.json"
    path.write_text(json.dumps({"alerts": [{**plain, **alert} for alert in alerts], "seconds": 90.0, "frames": 450}))
    return path


def told(old: Path, new: Path) -> dict[str, Any]:
    before, after = read_results(old), read_results(new)
    return told_of((old, before), (new, after), difference(before.alerts, after.alerts))


def test_pictures_of_one_name_are_told_apart_by_their_result(tmp_path: Path) -> None:
    old = written(tmp_path / "old", [{"id": "a", "began_s": 50, "picture": "alert-0001.jpg"}])
    new = written(tmp_path / "new", [{"id": "b", "began_s": 5, "picture": "alert-0001.jpg"}])
    for path, shade in ((old, 30), (new, 220)):
        (path.parent / "alert-0001.jpg").write_bytes(picture(shade))
    page = told(old, new)
    (lost,), (gained,) = page["alerts"], page["change"]["gained"]
    shown = {alert["id"]: base64.b64decode(page["stills"][alert["still"]]["jpeg"]) for alert in (lost, gained)}

    assert shown == {"a": picture(30), "b": picture(220)}
    assert [still["at"] for still in page["stills"]] == [5, 50]
    assert page["sums"] == {"kept": 0, "changed": 0, "gained": 1, "lost": 1}
    assert page["seconds"] == 90.0


def test_what_changed_says_from_what_to_what_and_what_stayed_has_no_picture(tmp_path: Path) -> None:
    old = written(tmp_path / "old", [{"id": "a", "began_s": 5}, {"id": "b", "began_s": 9, "picture": "b.jpg"}])
    new = written(
        tmp_path / "new",
        [{"id": "a", "began_s": 5, "level": 2, "count": 4}, {"id": "b", "began_s": 9, "picture": "b.jpg"}],
    )
    (new.parent / "b.jpg").write_bytes(picture(1))
    page = told(old, new)

    assert [(alert["id"], alert["verdict"]) for alert in page["alerts"]] == [("a", "changed"), ("b", "kept")]
    assert page["alerts"][0]["change"] == {"level": [3, 2], "count": [1, 4]}
    assert page["stills"] == []


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/hostname", "notes.txt", "missing.jpg", "\0", "", 7])
def test_a_result_from_elsewhere_names_no_file_but_pictures_beside_it(tmp_path: Path, name: object) -> None:
    (tmp_path / "secret.jpg").write_bytes(picture(9))
    old = written(tmp_path / "old", [])
    new = written(tmp_path / "new", [{"id": "b", "began_s": 5, "picture": name}])
    (new.parent / "notes.txt").write_text("no picture")
    page = told(old, new)

    assert page["stills"] == []
    assert page["change"]["gained"][0]["still"] is None


def test_the_command_writes_the_page_and_tells_a_folder_that_is_missing_first(tmp_path: Path) -> None:
    old = written(tmp_path / "old", [])
    new = written(tmp_path / "new", [{"id": "b", "began_s": 5}])
    command = [sys.executable, "-m", "kanmen", "replay", "--diff", str(old), str(new), "--html"]
    done, missing = (
        subprocess.run([*command, name], check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        for name in ("page.html", "no/page.html")
    )

    assert (done.returncode, missing.returncode) == (0, 1)
    assert "1 gained" in done.stdout
    assert (missing.stdout, missing.stderr.count("cannot be written: name a file in a folder that is there")) == ("", 1)
    assert (tmp_path / "page.html").read_text().count("</script>") == 2
