"""A mistake in a configuration is told with its line and what to do, all of them at once, and never with a secret."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.read import read_site
from models.errors import ConfigError

Spoil = Callable[..., Path]

PASSWORD = "open-sesame"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake.

    Attributes:
        old, new: What is replaced in the good configuration, by what.
        at: Text of the line that the message must name; empty for the first line.
        says: Words that the message must hold.
    """

    old: str
    new: str
    at: str
    says: str


WRONG = {
    # what does not fit together
    "a .pt for the openvino backend": Wrong(
        "detector:\n  fps: 5",
        "detector:\n  model: yolo11s.pt\n  backend: openvino\n  fps: 5",
        "backend: openvino",
        "detector.backend: openvino cannot read yolo11s.pt, a .pt; write auto or ultralytics, or name weights that",
    ),
    "a TensorRT engine for the openvino backend": Wrong(
        "detector:\n  fps: 5",
        "detector:\n  model: yolo11s.engine\n  backend: openvino\n  fps: 5",
        "backend: openvino",
        "openvino cannot read yolo11s.engine, a TensorRT .engine; write auto or ultralytics",
    ),
    # streams and masks
    "udp inside an encrypted connection": Wrong(
        "url: rtsp://viewer:open-sesame@127.0.0.1:8554/gate-1",
        "url: rtsps://viewer:open-sesame@127.0.0.1:8554/gate-1\n    transport: udp",
        "transport: udp",
        "an rtsps stream is encrypted inside its connection; write tcp",
    ),
    "a transport that is none": Wrong(
        "position: [0.2, 0.3]", "position: [0.2, 0.3]\n    transport: http", "transport: http", "must be 'tcp' or 'udp'"
    ),
    "a mask off the picture": Wrong(
        "position: [0.2, 0.3]",
        "position: [0.2, 0.3]\n    masks:\n    - [[0, 0], [1.5, 0], [1, 1]]",
        "- [[0, 0], [1.5",
        "masks.0.1.0: lies off the picture",
    ),
    "a mask that crosses itself": Wrong(
        "position: [0.2, 0.3]",
        "position: [0.2, 0.3]\n    masks:\n    - [[0, 0], [1, 1], [1, 0], [0, 1]]",
        "- [[0, 0], [1, 1]",
        "masks.0: the side from corner 1 crosses the side from corner 3",
    ),
    "a mask with a corner of one number": Wrong(
        "position: [0.2, 0.3]",
        "position: [0.2, 0.3]\n    masks:\n    - [[0, 0], [1], [1, 1]]",
        "- [[0, 0], [1]",
        "must be two numbers, [x, y]",
    ),
    "a mask over a zone": Wrong(
        "position: [0.2, 0.3]",
        "position: [0.2, 0.3]\n    masks: [[[0, 0.4], [1, 0.4], [1, 1], [0, 1]]]",
        "points:",
        "a mask covers this zone, so nobody is ever seen there",
    ),
    # not YAML
    "a tab": Wrong("  fps: 5", "\tfps: 5", "\tfps", "not YAML: a tab"),
    "an open bracket": Wrong("[[0.1, 0.5],", "[[[0.1, 0.5],", "lines:", "not closed"),
    "an open quote": Wrong("prefix: CRN", "prefix: 'CRN", "prefix: 'CRN", "never closed"),
    "a colon too many": Wrong("entrance: 2号", "entrance: 2: 号", "entrance: 2: 号", "a colon where none may stand"),
    "a wrong indentation": Wrong("  port: 8780", " port: 8780", " port: 8780", "indentation"),
    "a value that begins with @": Wrong("id: officer-1", "id: @x", "id: @x", "cannot begin with this character"),
    "an unknown alias": Wrong("code: G-01", "code: *one", "code: *one", "alias that is not defined"),
    "a second document": Wrong("detector:\n", "---\ndetector:\n", "---", "second document"),
    "a tag that does not fit": Wrong("prefix: CRN", "prefix: !!int CRN", "", "does not fit its !!tag"),
    "a character of no text": Wrong("prefix: CRN", "prefix: C\x01N", "prefix: C", "no text may hold"),
    # keys
    "a key twice": Wrong("  fps: 5", "  fps: 5\n  fps: 6", "fps: 6", "this key stands twice"),
    "an unknown key at the top": Wrong("prefix: CRN", "prefix: CRN\ncolour: 1", "colour: 1", "colour: unknown key"),
    "an unknown key of a camera": Wrong("entrance: 2号", "Door: 2号", "Door: 2号", "cameras.1.Door: unknown key"),
    "an unknown key of a zone": Wrong("- id: yard", "- id: yard\n        at: 1", "at: 1", "zones.0.at: unknown key"),
    "an unknown key of a line": Wrong("direction: in", "way: in", "way: in", "lines.0.way: unknown key"),
    "an unknown key of a rule": Wrong("dwell_s: 3", "dwell: 3", "dwell: 3", "rules.0.dwell: unknown key"),
    "a key called like a rule": Wrong("dwell_s: 3", "LINE: 3", "LINE: 3", "rules.0.LINE: unknown key"),
    "an unknown key of the wall": Wrong("port: 8780", "prot: 8780", "prot: 8780", "wall.prot: unknown key"),
    "an unknown key of a name": Wrong("zh: 甲,", "zh: 甲, fr: A,", "zh: 甲", "people.0.name.fr: unknown key"),
    "a key that is a number": Wrong("prefix: CRN", "prefix: CRN\n7: 8", "7: 8", "keys are words"),
    "a missing key at the top": Wrong("prefix: CRN\n", "", "", "prefix: this key is missing"),
    "a missing key of a camera": Wrong(
        "    grid: G-02\n    position: [0.7", "    position: [0.7", "- id: gate-2", "grid"
    ),
    "a missing language": Wrong("{zh: 甲, en: A}", "{zh: 甲}", "{zh: 甲}", "name.en: this key is missing"),
    # types
    "a number for text": Wrong("prefix: CRN", "prefix: 12", "prefix: 12", "must be text; put it in quotes"),
    "a date for text": Wrong("2号出入口", "2026-11-22", "2026-11-22", "must be text; put it in quotes"),
    "an instant for text": Wrong("2号出入口", "2026-11-22 10:00:00", "2026-11-22", "must be text; put it in quotes"),
    "text for a number": Wrong("fps: 5", "fps: fast", "fps: fast", "must be a number"),
    "true for a number": Wrong("fps: 5", "fps: true", "fps: true", "not true or false"),
    "a fraction for a whole number": Wrong("port: 8780", "port: 87.5", "port: 87.5", "must be a whole number"),
    "a word for true": Wrong("- id: officer-2", "- id: officer-2\n    on_duty: so", "on_duty: so", "true or false"),
    "a word for a part": Wrong("{zh: 街角, en: Corner}", "Corner", "name: Corner", "must be keys and values"),
    "a map for a list": Wrong("beside: [G-02]", "beside: {G-02: 1}", "beside: {", "must be a list"),
    "an empty name": Wrong("zh: 甲,", "zh: '',", "zh: '',", "is empty"),
    "nothing for a folder": Wrong("prefix: CRN", "prefix: CRN\ndata:", "data:", "must be the name of a folder"),
    "a folder of an unknown user": Wrong("prefix: CRN", "prefix: CRN\ndata: ~nobody-x/a", "data:", "write /… in full"),
    "a folder with a NUL": Wrong("prefix: CRN", 'prefix: CRN\ndata: "a\\0b"', "data:", "must be the name of a folder"),
    "an id with blanks": Wrong("id: gate-2", "id: gate 2", "id: gate 2", "must be 1 to 32 of a-z"),
    "a small prefix": Wrong("prefix: CRN", "prefix: crn", "prefix: crn", "A-Z and 0-9"),
    # addresses
    "a stream without scheme": Wrong("rtsp://127.0.0.1:8554/gate-2", "127.0.0.1/x", "url: 127", "no RTSP address"),
    "a stream over HTTP": Wrong("rtsp://viewer", "http://viewer", "url: http", "no RTSP address; write rtsp://"),
    "a stream with a bad port": Wrong("sesame@127.0.0.1:8554", "sesame@127.0.0.1:x", "1:x", "is no address"),
    "a stream with port 0": Wrong("sesame@127.0.0.1:8554", "sesame@127.0.0.1:0", "1:0", "no RTSP address"),
    "a stream without a host": Wrong("rtsp://127.0.0.1:8554/gate-2", "rtsp:///x", "rtsp:///x", "no RTSP address"),
    "a slash in a password": Wrong("viewer:open-sesame", "viewer:1/open-sesame", "1/open", "in a password as %2F"),
    "a blank in a stream": Wrong("8554/gate-1", "8554/gate 1", "8554/gate 1", "a blank as %20"),
    "an address as a key": Wrong("grid: G-02\n    p", "'rtsp://u:open-sesame@h/2': 1\n    p", "open-sesame@h", "…"),
    "an address as a camera": Wrong("people:", "  - rtsp://u:open-sesame@h/1\npeople:", "@h/1", "keys and values"),
    "a host beyond loopback": Wrong("host: 127.0.0.1", "host: 0.0.0.0", "host: 0.0.0.0", "come through an SSH tunnel"),
    "a port too high": Wrong("port: 8780", "port: 87800", "port: 87800", "must be at most 65535"),
    "another Redis": Wrong("prefix: CRN", "prefix: CRN\nredis: localhost", "redis: l", "no Redis address"),
    "another database": Wrong("prefix: CRN", "prefix: CRN\ndatabase: mysql://h/d", "database: m", "SQLite only"),
    "an unset variable": Wrong("open-sesame", "${KANMEN_TEST_UNSET}", "${KANMEN", "export KANMEN_TEST_UNSET"),
    "a missing secret": Wrong("open-sesame", "${file:no}", "${file", "${file:no}: there is no such file; write the"),
    "a folder as a secret": Wrong("open-sesame", "${file:/}", "${file", "${file:/}: is a folder; name the file in it"),
    "a secret without a file": Wrong("open-sesame", "${file:}", "${file", "write ${NAME} or ${file:/run/secrets/name}"),
    "a secret of many lines": Wrong(
        "open-sesame", "${file:site.yaml}", "${file", "must hold one line, the secret alone"
    ),
    "a secret with a NUL": Wrong("prefix: CRN", 'prefix: "${file:a\\0b}"', "${file", "is no name of a file"),
    "an endless secret": Wrong("open-sesame", "${file:/dev/zero}", "${file", "must hold one line, the secret alone"),
    "an open variable": Wrong("open-sesame", "${KANMEN", "${KANMEN", "in a password write $ as %24"),
    # geometry
    "two corners": Wrong("[[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]", "[[0.1, 0.5], [0.9, 0.9]]", "points", "3"),
    "a point off the picture": Wrong("[0.9, 0.9]", "[1.2, 0.9]", "[1.2, 0.9]", "lies off the picture"),
    "a point in pixels": Wrong("position: [0.7", "position: [640", "position: [640", "not pixels"),
    "a point of no number": Wrong("position: [0.7", "position: [.nan", "position: [.nan", "lies off the picture"),
    "a point with one number": Wrong("[0.9, 0.9]", "[0.9]", "[0.9]", "must be two numbers, [x, y]"),
    "a point with three numbers": Wrong("[0.9, 0.9]", "[0.9, 0.9, 0]", "[0.9, 0.9, 0]", "must be two numbers, [x, y]"),
    "a zone that crosses itself": Wrong(
        "[0.9, 0.5], [0.9, 0.9], [0.1", "[0.9, 0.9], [0.9, 0.5], [0.1", "points:", "crosses the side from corner 3"
    ),
    "a zone without an area": Wrong(
        "[[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]", "[[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]]", "points:", "an area"
    ),
    "a line without length": Wrong("end: [0.6, 0.6]", "end: [0.4, 0.6]", "end: [0.4, 0.6]", "give the line a length"),
    "a wrong direction": Wrong("direction: in", "direction: left", "direction: left", "must be 'in', 'out' or 'both'"),
    # rules
    "an unknown rule": Wrong("rule: LINE", "rule: CROWD", "rule: CROWD", "no rule of this version; write 'INTRUDE'"),
    "a rule without its name": Wrong("- rule: LINE\n        line", "- line", "- line: door", "add rule: INTRUDE or"),
    "a rule of another place": Wrong("zone: yard", "line: yard", "rule: INTRUDE", "zone: this key is missing"),
    "a rule on an unknown zone": Wrong("zone: yard", "zone: court", "zone: court", "no such zone (it has yard)"),
    "a rule on an unknown line": Wrong("line: door", "line: gate", "line: gate", "no such line (it has door)"),
    "the same rule twice": Wrong(
        "      - rule: LINE",
        "      - rule: INTRUDE\n        zone: 'yard'\n      - rule: LINE",
        "zone: 'yard'",
        "a second",
    ),
    "a negative dwell": Wrong("dwell_s: 3", "dwell_s: -1", "dwell_s: -1", "must be at least 0"),
    "an endless dwell": Wrong("dwell_s: 3", "dwell_s: .inf", "dwell_s: .inf", "must be at most 86400"),
    "an unknown label": Wrong("dwell_s: 3", "labels: [cat]", "labels: [cat]", "must be 'person', 'two_wheeler'"),
    "no label": Wrong("dwell_s: 3", "labels: []", "labels: []", "needs at least 1"),
    "a window that never holds": Wrong("dwell_s: 3", "armed: ['08:00-08:00']", "armed: [", "00:00-24:00 for the whole"),
    "a window that is none": Wrong("dwell_s: 3", "armed: [night]", "armed: [", 'write e.g. "22:00-06:00"'),
    "an hour that there is not": Wrong("dwell_s: 3", "armed: ['22:00-26:00']", "armed: [", "names no time of day"),
    "a day that there is not": Wrong("dwell_s: 3", "armed: ['fry 22:00-06:00']", "armed: [", "names no day; write mon"),
    "no window": Wrong("dwell_s: 3", "armed: []", "armed: []", "needs at least 1"),
    "a window that is no list": Wrong("dwell_s: 3", "armed: 22:00-06:00", "armed: 22", "must be a list"),
    "a night that is none": Wrong("prefix: CRN", "prefix: CRN\nnight: [dark]", "night: [", "is no window of hours"),
    "a limit of nobody": Wrong("rule: LINE\n", "rule: FLOW\n        limit: 0\n", "limit: 0", "must be at least 1"),
    "a window of ten minutes": Wrong(
        "rule: LINE\n", "rule: FLOW\n        window_min: 10\n", "window_min: 10", "must be 1, 15 or 60"
    ),
    "a day of observations too few": Wrong(
        "prefix: CRN", "prefix: CRN\nobservations: {days: -1}", "observations", "must be at least 0"
    ),
    "no level": Wrong("dwell_s: 3", "level: 5", "level: 5", "must be 1, 2, 3 or 4"),
    # names that must be unique or known
    "two cameras of one id": Wrong("id: gate-2", "id: gate-1 # b", "gate-1 # b", "two cameras have this id"),
    "two cameras of one address": Wrong(
        "rtsp://127.0.0.1:8554/gate-2",
        "rtsp://viewer:open-sesame@127.0.0.1:8554/gate-1 # b",
        "# b",
        "cameras.1.url: two cameras have this url; give each its own",
    ),
    "the same main stream": Wrong(
        "    grid: G-02\n    position: [0.7",
        "    main: rtsp://127.0.0.1:8554/gate-2\n    grid: G-02\n    position: [0.7",
        "main:",
        "cameras.1.main: is the address under url too; leave main out",
    ),
    "too short a retention": Wrong(
        "health:", "evidence: {retention_days: 7}\nhealth:", "retention_days", "the law demands at least 30 days"
    ),
    "another transport": Wrong(
        "entrance: 2号", "transport: rtp\n    entrance: 2号", "transport", "must be 'tcp' or 'udp'"
    ),
    "two zones of one id": Wrong(
        "    lines:",
        "      - {id: yard, name: {zh: b, en: b}, points: [[0, 0], [1, 0], [1, 1]]}\n    lines:",
        "zh: b",
        "two",
    ),
    "two lines of one id": Wrong(
        "    rules:", "      - {id: door, name: {zh: b, en: b}, start: [0, 0], end: [1, 0]}\n    rules:", "zh: b", "two"
    ),
    "a zone and a line of one id": Wrong("id: door", "id: yard # b", "id: yard # b", "a zone of this camera has"),
    "two people of one id": Wrong("id: officer-2", "id: officer-1 # b", "officer-1 # b", "two people have this id"),
    "two grids of one code": Wrong("code: G-02", "code: G-01 # b", "G-01 # b", "two grids have this code"),
    "an unknown grid of a camera": Wrong("grid: G-01\n", "grid: G-09\n", "grid: G-09", "no grid has this code"),
    "an unknown grid of a person": Wrong("grids: [G-02]", "grids: [G-09]", "grids: [G-09]", "no grid has this code"),
    "an unknown grid beside": Wrong("beside: [G-02]", "beside: [G-09]", "beside: [G-09]", "no grid has this code"),
    "a wrong time zone": Wrong("Asia/Shanghai", "Asia/Zhenjiang", "Asia/Zhenjiang", "no time zone; write e.g."),
}


