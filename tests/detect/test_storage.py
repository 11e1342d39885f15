"""Too little room for evidence is one alert while it lasts, whatever the reason, and stops nobody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.evidence import Evidence
from detect.storage import Room, Storage, StorageAlert
from models.clock import utc_now
from models.evidence import FolderStore

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FULL, WELL = Room(5, 7, "free"), Room(2**40, 7, "")
LIMITS = Evidence()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_one_trouble_is_one_alert_until_it_was_well_for_a_minute() -> None:
    alert = StorageAlert("gsdt", LIMITS, [])
    raised = alert.see(FULL, at(0))
    silent = [alert.see(room, at(s)) for s, room in ((5, FULL), (10, WELL), (40, WELL), (50, FULL), (60, WELL))]
    ended = alert.see(WELL, at(121))
    again = alert.see(FULL, at(130))

    assert [(a.code, a.revision, a.level, a.camera) for a in raised] == [("STORAGE", 1, 3, "")]
    assert silent == [[]] * 5
    assert [(a.id, a.revision, a.ended) for a in ended] == [(raised[0].id, 2, at(60))]
    assert again[0].id != raised[0].id


def test_after_a_restart_the_same_trouble_is_the_same_alert() -> None:
    (raised,) = StorageAlert("gsdt", LIMITS, []).see(FULL, at(0))
    restarted = StorageAlert("gsdt", LIMITS, [raised])
    silent = restarted.see(FULL, at(3))
    restarted.see(WELL, at(10))
    (ended,) = restarted.see(WELL, at(80))

    assert silent == []
    assert (ended.id, ended.revision) == (raised.id, 2)


def test_the_quota_counts_only_what_may_not_go_yet(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    limits = Evidence(quota_gib=1e-6, min_free_gib=0)  # a little more than 1000 bytes
    old, young = utc_now() - timedelta(days=40), utc_now() - timedelta(days=2)
    store.put(f"{old:%Y/%m/%d}/old.mp4", bytes(5000))
    within = Storage(store, limits)
    within.start()
    store.put(f"{young:%Y/%m/%d}/young.mp4", bytes(5000))
    over = Storage(store, limits)
    over.start()
    within.end()
    over.end()

    assert (within.room.used, within.room.trouble) == (0, "")
    assert (over.room.used, over.room.trouble) == (5000, "quota")


def test_a_refused_write_is_trouble_and_so_is_a_disk_with_too_little_left(tmp_path: Path) -> None:
    refusing = Storage(FolderStore(tmp_path), Evidence(min_free_gib=0))
    before = refusing.room.trouble
    refusing.failed()
    full = Storage(FolderStore(tmp_path / "not yet made"), Evidence(min_free_gib=1_000_000))
    full.start()
    full.end()

    assert (before, refusing.room.trouble) == ("", "write")
    assert full.room.trouble == "free"
