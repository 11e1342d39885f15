"""Footage is replayed as closely as its camera is looked at live: in tiles where that is configured."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from detect.scripted import ScriptedDetector, detections
from detect.tiles import Tiled
from detect.watch import Looked
from ingest.samples import Chosen
from kanmen.replay_files import replay_files
from kanmen.replay_site import instant, plain_site
from models.detection import Detections
from models.frame import Frame
from models.labels import PERSON

_LEAST_PX = 30
"""Who is lower than that in its input, this detector does not find."""


def _finds(frame: Frame) -> Detections:
    rows, columns = np.nonzero(frame.image[:, :, 0] > 127)
    height, width = frame.image.shape[:2]
    if not len(rows) or (rows.max() - rows.min() + 1) * 640 / width < _LEAST_PX:
        return Detections.none()
    box = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
    return detections((PERSON, 0.8, box))


@pytest.mark.parametrize(
    ("tiles", "width", "found"), [(1, 640, 0), (2, 1066, 7)]
)  # a track is shown from its second sighting on
def test_somebody_far_away_is_found_where_the_camera_is_looked_at_in_tiles(
    tiles: int, width: int, found: int, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(8):
        image = np.zeros((720, 1280, 3), np.uint8)
        image[200:248, 300 + number : 320 + number] = 255
        cv2.imwrite(str(pictures / f"{number}.png"), image)
    plain = plain_site()
    camera = plain.cameras[0].model_copy(update={"tiles": tiles})
    site = plain.model_copy(update={"cameras": (camera,)})
    wide, people = set[int](), 0

    def seen(chosen: Chosen, looked: Looked) -> None:
        nonlocal people
        wide.add(chosen.frame.image.shape[1])
        people += len(looked.tracks)

    detector = Tiled(ScriptedDetector(_finds))
    replay_files(
        [pictures],
        site,
        camera,
        instant(None, site),
        detector,
        fps=None,
        seen=seen,
        progress=lambda *_: None,
    )
    detector.close()

    assert wide == {width}
    assert people == found
