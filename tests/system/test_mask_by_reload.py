"""A mask comes into force while a clip grows: the clip ends there, and nothing later shows what is masked."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import pytest
import redis
import small_site

from ingest.mask import Mask
from models import keys
from models.alert import Alert
from models.clock import to_micros
from models.evidence import Evidence
from models.frame import Image
from models.in_force import InForce
from models.journal import read_entries
from models.live import Fragment
from models.wire import decode_alert, decode_evidence, decode_in_force
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

HOME: Final = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
"""The left of the picture: a street full of people, until it is masked."""

_FLAT: Final = 12.0
"""Spread of grey within what is covered, over which something shows; a coder's ringing stays far below it, a street far
above."""

_LATE_US: Final = 100_000
"""What a worker may take from being told to end to its last picture."""


class Live:
    """Somebody who watches in both forms, and keeps what is published."""

    def __init__(self, url: str) -> None:
        self.fragments: list[Fragment] = []
        self._client = redis.Redis.from_url(url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _watch(self) -> None:
        pubsub = self._client.pubsub(ignore_subscribe_messages=True)
        pubsub.subscribe(*(keys.live("gate-1", form) for form in ("mp4", "jpeg")))
        while not self._stop.is_set():
            for form in ("mp4", "jpeg"):
                self._client.set(keys.lease("gate-1", form), "1", ex=keys.LEASE_LIFE_S)
            message = pubsub.get_message(timeout=0.1)
            if message is not None:
                self.fragments.append(Fragment.unpack(message["data"]))
        pubsub.close()


def shows(image: Image) -> bool:
    """Whether anything is to be seen within the mask, its outermost pixels aside."""
    height, width, _ = image.shape
    within = cv2.erode(Mask([HOME]).covered(width, height).astype(np.uint8), np.ones((15, 15), np.uint8))
    return float(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[within > 0].std()) > _FLAT


def picture(data: bytes) -> Image:
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    return np.ascontiguousarray(shown[..., ::-1])


def pictures_in(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


class Told:
    """What stands in the journal."""

    def __init__(self, site: small_site.RunningSite) -> None:
        rows = [row.entry for row in read_entries(site.site.journal_path)]
        self.alerts: list[Alert] = [decode_alert(row.body) for row in rows if row.kind == "alert"]
        self.evidence: list[Evidence] = [decode_evidence(row.body) for row in rows if row.kind == "evidence"]
        self.in_force: list[InForce] = [decode_in_force(row.body) for row in rows if row.kind == "in_force"]

    def of(self, evidence: Evidence) -> Evidence:
        """What became of it last."""
        return max((one for one in self.evidence if one.id == evidence.id), key=lambda one: one.revision)

    def clips(self) -> list[Evidence]:
        return [one for one in self.evidence if one.kind == "clip" and one.revision == 1]


def growing(site: small_site.RunningSite) -> Evidence | None:
    """A clip that has grown for a while."""
    for clip in Told(site).clips():
        path = site.site.evidence_path / clip.key
        grown = path.with_name(f".{path.name}.growing")
        if grown.is_file() and grown.stat().st_size > 300_000:
            return clip
    return None


def test_a_mask_added_while_a_clip_grows_ends_the_clip_and_hides_all_that_comes_after(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator:
        config = small_site.write_site(tmp_path, {"gate-1": simulator.url("gate-1")}, fps=3)
        good = config.read_text() + "evidence: {clip_before_s: 3, clip_after_s: 30}\n"
        config.write_text(good)
        with small_site.running(config) as site:
            site.until(lambda: site.camera("gate-1").get("taken"), 60, "live camera")
            watching = Live(site.site.redis_url)
            site.until(lambda: growing(site), 60, "growing clip")
            grew = growing(site)
            assert grew is not None

            masks = f"  masks: [{[list(corner) for corner in HOME]}]\n  position:"
            street = "{id: street, name: {zh: 街, en: Street}, points: [[0.4, 0.2], [0.9, 0.2], [0.9, 1], [0.4, 1]]}]\n"
            changed = good.replace("  position:", masks).replace("[0.1, 1]]}]\n", f"[0.1, 1]]}}, {street}")
            config.write_text(changed.replace("rules: [", "rules: [{rule: INTRUDE, zone: street, dwell_s: 1}, "))
            command = [sys.executable, "-m", "kanmen", "reload", "--config", str(config)]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
            site.until(lambda: Told(site).of(grew).state != "pending", 30, "end of the clip")
            site.until(lambda: _kept_later(Told(site)), 150, "clip of an alert behind the mask")
            site.until(lambda: _seen_later(site, watching), 20, "live picture behind the mask")
            watching.end()
        told = Told(site)

    since = told.in_force[-1].since
    ended = told.of(grew)
    folder = site.site.evidence_path
    after = [f for f in watching.fragments if f.taken > to_micros(since)]
    stills = [a for a in told.alerts if a.snapshot]
    later = [a for a in stills if (a.ended or a.detected) > since]
    whole = _kept_later(told)

    assert (ended.state, ended.reason) == ("partial", "interrupted")
    assert ended.ended is not None
    assert to_micros(ended.ended) <= to_micros(since) + _LATE_US
    assert any(map(shows, pictures_in(folder / ended.key))), "its beginning was there before the mask"
    assert {f.kind for f in after} == {"jpeg"}
    assert not any(shows(picture(f.payload)) for f in after)
    assert any(shows(picture(f.payload)) for f in watching.fragments if f.kind == "jpeg"), "the search finds it before"
    assert later
    assert not [a.snapshot for a in later if a.snapshot and shows(picture((folder / a.snapshot).read_bytes()))]
    assert whole
    assert not [one.key for one in whole if any(map(shows, pictures_in(folder / one.key)))]


def _kept_later(told: Told) -> list[Evidence]:
    """Clips of alerts on masked pictures that are at their end."""
    return [one for clip in told.clips() if clip.at > told.in_force[-1].since and (one := told.of(clip)).sha256]


def _seen_later(site: small_site.RunningSite, watching: Live) -> bool:
    since = to_micros(Told(site).in_force[-1].since)
    return sum(f.taken > since for f in watching.fragments) > 10
