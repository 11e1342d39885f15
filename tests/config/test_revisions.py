"""What was in force is kept under its number, what differs is told, and a running process is handed the next one."""

import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.changes import Changes, changes
from config.handover import Handed, Handover, hand_over
from config.read import read_site
from config.revisions import Revisions
from config.site import Site
from models.errors import ConfigError


@pytest.fixture
def kept(tmp_path: Path) -> Revisions:
    return Revisions(tmp_path / "data")


def test_the_same_bytes_are_the_same_revision_and_others_the_next(kept: Revisions) -> None:
    first = kept.keep(b"id: a\n")
    again = kept.keep(b"id: a\n")
    second = kept.keep(b"id: b\n")
    back = kept.keep(b"id: a\n")

    assert again == first
    assert [first.number, second.number, back.number] == [1, 2, 3]
    assert back.sha256 == first.sha256
    assert second.path.read_bytes() == b"id: b\n"
    assert kept.newest() == back


def test_only_the_newest_hundred_are_kept_and_numbers_go_on(kept: Revisions, tmp_path: Path) -> None:
    for number in range(103):
        kept.keep(f"# {number}".encode())

    assert [kept.keep(b"# last").number, len(list((tmp_path / "data/revisions").iterdir()))] == [104, 100]


def test_a_revision_that_was_half_written_does_not_count(kept: Revisions) -> None:
    folder = kept.keep(b"id: a\n").path.parent
    (folder / "0002.77.part").write_bytes(b"id:")

    assert kept.keep(b"id: a\n").number == 1
    assert kept.keep(b"id: b\n").number == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(ConfigError, match="cannot be kept"):
        Revisions(tmp_path / "data").keep(b"id: a\n")


def test_a_disk_that_is_full_refuses_the_revision_and_leaves_no_part_of_it(kept: Revisions) -> None:
    first = kept.keep(b"id: a\n")
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))  # as a full disk: a write takes no more bytes
    try:
        with pytest.raises(ConfigError, match="cannot be kept"):
            kept.keep(b"#" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))

    assert kept.newest() == first
    assert [path.name for path in first.path.parent.iterdir()] == ["0001.yaml"]
    assert kept.keep(b"#" * 5000).number == 2


CHANGES = {
    "nothing": ("id: corner", "id: corner", Changes()),
    "a comment": ("prefix: CRN", "prefix: CRN # ours", Changes()),
    "a zone": ("[0.9, 0.9], [0.1", "[0.8, 0.9], [0.1", Changes(watches=("gate-1",))),
    "a name": ("en: Gate 1", "en: First gate", Changes(watches=("gate-1",))),
    "how closely it is looked at": (
        "position: [0.2, 0.3]",
        "position: [0.2, 0.3]\n    tiles: 2",
        Changes(watches=("gate-1",)),
    ),
    "a rule": ("dwell_s: 3", "dwell_s: 4", Changes(watches=("gate-1",))),
    "an address": ("open-sesame", "other", Changes(streams=("gate-1",))),
    "another id": ("- id: gate-2", "- id: gate-3", Changes(added=("gate-3",), removed=("gate-2",))),
    "the roster": ("en: B}", "en: C}", Changes(roles=frozenset({"desk"}))),
    "the detector": ("fps: 5", "fps: 4", Changes(roles=frozenset({"detect"}))),
    "when a camera is troubled": ("stall_s: 3", "stall_s: 4", Changes(roles=frozenset({"ingest", "detect", "desk"}))),
    "the port": ("port: 8780", "port: 8781", Changes(fixed=(("wall", "port"),))),
    "a name of the wall": ("port: 8780", "port: 8780\n  names: [kanmen.test]", Changes()),
    "a page for officers": (
        "port: 8780",
        "port: 8780\nofficer: {port: 8781}",
        Changes(fixed=(("officer", "host"), ("officer", "port"), ("officer", "tls"))),
    ),
    "the site's id": ("id: corner", "id: other", Changes(fixed=(("id",),))),
}


@pytest.mark.parametrize(("before", "after", "what"), CHANGES.values(), ids=CHANGES)
def test_what_differs_says_who_has_to_notice(spoil, good: Path, before: str, after: str, what: Changes) -> None:
    old = read_site(good)

    assert changes(old, read_site(spoil((before, after)))) == what


def test_all_that_differs_is_told_in_words(spoil, good: Path) -> None:
    old = read_site(good)
    new = read_site(spoil(("- id: gate-2", "- id: gate-3"), ("fps: 5", "fps: 4"), ("open-sesame", "other")))

    assert str(changes(old, new)) == ("gate-3 is added, gate-2 is removed, gate-1 connects anew, detect starts anew")
    assert str(changes(old, old)) == "no process has to change"


@contextmanager
def _handover(config: Path, started: int = 1) -> Iterator[tuple[Handover, socket.socket, Revisions]]:
    kept = Revisions(config.parent / "data")
    revision = [kept.keep(config.read_bytes() + f"# {n}\n".encode()) for n in range(started)][-1]
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    handover = Handover(theirs.fileno(), config, revision)
    yield handover, ours, kept
    handover.close()
    ours.close()
    theirs.close()


def _next(handover: Handover) -> Handed:
    until = time.monotonic() + 5
    while not (handed := handover.next()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.01)
    return handed


def _descriptors() -> set[str]:
    return {f"{fd.name}:{fd.readlink()}" for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}


def test_a_revision_arrives_with_the_descriptors_of_its_new_cameras(good: Path) -> None:
    with _handover(good) as (handover, ours, kept):
        revision = kept.keep(good.read_bytes().replace(b"fps: 5", b"fps: 4"))
        one, other = os.pipe()
        hand_over(ours, revision, {"gate-2": (one, other)})
        handed = _next(handover)
        theirs = handed.links["gate-2"]
        os.write(theirs[1], b"through")
        said = os.read(one, 7)
        for fd in (one, other, *theirs):
            os.close(fd)

    assert (handed.revision, handed.site.detector.fps, said) == (revision, 4.0, b"through")
    assert isinstance(handed.site, Site)


def test_what_is_older_than_the_process_is_passed_over_and_its_descriptors_are_closed(good: Path) -> None:
    with _handover(good, started=2) as (handover, ours, kept):
        paths = sorted((good.parent / "data" / "revisions").iterdir())
        one, other = os.pipe()
        before = _descriptors()
        hand_over(ours, type(kept.keep(good.read_bytes()))(1, "", paths[0]), {"gate-2": (one, other)})
        newest = kept.keep(good.read_bytes() + b"# newest\n")
        hand_over(ours, newest, {})
        handed = _next(handover)
        after = _descriptors()
        os.close(one)
        os.close(other)

    assert handed.revision == newest
    assert after == before


def test_a_revision_that_is_no_longer_good_is_an_error_of_the_process(good: Path) -> None:
    with _handover(good) as (handover, ours, kept):
        hand_over(ours, kept.keep(b"id: corner\n"), {})

        with pytest.raises(ConfigError, match=r"site\.yaml:1"):
            _next(handover)