def _told(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_site(path)
    return str(caught.value).splitlines()


def _line_of(path: Path, text: str) -> int:
    if not text:
        return 1
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_line_and_remedy_but_no_password(spoil: Spoil, wrong: Wrong) -> None:
    path = spoil((wrong.old, wrong.new))

    told = _told(path)

    assert any(wrong.says in line and line.startswith(f"{path}:{_line_of(path, wrong.at)}: ") for line in told), told
    assert "sesame" not in "".join(told)


def test_the_good_configuration_is_read(good: Path) -> None:
    site = read_site(good)

    assert [camera.id for camera in site.cameras] == ["gate-1", "gate-2"]
    assert site.data == good.parent / "var"


def test_a_duplicate_url_is_told_without_either_password(spoil: Spoil) -> None:
    told = _told(spoil(("    grid: G-01\n", "    url: rtsp://a:s3cret@h/1\n    grid: G-01\n")))

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

    told = _told(path)

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
    told = _told(spoil(("[0.9, 0.9], [0.1, 0.9]", "[0.9, 9], [0.1, 9]")))

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

    assert says in "\n".join(_told(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert _told(tmp_path / "none.yaml") == [
        f"{tmp_path / 'none.yaml'}: there is no such file; name yours with --config FILE"
    ]


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert _told(tmp_path) == [f"{tmp_path}: is a folder; name the file in it"]


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
    told = _told(path)
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

    told = _told(path)

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

    assert _told(path) == [f"{path}:{_line_of(path, '<<')}: people.1.name.en: is empty; write something"]


def test_a_site_never_shows_its_addresses(good: Path) -> None:
    assert PASSWORD not in repr(read_site(good))
