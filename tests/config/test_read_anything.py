"""Whatever stands in the file, the reader says a sentence: it never breaks, and never repeats the password."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.read import read_site
from models.errors import ConfigError

PIECES = st.one_of(
    st.sampled_from(
        [
            "",
            "\t",
            "\n",
            "  ",
            "- ",
            ": ",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "#",
            "&a ",
            "*a",
            "!x ",
            "|\n",
            "? ",
            "<<: ",
            "~",
        ]
    ),
    st.sampled_from(["null", "true", ".nan", "-.inf", "1e400", "0x1F", "2026-11-22", "${", "${A", "${HOME}", "---\n"]),
    st.text(max_size=6),
)


@given(at=st.integers(0, 2000), over=st.integers(0, 12), piece=PIECES)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoilt_file_is_told_or_read(good: Path, at: int, over: int, piece: str) -> None:
    text = good.read_text(encoding="utf-8")
    spoilt = good.with_name("spoilt.yaml")
    at %= len(text)
    spoilt.write_bytes((text[:at] + piece + text[at + over :]).encode("utf-8", "replace"))

    try:
        read_site(spoilt)
    except ConfigError as error:
        told = str(error)
    else:
        told = ""

    assert "open-sesame" not in told
    assert all(line.startswith(str(spoilt)) for line in told.splitlines())


@given(data=st.binary(max_size=60))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_no_site_are_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(data)

    with pytest.raises(ConfigError):
        read_site(path)
