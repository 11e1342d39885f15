"""Both languages of the page say everything, and the page asks for nothing that they do not say."""

import json
import re
from pathlib import Path

import api

WALL = Path(api.__file__).parent / "wall"


def _strings(language: str) -> dict[str, str]:
    text = (WALL / f"strings.{language}.js").read_text(encoding="utf-8")
    strings: dict[str, str] = json.loads(text.partition("export default ")[2].strip().removesuffix(";"))
    return strings


def _modules() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in WALL.glob("*.js") if not p.name.startswith("strings."))


def test_both_languages_have_the_same_keys():
    assert _strings("zh").keys() == _strings("en").keys()


def test_no_string_is_empty():
    for language in ("zh", "en"):
        assert [key for key, text in _strings(language).items() if not text.strip()] == []


def test_both_languages_fill_in_the_same_values():
    zh, en = _strings("zh"), _strings("en")

    def values(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert [key for key in zh if values(zh[key]) != values(en[key])] == []


def test_the_page_asks_for_no_string_that_is_not_there():
    asked = set(re.findall(r"""(?:\bt\(\s*|text: |label: )"([a-z][\w.]+)\"""", _modules()))

    assert asked - _strings("zh").keys() == set()


def test_the_page_loads_nothing_from_elsewhere_and_writes_no_markup():
    everything = _modules() + "".join(p.read_text(encoding="utf-8") for p in WALL.glob("*.html"))

    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", everything) == []
    assert set(re.findall(r"https?://[\w./]+", everything)) <= {"http://www.w3.org/2000/svg"}


def test_no_style_or_script_stands_inside_the_html():
    html = (WALL / "index.html").read_text(encoding="utf-8")

    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", html) == []
