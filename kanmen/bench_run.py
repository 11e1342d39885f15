"""One measurement: so many simulated cameras through the whole product, and what that took."""

import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.read import read_site
from kanmen.bench_costs import Costs
from kanmen.bench_site import Moment, RunningSite, write_site
from kanmen.memory import proportional_mib
from kanmen.processor import cores
from models.journal import latencies
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread

_LIVE_S: Final = 120.0
"""What all cameras may take to be live."""

_WARM_S: Final = 3.0
"""After the last camera's first frame; by then the start is over."""

_APART_S: Final = 1.37
"""Each camera is so much further in its clip than the one before: the cameras of a site are not in step."""

_DROPS: Final = (
    *("superseded", "overwritten", "backdated", "stale", "frozen_skipped"),  # by detect
    *("decode_overflow", "corrupt", "link_full", "held", "settling", "unstamped"),  # by ingest
)

_OF_DETECT: Final = ("copy", "track", "rules", "snapshot", "journal")
"""Stages that detect's threads time themselves; the rest of its processor time is inference and reading its output."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is measured.

    Attributes:
        cameras: How many.
        fps: How often each is to be looked at, a second.
        seconds: How long, once all are live.
        alerts: Whether the cameras raise alerts.
        model: Name of the weights.
        models: Folder in which they lie.
    """

    cameras: int
    fps: float
    seconds: float
    alerts: bool
    model: str
    models: Path


def run(offer: Offer, clips: Sequence[Clip], folder: Path, tick: Callable[[float], None]) -> dict[str, Any]:
    """Run the product and measure; `folder` is emptied first, `tick` is told the seconds measured so far.

    Raises:
        KanmenError: it did not come up, or did not stay up; says what it said last.
    """
    shutil.rmtree(folder, ignore_errors=True)
    names = [f"gate-{number + 1}" for number in range(offer.cameras)]
    cameras = [SimulatedCamera(name, clips[n % len(clips)], offset_s=_APART_S * n) for n, name in enumerate(names)]
    with ExitStack() as stack:
        simulator = stack.enter_context(SimulatorThread(cameras))
        urls = {name: simulator.url(name) for name in names}
        config = write_site(folder, urls, offer.fps, offer.model, alerts=offer.alerts)
        site = read_site(config)
        shutil.copytree(offer.models, site.weights_path)
        product = stack.enter_context(RunningSite(site, config))
        product.until_live(_LIVE_S)
        time.sleep(_WARM_S)
        before = product.moment()
        told = len(latencies(site.journal_path))
        began = time.monotonic()
        while (passed := time.monotonic() - began) < offer.seconds:
            tick(passed)
            product.check()
            time.sleep(min(0.5, offer.seconds - passed))
        after = product.moment()
        memory = proportional_mib(product.pid)
        sent = [late.sent_ms for late in latencies(site.journal_path)[told:] if late.sent_ms is not None]
    tick(offer.seconds)
    return _figures(offer, before, after, sent, memory)


def with_limit(figures: dict[str, Any], offer: Offer, before: Costs, after: Costs) -> dict[str, Any]:
    """The figures beside the limit of the machine, and of the cores that other programmes left to us.

    The limit is of the costs before and after the run; `drift` says how far apart those two are, which a machine that
    is ours alone keeps small.
    """
    costs = Costs.between(before, after)
    left = max(0.0, cores() - figures["cores"]["simulator"] - figures["cores"]["others"])
    offered = offer.cameras * offer.fps
    whole, of_left = (costs.limit(offer.cameras, available) for available in (cores(), left))
    rate = figures["camera_frames_per_s"]
    return {
        **figures,
        "limit": {
            "decode_ms_per_stream_s": round(costs.decode_s * 1000, 2),
            "scale_ms": round(costs.scale_s * 1000, 2),
            "inference_ms": round(costs.infer_s * 1000, 2),
            "drift": round(abs(after.infer_s - before.infer_s) / costs.infer_s, 3),
            "camera_frames_per_s": round(whole, 1),
            "ratio": round(rate / min(whole, offered), 3),
            "cores_left": round(left, 2),
            "camera_frames_per_s_of_cores_left": round(of_left, 1),
            "ratio_of_cores_left": round(rate / min(of_left, offered), 3) if of_left else None,
        },
    }


def _figures(offer: Offer, before: Moment, after: Moment, sent: Sequence[float], memory: float) -> dict[str, Any]:
    seconds = (after.status["at"] - before.status["at"]) / 1e6
    frames = after.count("analysed") - before.count("analysed")
    spent = {kind: s - before.spent.get(kind, 0.0) for kind, s in after.spent.items()}
    detect = {s: (after.count(f"{s}_cpu_us") - before.count(f"{s}_cpu_us")) / 1e6 for s in _OF_DETECT}
    total, simulator = sum(spent.values()), after.simulator_s - before.simulator_s
    track_rules = detect["track"] + detect["rules"]
    infer = spent.get("detect", 0.0) - sum(detect.values())
    stages = {"ingest": spent.get("ingest", 0.0), "infer": infer, "track_rules": track_rules}
    stages["rest"] = total - sum(stages.values())
    drops = {name: after.count(name) - before.count(name) for name in _DROPS}
    return {
        "cameras": offer.cameras,
        "offered_fps": offer.fps,
        "raises_alerts": offer.alerts,
        "seconds": round(seconds, 1),
        "frames": frames,
        "camera_frames_per_s": round(frames / seconds, 2),
        "late": after.count("late") - before.count("late"),
        "dropped": {name: count for name, count in drops.items() if count},
        "cpu_ms_per_camera_frame": {
            name: round(1000 * s / max(frames, 1), 2) for name, s in {**stages, "total": total}.items()
        },
        "cores": {
            "product": round(total / seconds, 2),
            "simulator": round(simulator / seconds, 2),
            "others": round(max(0.0, after.busy_s - before.busy_s - total - simulator) / seconds, 2),
        },
        "taken_to_redis_ms": {"alerts": len(sent), **_percentiles(sent)},
        "memory_mib": round(memory, 1),
    }


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    if len(values) < 2:  # noqa: PLR2004 (a percentile lies between two)
        return dict.fromkeys(("p50", "p95", "p99"))
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p{at}": round(cuts[at - 1], 1) for at in (50, 95, 99)}
