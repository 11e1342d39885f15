"""A snapshot is the frame that fired, in its colours, under a key of its own."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest

from media.snapshot import encode_jpeg, snapshot_key
from models.evidence import FolderStore

_ID = UUID("d3b07384-d9a0-4c2f-9f25-0c8a5a3d7f11")


def test_a_snapshot_keeps_size_and_colours() -> None:
    image = np.zeros((90, 160, 3), np.uint8)
    image[:, :80] = (200, 30, 20)
    image[:, 80:] = (10, 40, 220)
    back = cv2.cvtColor(cv2.imdecode(np.frombuffer(encode_jpeg(image), np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    assert back.shape == image.shape
    assert np.abs(back[45, 20].astype(int) - (200, 30, 20)).max() < 8
    assert np.abs(back[45, 140].astype(int) - (10, 40, 220)).max() < 8


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be encoded"):
        encode_jpeg(np.zeros((0, 0, 3), np.uint8))


def test_a_key_names_day_alert_and_revision_and_fits_the_store(tmp_path: Path) -> None:
    key = snapshot_key(_ID, 3, datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    store = FolderStore(tmp_path)
    store.put(key, b"picture")

    assert key == "2026/11/22/d3b07384-d9a0-4c2f-9f25-0c8a5a3d7f11-3.jpg"
    assert store.get(key) == b"picture"


def test_the_day_is_utc() -> None:
    evening = datetime(2026, 11, 23, 7, 30, tzinfo=timezone(timedelta(hours=8)))

    assert snapshot_key(_ID, 1, evening).startswith("2026/11/22/")
