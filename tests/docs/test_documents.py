"""What the documents promise is there: links lead somewhere, commands exist, both languages say the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.read import read_site

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchors(path: Path) -> set[str]:
    headings = _HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _commands_of_readme(path: Path) -> list[str]:
    return re.findall(r"^\| `kanmen ([a-z ]+)`", path.read_text(encoding="utf-8"), re.MULTILINE)


def _commands_of_programme(*group: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-m", "kanmen", *group, "--help"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1", "TERMINAL_WIDTH": "120"},
    ).stdout
    listed = told.partition("Commands")[2]
    return set(re.findall(r"^[│|\s]{1,4}([a-z]+) {2,}\S", listed, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(document.read_text(encoding="utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        path = (document.parent / target).resolve() if target else document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(link)

    assert not broken


@pytest.mark.parametrize("folder", ["docs", "docs/adr"])
def test_every_document_stands_in_the_index_of_its_folder(folder: str) -> None:
    index = ROOT / folder / "README.md"
    linked = set(_LINK.findall(index.read_text(encoding="utf-8")))

    assert {path.name for path in (ROOT / folder).glob("*.md")} - {index.name} <= linked


def test_both_readmes_have_the_same_commands_in_the_same_order() -> None:
    english, chinese = map(_commands_of_readme, READMES)

    assert english == chinese
    assert english


def test_readme_has_every_command_of_the_programme_and_no_other() -> None:
    groups = {"user", "models"}
    inside = {f"{group} {name}" for group in groups for name in _commands_of_programme(group)}
    programme = _commands_of_programme() - groups | inside

    assert set(_commands_of_readme(READMES[0])) == programme


def test_both_readmes_link_to_the_same_places() -> None:
    english, chinese = (
        {link for link in _LINK.findall(readme.read_text(encoding="utf-8")) if not link.startswith("README")}
        for readme in READMES
    )

    assert english == chinese


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_recipe_that_is_named_exists(document: Path) -> None:
    recipes = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.MULTILINE))

    assert named <= recipes


@pytest.mark.parametrize("readme", READMES, ids=_name)
def test_the_configuration_in_the_readme_is_a_good_one(
    readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_1", "s3cret")
    example = re.search(r"```yaml\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "site.yaml"
    path.write_text(example[1] if example else "", encoding="utf-8")

    assert read_site(path).id == "corner"


def test_hooks_call_recipes_and_fetch_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"entry: (.+)", text)
    recipes = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert re.findall(r"repo: (.+)", text) == ["local"]
    assert entries
    assert {entry.removeprefix("make ") for entry in entries} <= recipes
