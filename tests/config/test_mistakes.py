"""A mistake in a configuration is told with its line and what to do, and never with a secret."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from misread import line_of, told_of

Spoil = Callable[..., Path]


PG = "postgresql+asyncpg://u:open-sesame@h"


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
    "more tiles than help anybody": Wrong(
        "position: [0.2, 0.3]", "position: [0.2, 0.3]\n    tiles: 9", "tiles: 9", "tiles: must be at most 3"
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
    "a map for a key": Wrong(
        "  - id: officer-2\n    name: {zh: 乙, en: B}\n",
        "  - id: officer-2\n    name: {zh: 乙, en: B}\n    ? ",
        "",
        "a key is a list or a map; keys are words",
    ),
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
    # listeners
    "a host beyond loopback without TLS": Wrong(
        "host: 127.0.0.1",
        "host: 10.0.0.9",
        "host: 10.0.0.9",
        "wall.host: is reached from elsewhere, and passwords would travel in the clear; add tls",
    ),
    "officers beyond loopback without TLS": Wrong(
        "grids:\n  - code: G-01",
        "officer: {host: 10.0.0.9}\ngrids:\n  - code: G-01",
        "officer:",
        "officer.host: is reached from elsewhere",
    ),
    "every address, and no name": Wrong(
        "host: 127.0.0.1", "plain_http: true\n  host: '::'", "host: '::'", "write under names how browsers ask"
    ),
    "a host with its port": Wrong("host: 127.0.0.1", "host: '[::1]'", "host: '[", "without port and brackets"),
    "a name with its port": Wrong(
        "port: 8780", "names: ['a.example:1']", "names:", "in small letters and without port"
    ),
    "a certificate without its key": Wrong(
        "port: 8780", "tls: {certificate: a.pem}", "tls:", "wall.tls.certificate: serves nothing without its key"
    ),
    "a key without its certificate": Wrong(
        "port: 8780", "tls: {key: a.key}", "tls:", "wall.tls.key: serves nothing without its certificate"
    ),
    "a certificate of an unknown user": Wrong(
        "port: 8780", "tls: {certificate: ~nobody-x/a, key: b}", "tls:", "write /… in full"
    ),
    "an address of phones with a path": Wrong(
        "grids:\n  - code: G-01",
        "officer: {url: 'https://a.example/officer'}\ngrids:\n  - code: G-01",
        "officer:",
        "officer.url: is no address of a page",
    ),
    "an address of phones with a password": Wrong(
        "grids:\n  - code: G-01",
        "officer: {url: 'https://viewer:open-sesame@a.example/'}\ngrids:\n  - code: G-01",
        "officer:",
        "officer.url: is no address of a page",
    ),
    "a port too high": Wrong("port: 8780", "port: 87800", "port: 87800", "must be at most 65535"),
    "another Redis": Wrong("prefix: CRN", "prefix: CRN\nredis: localhost", "redis: l", "no Redis address"),
    "another database": Wrong("prefix: CRN", "prefix: CRN\ndatabase: mysql://h/d", "database: m", "postgresql+asyncpg"),
    "a database without a name": Wrong("prefix: CRN", f"prefix: CRN\ndatabase: {PG}", "database: p", "behind the last"),
    "a database's bad port": Wrong("prefix: CRN", f"prefix: CRN\ndatabase: {PG}:x/d", "database: p", "is no address"),
    "a second host without a port": Wrong(
        "prefix: CRN", f"prefix: CRN\ndatabase: {PG}/d?host=a&host=b", "database: p", "is no address"
    ),
    "a database's unknown word": Wrong(
        "prefix: CRN", f"prefix: CRN\ndatabase: {PG}/d?sslmode=require", "database: p", "behind the ?"
    ),
    "a database in memory": Wrong(
        "prefix: CRN", "prefix: CRN\ndatabase: 'sqlite+aiosqlite:///:memory:'", "database: '", "names no database"
    ),
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
    "an unknown rule": Wrong(
        "rule: LINE", "rule: WHISTLE", "rule: WHISTLE", "no rule of this version; write 'INTRUDE'"
    ),
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
    "a line counted twice": Wrong(
        "direction: in\n    rules:\n",
        "direction: in\n    rules:\n      - {rule: FLOW, line: door}\n      - rule: NIGHT\n        line: 'door'\n",
        "line: 'door'",
        "FLOW counts this line by night too",
    ),
    "no way to go against": Wrong(
        "direction: in\n    rules:\n",
        "direction: both\n    rules:\n      - rule: WRONGWAY\n        line: 'door'\n",
        "line: 'door'",
        "this line says no way",
    ),
    "a way in an unknown zone": Wrong(
        "rule: LINE", "rule: WRONGWAY\n        zone: court", "zone: court", "no such zone; mend the name"
    ),
    "a negative dwell": Wrong("dwell_s: 3", "dwell_s: -1", "dwell_s: -1", "must be at least 0"),
    "an endless dwell": Wrong("dwell_s: 3", "dwell_s: .inf", "dwell_s: .inf", "must be at most 86400"),
    "a day that is none": Wrong(
        "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
        "- rule: ABANDON\n        zone: yard\n        fixtures: [{at: [0.5, 0.5], until: soon}]",
        "until: soon",
        "must be a day, as 2026-12-31",
    ),
    **{
        f"a last day {what}": Wrong(
            "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
            f"- rule: ABANDON\n        zone: yard\n        fixtures: [{{at: [0.5, 0.5], until: {until}}}]",
            f"until: {until}",
            f"cameras.0.rules.0.fixtures.0.until: {says}",
        )
        for what, until, says in (
            ("in seconds, quoted", "'1767225600'", "must be a day, as 2026-12-31"),
            ("of nothing", "0", "must be a day, as 2026-12-31"),
            ("without hyphens", "20261231", "must be a day, as 2026-12-31"),
            ("with an hour", "2026-12-31T00:00:00", "must be a day, as 2026-12-31"),
            ("that there is not", "2026-02-30", "must be a day, as 2026-12-31"),
            ("that there is not, quoted", "'2026-02-30'", "must be a day, as 2026-12-31"),
            ("that never comes", "9999-12-31", "lies so far ahead that it would be forgotten; write a day up to 2199"),
        )
    },
    "more than there is time for": Wrong(
        "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
        "- rule: FIRE\n        zone: yard\n        hit_s: 10",
        "hit_s: 10",
        "cameras.0.rules.0.hit_s: is never seen for 10 s within 5 s; lower hit_s, or raise of_s to it",
    ),
    "less time than it takes": Wrong(
        "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
        "- rule: FIGHT\n        zone: yard\n        of_s: '2'",
        "of_s: '2'",
        "cameras.0.rules.0.of_s: is never seen for 3 s within 2 s",
    ),
    "told of before its owner is known": Wrong(
        "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
        "- rule: ABANDON\n        zone: yard\n        dwell_s: 20\n        beside_s: 20",
        "beside_s: 20",
        "cameras.0.rules.0.beside_s: what somebody stays beside is told of after 20 s, before 20 s show that they stay",
    ),
    "told of before an owner is known by default": Wrong(
        "- rule: INTRUDE\n        zone: yard\n        dwell_s: 3",
        "- rule: ABANDON\n        zone: yard\n        dwell_s: 10",
        "dwell_s: 10",
        "make beside_s less than dwell_s",
    ),
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
    "too seldom a look to see anything": Wrong(
        "detector:\n  fps: 5",
        "detector:\n  fps: 0.5",
        "fps: 0.5",
        "fps: looks too seldom to see who is in a hurry: blind time; write 2 or more, or a longer health.blind_s",
    ),
    "looks farther apart than what is blind already": Wrong(
        "  stall_s: 3",
        "  stall_s: 3\n  blind_s: 0.15",
        "fps: 5",
        "fps: looks too seldom to see who is in a hurry: blind time; write 6.67 or more, or a longer health.blind_s",
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


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_line_and_remedy_but_no_password(spoil: Spoil, wrong: Wrong) -> None:
    path = spoil((wrong.old, wrong.new))

    told = told_of(path)

    assert any(wrong.says in line and line.startswith(f"{path}:{line_of(path, wrong.at)}: ") for line in told), told
    assert "sesame" not in "".join(told)
