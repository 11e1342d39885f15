"""A certificate that no browser would take is a mistake of the configuration, told with its line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from certificates import DAY, make_certificate
from misread import line_of, told_of

from config.certificates import ending
from config.read import read_site
from models.clock import utc_now

Spoil = Callable[..., Path]

TLS = "port: 8780\n  tls:\n    certificate: own.pem\n    key: own.key"


@pytest.fixture
def secured(spoil: Spoil) -> Path:
    """A configuration whose wall speaks TLS; the test puts the files there."""
    return spoil(("port: 8780", TLS))


def test_a_good_one_is_taken_from_the_configurations_own_folder(secured: Path) -> None:
    pair = make_certificate(secured.parent)

    site = read_site(secured)

    assert site.wall.tls.files == (pair.certificate, pair.key)
    assert site.wall.address(8780) == "https://127.0.0.1:8780/"


WRONG: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "the key of another": (
        lambda folder: make_certificate(folder, "other").key.rename(make_certificate(folder).key),
        "key:",
        "wall.tls.key: is not the key of this certificate",
    ),
    "a key with a password": (
        lambda folder: make_certificate(folder, password=b"open-sesame"),
        "key:",
        "wall.tls.key: is not the key of this certificate, in PEM and without a password",
    ),
    "a text that is no certificate": (
        lambda folder: make_certificate(folder).certificate.write_text("hello"),
        "certificate:",
        "wall.tls.certificate: is no certificate in PEM",
    ),
    "a text that is no key": (
        lambda folder: make_certificate(folder).key.write_text("hello"),
        "key:",
        "wall.tls.key: is not the key of this certificate",
    ),
    "one that is not there": (
        lambda folder: make_certificate(folder).certificate.unlink(),
        "certificate:",
        "wall.tls.certificate: there is no such file",
    ),
    "a folder": (
        lambda folder: (make_certificate(folder).key.unlink(), (folder / "own.key").mkdir()),
        "key:",
        "wall.tls.key: is a folder; name the file in it",
    ),
}


@pytest.mark.parametrize(("put", "at", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_one_is_told_with_its_line(secured: Path, put: Callable[[Path], object], at: str, says: str) -> None:
    put(secured.parent)

    told = told_of(secured)

    assert len(told) == 1
    assert told[0].startswith(f"{secured}:{line_of(secured, at)}: {says}")


def test_the_end_of_a_certificate_is_told_a_month_ahead(secured: Path) -> None:
    told = []
    for days in (28, 33):
        make_certificate(secured.parent, days=days)
        told.append(list(ending(read_site(secured), utc_now())))

    assert [len(lines) for lines in told] == [1, 0]
    assert told[0][0].startswith("wall: its certificate ends in 27.0 days; renew it")


@pytest.mark.parametrize(
    ("begins", "says"),
    [
        (-3 * DAY, "wall: its certificate ended 1.0 days ago and browsers refuse it"),
        (DAY, "wall: its certificate begins in 1.0 days; is this machine's clock right?"),
    ],
)
def test_a_site_watches_on_by_a_certificate_out_of_its_time_and_says_so(
    secured: Path, begins: timedelta, says: str
) -> None:
    make_certificate(secured.parent, begins=utc_now() + begins)

    (told,) = ending(read_site(secured), utc_now())

    assert told.startswith(says)
