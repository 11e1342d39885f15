"""Package indexes are asked as pip would ask them on this machine."""

import sys
from pathlib import Path

import pytest

from kanmen.pip_settings import read_pip_settings, settings_of, shown


def test_the_environment_wins_over_the_command_over_the_machine() -> None:
    settings = settings_of(
        [
            "global.index-url='https://machine.invalid/simple'",
            "install.index-url='https://command.invalid/simple'",
            "global.timeout='7'",
            ":env:.index-url='https://environment.invalid/simple'",
            "global.extra-index-url='https://a.invalid/simple\\nfile:///srv/simple'",
        ]
    )

    assert settings.indexes == (
        "https://environment.invalid/simple",
        "https://a.invalid/simple",
        "file:///srv/simple",
    )
    assert settings.timeout_s == 7


def test_where_nothing_is_configured_there_is_one_public_index() -> None:
    settings = settings_of([])

    assert len(settings.indexes) == 1
    assert settings.indexes[0].startswith("https://")
    assert settings.find_links == ()


def test_no_index_leaves_only_find_links(tmp_path: Path) -> None:
    settings = settings_of([":env:.no-index='1'", f":env:.find-links='{tmp_path} https://page.invalid/links'"])

    assert settings.indexes == ()
    assert settings.find_links == (tmp_path.as_uri(), "https://page.invalid/links")


def test_certificates_proxy_and_trusted_hosts_are_taken_over() -> None:
    settings = settings_of(
        [
            "global.cert='/etc/ssl/site.pem'",
            "global.client-cert='/etc/ssl/me.pem'",
            "global.proxy='http://proxy.invalid:3128'",
            "global.trusted-host='a.invalid b.invalid:8443'",
            ":env:.default-timeout='180'",
        ]
    )

    assert settings.cert == Path("/etc/ssl/site.pem")
    assert settings.client_cert == Path("/etc/ssl/me.pem")
    assert settings.proxy == "http://proxy.invalid:3128"
    assert settings.trusted_hosts == ("a.invalid", "b.invalid:8443")
    assert settings.timeout_s == 180


@pytest.mark.parametrize(
    "line", ["", "WARNING: pip is old", "global.index-url=", "wheel.index-url='https://x.invalid'"]
)
def test_a_line_that_says_nothing_to_us_is_passed_over(line: str) -> None:
    assert settings_of([line]) == settings_of([])


def test_pips_own_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://mirror.invalid/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_TIMEOUT", "9")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    settings = read_pip_settings()

    assert settings.indexes[0] == "https://mirror.invalid/simple"
    assert settings.timeout_s == 9


def test_without_pip_its_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.invalid/simple")

    assert read_pip_settings().indexes[0] == "https://mirror.invalid/simple"


def test_names_and_passwords_are_not_shown() -> None:
    assert shown("https://user:pass@mirror.invalid/simple: refused") == "https://***@mirror.invalid/simple: refused"


def test_a_password_with_an_at_sign_is_hidden_whole() -> None:
    said = shown("cannot reach https://me:pa@ss@index.invalid/simple, see https://page.invalid/a@b")

    assert said == "cannot reach https://***@index.invalid/simple, see https://page.invalid/a@b"
