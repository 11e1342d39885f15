"""A model that a site brings is the file that was meant, beside the configuration; without one its rule is off."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from misread import told_of

from config.read import read_site

Spoil = Callable[..., Path]

_FIRE = "detector:\n  fire: {{path: {path}, sha256: {sha256}}}\n"
_RULE = ("        dwell_s: 3\n", "        dwell_s: 3\n      - rule: FIRE\n        zone: yard\n")
_SHA256 = hashlib.sha256(b"a network").hexdigest()


def test_a_good_one_lies_beside_the_configuration_and_its_rule_is_on(spoil: Spoil) -> None:
    path = spoil(("detector:\n", _FIRE.format(path="models/fire.onnx", sha256=_SHA256)), _RULE)
    (path.parent / "models").mkdir()
    (path.parent / "models" / "fire.onnx").write_bytes(b"a network")
    site = read_site(path)

    assert site.detector.own["fire"].path == path.parent.resolve() / "models" / "fire.onnx"
    assert site.modelless(site.cameras[0]) == []


def test_without_one_the_rule_is_off_and_the_configuration_good(spoil: Spoil) -> None:
    site = read_site(spoil(_RULE))

    assert site.modelless(site.cameras[0]) == ["FIRE:yard"]


def test_another_file_or_none_is_told_with_its_line_and_the_remedy(spoil: Spoil, tmp_path: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(b"a network")
    wrong = {"other.onnx": f"hashes to {_SHA256}; write that", "lost.onnx": "cannot be read", "fire.pt": "ONNX file"}
    short = told_of(spoil(("detector:\n", _FIRE.format(path=tmp_path / "other.onnx", sha256="ab"))))
    told = {
        name: told_of(spoil(("detector:\n", _FIRE.format(path=tmp_path / name, sha256="ab" * 32)))) for name in wrong
    }

    assert {name: len(mistakes) for name, mistakes in told.items()} == dict.fromkeys(wrong, 1)
    assert "must be 64 of 0-9 and a-f" in short[0]
    assert [name for name, says in wrong.items() if says not in told[name][0]] == []
