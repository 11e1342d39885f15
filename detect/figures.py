"""What detect says of its own work: counters by camera, time by stage, rates and latency of the last seconds."""

from collections import deque
from collections.abc import Iterable
from statistics import median
from typing import Final

from models.clock import Monotonic, monotonic_now

WINDOW_S: Final = 10.0
"""Rates and latency are those of the last ten seconds."""

STAGES: Final = ("copy", "infer", "track", "rules", "health", "snapshot", "journal", "observe")
"""`infer` is from submission to result, so it counts waiting inside the detector too."""

LATE_S: Final = 1.0
"""A frame that is tracked later than this after it was taken is counted as late: its alert would be late too."""

_COUNTED: Final = (
    "analysed",
    "late",
    "superseded",
    "overwritten",
    "backdated",
    "stale",
    "frozen_skipped",
    "unreadable",
    "want_unsent",
    "request_unsent",
    "boxes_dropped",
    "snapshots_failed",
    "removed",
    "observations_dropped",
    "observations_failed",
)


class Figures:
    """Counters; each name is written by one thread only, any thread may read.

    Args:
        cameras: Ids.
    """

    def __init__(self, cameras: Iterable[str]) -> None:
        self._names = [*_COUNTED, *(f"{stage}{kind}_us" for stage in STAGES for kind in ("", "_cpu"))]
        self._counts = {camera: dict.fromkeys(self._names, 0) for camera in cameras}
        self._looked: dict[str, deque[tuple[Monotonic, float]]] = {camera: deque() for camera in self._counts}

    def add(self, camera: str) -> None:
        """One more camera; one that was here before goes on where it stopped."""
        if camera not in self._counts:  # new dicts: another thread may be going through the old ones
            self._looked = {**self._looked, camera: deque()}
            self._counts = {**self._counts, camera: dict.fromkeys(self._names, 0)}

    def count(self, camera: str, name: str) -> None:
        """One more of these."""
        self._counts[camera][name] += 1

    def spent(self, camera: str, stage: str, wall_s: float, cpu_s: float) -> None:
        """A stage took so long for one frame of this camera."""
        counts = self._counts[camera]
        counts[f"{stage}_us"] += round(wall_s * 1e6)
        counts[f"{stage}_cpu_us"] += round(cpu_s * 1e6)

    def analysed(self, camera: str, latency_s: float) -> None:
        """A frame is tracked, so long after it was taken; called by the thread that reads the rates."""
        self.count(camera, "analysed")
        if latency_s > LATE_S:
            self.count(camera, "late")
        self._looked[camera].append((monotonic_now(), latency_s))

    def counts(self, camera: str) -> dict[str, int]:
        """All counters of a camera."""
        return dict(self._counts[camera])

    def rate(self, camera: str) -> float:
        """Frames of this camera analysed a second."""
        return round(len(self._recent(camera)) / WINDOW_S, 2)

    def latency_ms(self) -> float:
        """Median from picture taken to tracked, all cameras."""
        latencies = [latency for camera in self._looked for _, latency in self._recent(camera)]
        return round(median(latencies) * 1000, 1) if latencies else 0.0

    def totals(self) -> dict[str, float]:
        """Wall and CPU milliseconds per analysed camera-frame by stage, and the counters summed over cameras."""
        summed = {name: sum(c[name] for c in self._counts.values()) for name in next(iter(self._counts.values()), {})}
        frames = max(summed.get("analysed", 0), 1)
        return {
            name.removesuffix("_us") + "_ms" if name.endswith("_us") else name: (
                round(value / frames / 1000, 4) if name.endswith("_us") else value
            )
            for name, value in summed.items()
        }

    def _recent(self, camera: str) -> deque[tuple[Monotonic, float]]:
        looked, since = self._looked[camera], monotonic_now() - WINDOW_S
        while looked and looked[0][0] < since:
            looked.popleft()
        return looked
