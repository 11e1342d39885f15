"""A yard that is walked into and out of by the truth: footage, and a detector that sees what is there."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from config.site import Camera, Site
from detect.scripted import ScriptedDetector, detections
from kanmen.replay_files import Seen as Hearer
from kanmen.replay_files import replay_files
from kanmen.replay_report import Replayed
from kanmen.replay_site import instant, plain_site
from models.detection import Detections
from models.frame import Frame
from models.geometry import Box
from models.labels import PERSON
from scenes.encode import ClipWriter
from scenes.truth import Seen, Truth

FPS = 10
SECONDS = 40


def yard_site() -> Site:
    """People who stay in the yard are alerted, and those who cross its edge are counted."""
    plain = plain_site()
    yard = {"id": "yard", "name": {"zh": "院", "en": "Yard"}, "points": [(0.5, 0), (1, 0), (1, 1), (0.5, 1)]}
    rules = [{"rule": "INTRUDE", "zone": "yard", "cooldown_s": 2}, {"rule": "FLOW", "line": "middle"}]
    camera = Camera.model_validate(plain.cameras[0].model_dump() | {"zones": [yard], "rules": rules})
    return plain.model_copy(update={"cameras": (camera,)})


def yard_truth() -> Truth:
    """Somebody walks in, stays, and walks out again; later another one."""

    def walk(actor: str, first: int) -> Seen:
        xs = [*np.linspace(0.2, 0.7, 50).tolist(), *[0.7] * 50, *np.linspace(0.7, 0.2, 50).tolist()]
        boxes = tuple((x - 0.05, 0.3, x + 0.05, 0.8) for x in xs)
        return Seen(actor, "person", first, tuple((x, 0.8) for x in xs), boxes)

    return Truth("yard", FPS, SECONDS * FPS, (walk("one", 20), walk("two", 220)))


def noisy_clip(path: Path, seconds: int = SECONDS) -> Path:
    """Pictures of nothing: who is in them is said by the truth."""
    chance = np.random.default_rng(1)
    writer = ClipWriter(path, 96, 64, Fraction(FPS), {"preset": "ultrafast", "crf": "24"})
    for number in range(seconds * FPS):
        picture = chance.integers(60, 120, (96, 96)).astype(np.uint8)
        writer.write(av.VideoFrame.from_ndarray(picture, format="yuv420p"), number * 90_000 // FPS)
    writer.close()
    return path


def began(site: Site) -> datetime:
    """Where the clips begin: so that a minute ends within them."""
    return instant("2026-01-01T12:00:40", site)


def replayed(
    clips: list[Path],
    site: Site,
    truth: Truth,
    seen: Hearer = lambda *_: None,
    always: Iterable[tuple[int, float, Box]] = (),
) -> Replayed:
    """The replay of clips in which the detector sees what is there by the truth, and what always is."""

    def look(frame: Frame) -> Detections:
        number = round((frame.taken - began(site)).total_seconds() * FPS)
        boxes = [s.boxes[number - s.first] for s in truth.seen if 0 <= number - s.first < len(s.boxes)]
        return detections(*((PERSON, 0.9, box) for box in boxes if box), *always)

    detector = ScriptedDetector(look)
    try:
        return replay_files(
            clips, site, site.cameras[0], began(site), detector, fps=None, seen=seen, progress=lambda *_: None
        )
    finally:
        detector.close()
