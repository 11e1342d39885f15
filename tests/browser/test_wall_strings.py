"""Both languages of each page say everything, and a page asks for nothing that they do not say."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

import api
import kanmen
from api.course import STANDS
from api.web.phone_app import SHARED
from models.codes import CODES
from models.evidence import EvidenceKind

API = Path(api.__file__).parent
FOLDERS = {"wall": API / "wall", "phone": API / "phone", "report": Path(kanmen.__file__).parent / "report" / "page"}
BORROWED = {"phone": SHARED, "report": ("text.js", "element.js", "level.js")}
"""What pages have from the wall."""
PAGES = pytest.mark.parametrize("page", FOLDERS)


def _strings(page: str, language: str) -> dict[str, str]:
    text = (FOLDERS[page] / f"strings.{language}.js").read_text(encoding="utf-8")
    strings: dict[str, str] = json.loads(text.partition("export default ")[2].strip().removesuffix(";"))
    return strings


def _modules(page: str) -> str:
    shared = [API / "wall" / name for name in BORROWED.get(page, ()) if name.endswith(".js")]
    own = [path for path in FOLDERS[page].glob("*.js") if not path.name.startswith("strings.")]
    return "\n".join(path.read_text(encoding="utf-8") for path in own + shared)


@PAGES
def test_both_languages_have_the_same_keys(page: str):
    assert _strings(page, "zh").keys() == _strings(page, "en").keys()


@PAGES
def test_no_string_is_empty(page: str):
    for language in ("zh", "en"):
        assert [key for key, text in _strings(page, language).items() if not text.strip()] == []


@PAGES
def test_both_languages_fill_in_the_same_values(page: str):
    zh, en = _strings(page, "zh"), _strings(page, "en")

    def values(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert [key for key in zh if values(zh[key]) != values(en[key])] == []


@PAGES
def test_the_page_asks_for_no_string_that_is_not_there(page: str):
    asked = set(re.findall(r"""(?:\bt\(\s*|text: |label: )"([a-z][\w.]+)\"""", _modules(page)))

    assert asked - _strings(page, "zh").keys() == set()


@PAGES
def test_the_page_loads_nothing_from_elsewhere_and_writes_no_markup(page: str):
    everything = _modules(page) + "".join(p.read_text(encoding="utf-8") for p in FOLDERS[page].glob("*.html"))

    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", everything) == []
    assert set(re.findall(r"https?://[\w./]+", everything)) <= {"http://www.w3.org/2000/svg"}


@PAGES
def test_no_style_or_script_stands_inside_the_html(page: str):
    pages = [path.read_text(encoding="utf-8") for path in FOLDERS[page].glob("*.html")]

    assert [re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", one) for one in pages] == [[]] * len(pages)


def test_every_alert_says_why_in_words_of_its_own():
    assert [code for code in CODES.keys() - {"NIGHT"} if f"why.{code}" not in _strings("wall", "zh")] == []


def test_every_deed_of_the_audit_has_words():
    sources = "\n".join(p.read_text(encoding="utf-8") for p in API.rglob("*.py"))
    kinds = (
        "alert|incident|dispatch|snapshot|clip|photo|evidence|account|login|session|record|push|receipt|entry|rehearsal"
        "|shelf"
    )
    noted = set(re.findall(rf"""["']((?:{kinds})\.[a-z_]+)["']""", sources)) - {"session.token", *SHARED}
    by_state = {f"dispatch.{state.lower()}" for state in STANDS} | {f"{kind}.viewed" for kind in get_args(EvidenceKind)}

    assert {f"deed.{action}" for action in noted | by_state} - _strings("wall", "en").keys() == set()
