"""`kanmen user` makes accounts and changes them; what it says is what stands in the database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from small_site import write_site
from typer.testing import CliRunner, Result

from kanmen.accounts import user
from models.errors import KanmenError

Run = Callable[..., Result]
PEOPLE = "people: [{id: jia, name: {zh: 占位-甲, en: Placeholder A}}]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    config = write_site(tmp_path, {f"gate-{n}": f"rtsp://127.0.0.1/{n}" for n in (1, 2)}, settings=[PEOPLE])

    def work(*words: str) -> Result:
        return CliRunner().invoke(user, [*words, "--config", str(config)], catch_exceptions=True)

    return work


def test_an_account_is_made_narrowed_disabled_and_listed(run: Run) -> None:
    made = run("add", "li", "--role", "shift_lead", "--unit", "江东社区", "--cameras", "gate-1,gate-2")
    officer = run("add", "jia", "--role", "officer", "--person", "jia")
    narrowed = run("set", "li", "--cameras", "gate-2")
    disabled = run("disable", "li")
    told = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    enabled = run("enable", "li")
    widened = run("set", "li", "--cameras", "all", "--role", "auditor")
    table = run("list").stdout

    assert [one.exit_code for one in (made, officer, disabled, enabled)] == [0] * 4
    assert made.stdout.startswith("li (shift_lead): ")
    assert narrowed.stdout == "li: shift_lead; 江东社区; gate-2; has a one-time password\n"
    assert told == [
        {"name": "jia", "disabled": False, "role": "officer", "unit": "", "cameras": None, "person": "jia"},
        {
            "name": "li",
            "disabled": True,
            "role": "shift_lead",
            "unit": "江东社区",
            "cameras": ["gate-2"],
            "person": None,
        },
    ]
    assert "auditor; 江东社区; all cameras" in widened.stdout
    assert "江东社区" in table


WRONG = {
    "a role without its person": (("add", "yi", "--role", "officer"), "of one person of the roster: jia"),
    "a camera that is not there": (("add", "yi", "--cameras", "gate-9"), "the site has no camera gate-9"),
    "an account that is not there": (("set", "yi", "--unit", "x"), "there is no account 'yi'"),
}


@pytest.mark.parametrize(("words", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_said(run: Run, words: tuple[str, ...], says: str) -> None:
    refused = run(*words)

    assert isinstance(refused.exception, KanmenError)
    assert says in str(refused.exception)
