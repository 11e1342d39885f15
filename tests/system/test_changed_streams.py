"""Cameras that change codec or size on the way, or lose packets: told truly, watched and kept on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pytest
import redis
import small_site
import told
from street import street

from models import keys
from models.clock import utc_now
from models.evidence import Evidence, FolderStore
from models.live import Fragment
from scenes.camera import SimulatedCamera
from scenes.nal import H265
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.alone, pytest.mark.fault, pytest.mark.timeout(240)]

_SITE = ("evidence: {clip_before_s: 2, clip_after_s: 6, min_free_gib: 0}", "health: {freeze_s: 60}")
_SILL = "lines: [{id: sill, name: {zh: 线, en: Sill}, start: [0.5, 1], end: [0.5, 0]}]"
_UDP = "transport: udp"
_MASK = "masks: [[[0, 0], [0.3, 0], [0.3, 1], [0, 1]]]"

CAMERAS = {
    "announced": (_SILL,),
    "unannounced": (_SILL,),
    "size-udp": (_SILL, _UDP),
    "size-masked": (_SILL, _MASK),
    "lossy-udp": (_SILL, _UDP),
}
CODEC = ("announced", "unannounced")
CHANGING = (*CODEC, "size-udp", "size-masked")
SHOWN = {name: {"init", "key", "delta", "jpeg"} if name == "size-udp" else {"jpeg"} for name in CHANGING}


@contextmanager
def _running(folder: Path, footage: Path) -> Iterator[tuple[small_site.RunningSite, SimulatorThread]]:
    usual, hevc, small = street(footage, folder, 288), street(footage, folder, 288, H265), street(footage, folder, 192)
    others = {"announced": hevc, "unannounced": hevc, "size-udp": small, "size-masked": small}
    cameras = [SimulatedCamera(name, usual, other=others.get(name)) for name in CAMERAS]
    with SimulatorThread(cameras) as simulator:
        urls = {name: simulator.url(name) for name in CAMERAS}
        config = small_site.write_site(folder, urls, fps=3, settings=_SITE, of_camera=CAMERAS)
        text = config.read_text().replace("cooldown_s: 2}]", "cooldown_s: 2}, {rule: LINE, line: sill, cooldown_s: 1}]")
        config.write_text(text)
        with small_site.running(config) as site:
            site.until(lambda: all(site.camera(name).get("taken") for name in CAMERAS), 60, "live cameras")
            yield site, simulator


def test_cameras_that_change_or_lose_are_told_truly_watched_and_kept_on(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with _running(tmp_path, footage) as (site, simulator):
        site.until(
            lambda: set(CAMERAS) <= {e.camera for e in told.evidence_of(site.site)},
            40,
            "a clip of each camera that grows",
        )
        simulator.fault("unannounced", "unannounced")
        changed = utc_now()
        simulator.fault("lossy-udp", "loss", 0.01)
        for name in CHANGING:
            simulator.fault(name, "other")
        for name in CODEC:
            site.until(lambda n=name: site.camera(n).get("codec") == "hevc", 15, f"{name} as H.265")
        live = {name: _watched(site, name, wanted) for name, wanted in SHOWN.items()}
        during = {name: site.camera(name) for name in CAMERAS}
        time.sleep(5)  # enough for somebody to cross the line
        back = utc_now()
        for name in CHANGING:
            simulator.fault(name, "other", "off")
        for name in CODEC:
            site.until(lambda n=name: site.camera(n).get("codec") == "h264", 20, f"{name} as H.264")
        time.sleep(6)  # and for the clips that grow
        ended = utc_now()
        site.until(lambda: not _pending(site, ended), 30, "an answer to each request for evidence")
        after = {name: site.camera(name) for name in CAMERAS}
        kept, spans = (
            told.evidence_of(site.site),
            [span for span in told.spans_of(site.site) if span.began > changed - told.NEAR],
        )
        untold = {name: told.untold(site.site, name, changed) for name in CAMERAS}
    clips = [e for e in kept if e.kind == "clip" and e.state in ("ready", "partial")]

    assert untold == {name: [] for name in CAMERAS}
    for name in CODEC:  # a camera that is asked anew may be back too soon for a span
        began = [span.began for span in spans if span.camera == name]
        assert [at for at in began if not any(abs(at - moment) <= told.NEAR for moment in (changed, back))] == []
        assert len(began) <= len((changed, back))
    # H.264 that was not announced is thrown away by FFmpeg until the stall is noticed
    assert any(span.camera == "unannounced" and abs(span.began - back) <= told.NEAR for span in spans)
    assert live == SHOWN
    assert {name: during[name]["height"] for name in CHANGING} == dict.fromkeys(CODEC, 288) | dict.fromkeys(
        ("size-udp", "size-masked"), 192
    )
    assert {name: (camera["state"], camera["height"]) for name, camera in after.items()} == dict.fromkeys(
        CAMERAS, ("live", 288)
    )
    assert {e.camera for e in clips if e.at > changed} == set(CAMERAS)
    assert {e.reason for e in clips} <= {"", "changed", "starts_late", "gap", "ends_early"}
    assert {e.camera for e in clips if e.reason == "changed"} == set(CHANGING)
    assert all(_is_covered(site, e) for e in clips if e.camera == "size-masked")


def _is_covered(site: small_site.RunningSite, clip: Evidence) -> bool:
    """Whether all pictures of a clip are flat where the mask lies."""
    path = FolderStore(site.site.evidence_path).file(clip.key)
    assert path is not None
    with av.open(str(path)) as source:
        grey = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
    return bool(grey) and all(float(np.std(image[:, : image.shape[1] // 4])) < 2 for image in grey)


def _pending(site: small_site.RunningSite, until: datetime) -> list[Evidence]:
    return [e for e in told.evidence_of(site.site) if e.state == "pending" and e.at < until]


def _watched(site: small_site.RunningSite, camera: str, wanted: set[str]) -> set[str]:
    """The kinds of fragments that a wall gets which watches in both forms: for two seconds, and until it has these."""
    kinds: set[str] = set()
    with redis.Redis.from_url(site.site.redis_url) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(*(keys.live(camera, form) for form in ("mp4", "jpeg")))
        begun, due = time.monotonic(), 0.0
        while (now := time.monotonic()) < begun + 2 or (now < begun + 15 and not wanted <= kinds):
            if now >= due:
                due = now + 1
                for form in ("mp4", "jpeg"):
                    client.set(keys.lease(camera, form), "1", ex=keys.LEASE_LIFE_S)
            if message := heard.get_message(timeout=0.1):
                kinds.add(Fragment.unpack(message["data"]).kind)
    return kinds
