"""A configuration is read as it is meant, or all its mistakes are told at once and in order; secrets stay secret."""

from collections.abc import Callable
from pathlib import Path

import pytest
from misread import line_of, told_of

from config.read import read_site
from models.errors import ConfigError

Spoil = Callable[..., Path]

PASSWORD = "open-sesame"


def test_the_good_configuration_is_read(good: Path) -> None:
    site = read_site(good)

    assert [camera.id for camera in site.cameras] == ["gate-1", "gate-2"]
    assert site.data == good.parent / "var"


def test_a_duplicate_url_is_told_without_either_password(spoil: Spoil) -> None:
    told = told_of(spoil(("    grid: G-01\n", "    url: rtsp://a:s3cret@h/1\n    grid: G-01\n")))

    assert len(told) == 1
    assert "this key stands twice" in told[0]
    assert "s3cret" not in told[0]
    assert PASSWORD not in told[0]


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file(spoil: Spoil) -> None:
    path = spoil(
        ("prefix: CRN", "prefix: crn"),
        ("open-sesame", "${KANMEN_TEST_UNSET}"),
        ("end: [0.6, 0.6]", "end: [0.4, 0.6]"),
        ("dwell_s: 3", "dwell_s: -3"),
        ("line: door", "line: gate"),
        ("id: gate-2", "id: gate-1"),
        ("grids: [G-02]", "grids: [G-09]"),
        ("port: 8780", "prot: 8780"),
    )

    told = told_of(path)

    assert [line.split(": ")[1] for line in told] == [
        "prefix",
        "cameras.0.url",
        "cameras.0.lines.0.end",
        "cameras.0.rules.0.dwell_s",
        "cameras.0.rules.1.line",
        "cameras.1.id",
        "wall.prot",
        "people.1.grids.0",
    ]


def test_a_bad_corner_is_told_once_and_its_zone_not_called_too_small(spoil: Spoil) -> None:
    told = told_of(spoil(("[0.9, 0.9], [0.1, 0.9]", "[0.9, 9], [0.1, 9]")))

    assert len(told) == 2
    assert all("lies off the picture" in line for line in told)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", ":1: the file is empty"),
        (b"# only a comment\n", ":1: the file is empty"),
        (b"- id: corner\n", ":1: must be keys and values"),
        (b"corner\n", ":1: must be keys and values"),
        (b"id: corner\nname: \xbd\xd6\xbd\xc7\n", ":2: not UTF-8; save the file as UTF-8"),
        (b"id: corner\nname: \x00\n", ":2: not YAML: a character that no text may hold"),
        (b"a: " + b"[" * 5000, ":1: not YAML"),
        (b"a: &a {b: *a}\n", "unknown key"),
        (b"a: &a {b: 1}\nc: {<<: *a, d: 1}\n", "unknown key"),
    ],
)
def test_a_file_that_is_no_site_is_told(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(data)

    assert says in "\n".join(told_of(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert told_of(tmp_path / "none.yaml") == [
        f"{tmp_path / 'none.yaml'}: there is no such file; name yours with --config FILE"
    ]


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert told_of(tmp_path) == [f"{tmp_path}: is a folder; name the file in it"]


def test_the_format_of_own_weights_is_known_from_the_sites_own_manifest(spoil: Spoil) -> None:
    path = spoil(("detector:\n", "data: run\ndetector:\n  model: ours\n  backend: openvino\n"))
    models = path.parent / "run" / "models"
    models.mkdir(parents=True)
    entry = (
        '[weights.ours]\narchitecture = "x"\nhead = "yolo8"\nclasses = "coco80"\ninput = [64, 64]\nlicence = "MIT"\n'
    )
    files = f'[[weights.ours.files]]\npath = "ours"\nbytes = 1\nsha256 = "{"0" * 64}"\n'
    for form in ("pytorch", "onnx"):
        (models / f"{form}.toml").write_text(f'{entry}format = "{form}"\n{files}')

    (models / "pytorch.toml").rename(models / "weights.toml")
    told = told_of(path)
    (models / "onnx.toml").replace(models / "weights.toml")

    assert len(told) == 1
    assert "openvino cannot read ours, a .pt" in told[0]
    assert read_site(path).detector.model == "ours"


def test_a_file_with_a_byte_order_mark_is_read(good: Path) -> None:
    good.write_bytes(b"\xef\xbb\xbf" + good.read_bytes())

    assert read_site(good).id == "corner"


def test_a_variable_is_taken_from_the_environment(spoil: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANMEN_TEST_PASSWORD", "s3cret")
    monkeypatch.setenv("KANMEN_TEST_PORT", "9000")

    site = read_site(spoil(("open-sesame", "${KANMEN_TEST_PASSWORD}"), ("port: 8780", "port: ${KANMEN_TEST_PORT}")))

    assert site.camera("gate-1").url == "rtsp://viewer:s3cret@127.0.0.1:8554/gate-1"
    assert site.wall.port == 9000


def test_a_secret_is_taken_from_a_file_beside_the_configuration(spoil: Spoil) -> None:
    path = spoil(("open-sesame", "${file:secrets/gate-1}"))
    secret = path.parent / "secrets" / "gate-1"
    secret.parent.mkdir()
    secret.write_text("s3cret\n")

    assert read_site(path).camera("gate-1").url == "rtsp://viewer:s3cret@127.0.0.1:8554/gate-1"


def test_a_lost_secret_keeps_only_those_down_who_open_its_camera(spoil: Spoil) -> None:
    path = spoil(("open-sesame", "${file:gone}"))
    without = read_site(path, path, opens=())

    assert without.cameras[0].id == "gate-1"
    for opens in (None, ("gate-1",)):
        with pytest.raises(ConfigError, match="there is no such file"):
            read_site(path, path, opens=opens)


def test_a_secret_from_a_file_is_in_no_message(spoil: Spoil) -> None:
    path = spoil(("open-sesame", "${file:gate-1}"), ("port: 8780", "port: ${file:gate-1}"), ("fps: 5", "fps: -1"))
    path.with_name("gate-1").write_text("s3 cret")

    told = told_of(path)

    assert len(told) == 3
    assert "s3 cret" not in "".join(told)


def test_a_kept_copy_is_read_as_the_file_that_it_is_a_copy_of(good: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kept" / "0001.yaml"
    copy.parent.mkdir()
    copy.write_text(good.read_text().replace("open-sesame", "${file:secret}").replace("fps: 5", "fps: 0"))
    good.with_name("secret").write_text("s3cret")

    with pytest.raises(ConfigError, match=f"^{good}:[0-9]+: detector.fps: must be more than 0$"):
        read_site(copy, good)


def test_a_merged_map_is_read_and_its_mistake_has_a_line(spoil: Spoil) -> None:
    path = spoil(
        ("{zh: 甲, en: A}", "&both {zh: 甲, en: A}"),
        ("{zh: 乙, en: B}", "{<<: *both, en: ''}"),
    )

    assert told_of(path) == [f"{path}:{line_of(path, '<<')}: people.1.name.en: is empty; write something"]


def test_a_site_never_shows_its_addresses(good: Path) -> None:
    assert PASSWORD not in repr(read_site(good))
