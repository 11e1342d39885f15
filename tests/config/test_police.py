"""The police's part of a configuration: what may leave the house is said in full, and no key is ever repeated."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from misread import line_of, told_of

from config.changes import changes
from config.read import read_site
from config.secretless import secretless

Spoil = Callable[..., Path]

SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER = "ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY="
POLICE = f"""\
police:
  hosts: [station.example, 10.1.2.3]
  source: /cn/placeholder/corner
  targets:
    - id: station
      name: {{zh: 占位所, en: Placeholder}}
      url: https://station.example/hook
      key: whsec_{SECRET}
    - id: room
      name: {{zh: 占位室, en: Placeholder room}}
      url: http://10.1.2.3:8080/hook
      key: whsec_{OTHER}
      private: true
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake: what is replaced by what, on which line it is told, and in which words."""

    old: str
    new: str
    at: str
    says: str


WRONG = {
    "a host that is not allowed": Wrong(
        "[station.example, 10.1.2.3]", "[10.1.2.3]", "url: https://station", "does not stand in police.hosts; add it"
    ),
    "plain http to the world": Wrong("https://station", "http://station", "url: http://station", "must be https"),
    "a private address unsaid": Wrong(
        "      private: true\n", "", "url: http://10.1", "is a private or loopback address; write private: true"
    ),
    "loopback by name": Wrong(
        "https://station.example/hook", "https://localhost/hook", "https://localhost", "is a private or loopback"
    ),
    "a password in the address": Wrong(
        "https://station", "https://u:open-sesame@station", "url: https://u", "may hold no name, password or #"
    ),
    "no address": Wrong("https://station.example/hook", "station.example", "url: station", "no address of a web"),
    "another scheme": Wrong("https://station", "ftp://station", "url: ftp", "no address of a web service"),
    "a bad port": Wrong("example/hook", "example:x/hook", "example:x", "is no address; write https://"),
    "a host with an empty part": Wrong(
        "https://station.", "https://station..", "url: https://station..", "has a part that is empty or longer than 63"
    ),
    "a host with a part too long": Wrong(
        "https://station.", f"https://{'a' * 64}.", "url: https://aaa", "has a part that is empty or longer than 63"
    ),
    "a key without its mark": Wrong(f"whsec_{SECRET}", SECRET, "key: MDEy", "must be whsec_ and the base64 of 24 to"),
    "a short key": Wrong(f"whsec_{SECRET}", "whsec_c2VzYW1l", "whsec_c2Vz", "(`openssl rand -base64 32`); keep it"),
    "a key of no base64": Wrong(f"whsec_{SECRET}", "whsec_open-sesame", "whsec_open", "must be whsec_ and the base64"),
    "a key of both": Wrong(OTHER, SECRET + " # b", "# b", "another target signs its receipts with this key"),
    "an unset key": Wrong(f"whsec_{SECRET}", "${KANMEN_TEST_UNSET}", "${KANMEN", "export KANMEN_TEST_UNSET"),
    "a key whose file is not there": Wrong(f"whsec_{SECRET}", "${file:no}", "${file:no", "write the secret into it"),
    "two targets of one id": Wrong("id: room", "id: station # b", "# b", "two targets have this id; rename one"),
    "an unknown key": Wrong("private: true", "privat: true", "privat:", "targets.1.privat: unknown key"),
    "no patience": Wrong("private: true", "private: true\n      timeout_s: 0", "timeout_s", "must be more than 0"),
    "a source with blanks": Wrong("/cn/placeholder/corner", "the corner", "source:", "without blanks"),
    "a public address with a path": Wrong(
        "  targets:", "  public_url: https://wall.example/x\n  targets:", "public_url", "without a path"
    ),
    "links for two days": Wrong("  targets:", "  link_h: 48\n  targets:", "link_h", "must be at most 24"),
}


@pytest.fixture
def with_police(spoil: Spoil) -> Spoil:
    """Writes the good configuration with a police's part in which one piece is replaced."""

    def write(old: str = "", new: str = "") -> Path:
        if old:
            assert POLICE.count(old) >= 1
        return spoil(("people:\n", POLICE.replace(old, new, 1) + "people:\n" if old else POLICE + "people:\n"))

    return write


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_line_and_remedy_but_no_key(with_police: Spoil, wrong: Wrong) -> None:
    path = with_police(wrong.old, wrong.new)

    told = told_of(path)

    assert any(wrong.says in line and line.startswith(f"{path}:{line_of(path, wrong.at)}: ") for line in told), told
    assert SECRET not in "".join(told)
    assert OTHER not in "".join(told)
    assert "sesame" not in "".join(told)


def test_a_good_one_is_read_and_shows_its_keys_nowhere(with_police: Spoil) -> None:
    site = read_site(with_police())

    first, second = site.police.targets
    assert first.secret == first.receipt_secret == b"0123456789abcdef0123456789abcdef"
    assert second.private
    assert SECRET not in repr(site)
    assert "station.example/hook" not in repr(site.police.targets)
    assert SECRET not in str(secretless(site, site.cameras[0]))


def test_a_lost_key_costs_only_the_pushes_of_a_site_that_runs(with_police: Spoil) -> None:
    path = with_police(f"whsec_{SECRET}", "${file:police.key}")

    site = read_site(path, opens=())

    assert site.police.targets[0].secret == b""
    assert site.police.targets[1].secret == b"f" * 32
    assert any("there is no such file" in line for line in told_of(path))


def test_another_target_starts_the_desk_anew_and_nobody_else(with_police: Spoil) -> None:
    before = read_site(with_police())

    after = read_site(with_police("example/hook", "example/other"))

    assert changes(before, after).roles == {"desk"}
    assert changes(before, after).fixed == ()
