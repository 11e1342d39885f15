"""The picture of each rule in the documents shows what the rule says today. KANMEN_SHOTS: draws them anew, there."""

import os
from pathlib import Path

import pytest
from rule_pictures import SCENES, drawn, said

from config.rules import PLACE_KEYS
from models.alert import Alert

DOCS = Path(__file__).parents[2] / "docs"


def test_every_rule_has_a_picture_and_it_stands_in_the_document() -> None:
    text = (DOCS / "rules.md").read_text(encoding="utf-8")

    assert SCENES.keys() == PLACE_KEYS.keys()
    assert [code for code in SCENES if f"(pictures/rules/{code}.svg)" not in text] == []


@pytest.mark.parametrize("code", SCENES)
def test_the_picture_is_what_the_rule_says(code: str) -> None:
    picture, words = drawn(code), said(code)
    if folder := os.environ.get("KANMEN_SHOTS"):
        (Path(folder) / f"{code}.svg").write_text(picture, encoding="utf-8")

    assert len({one.id for _, one in words}) == 1
    assert isinstance(words[0][1], Alert) == (code not in ("FLOW", "NIGHT"))
    assert (DOCS / "pictures" / "rules" / f"{code}.svg").read_text(encoding="utf-8") == picture
