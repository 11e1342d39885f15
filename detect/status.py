"""What detect says of itself once a second, and the boxes of one picture, as the wall draws them."""

from collections.abc import Mapping

from detect.figures import Figures
from detect.storage import Room
from detect.watch import Looked, Watch
from models.clock import from_micros
from models.labels import KEY_OF
from models.link import Health
from models.status import Boxes, CameraStatus, WatchStatus


def watch_status(
    *,
    at: int,
    origin: str,
    model: str,
    revision: int,
    unsettled: int,
    room: Room,
    figures: Figures,
    cameras: Mapping[str, CameraStatus],
) -> WatchStatus:
    """The status of all cameras together; `at` in µs."""
    return {
        "at": at,
        "origin": origin,
        "model": model,
        "revision": revision,
        "analysed_fps": round(sum(camera["analysed_fps"] for camera in cameras.values()), 2),
        "latency_ms": figures.latency_ms(),
        "storage": {"free": room.free, "used": room.used, "trouble": room.trouble},
        "unsettled": unsettled,
        "cameras": dict(cameras),
    }


def camera_status(
    watch: Watch, health: Health | None, figures: Figures, seen: Mapping[str, int], at: int
) -> CameraStatus:
    """The status of one camera.

    Args:
        watch: Of this camera.
        health: The worker's newest word, None where it has not spoken.
        figures: Of all cameras.
        seen: How many things of each label its newest picture shows.
        at: Now, µs.
    """
    camera, span = watch.camera.id, watch.sight.span
    return {
        "state": health.state if health else "connecting",
        "since": health.since if health else at,
        "attempt": health.attempt if health else 0,
        "retry_at": health.retry_at if health else None,
        "detail": health.detail if health else "",
        "codec": health.codec if health else "",
        "skew_s": health.skew_s if health else None,
        "width": health.width if health else 0,
        "height": health.height if health else 0,
        "fps": health.fps if health else 0.0,
        "counts": {**(health.counts if health else {}), **figures.counts(camera)},
        "taken": watch.taken,
        "analysed_fps": figures.rate(camera),
        "seen": dict(seen),
        "blind_since": span.began if span else None,
        "blind_reason": span.reason if span else None,
        "off_schedule": watch.off(from_micros(at)),
        "modelless": watch.modelless,
        "looks": watch.camera.looks,
    }


def boxes(camera: str, taken: int, looked: Looked) -> Boxes:
    """The boxes of one picture; `taken` in µs."""
    return {
        "camera": camera,
        "taken": taken,
        "tracks": [
            {
                "id": track.id,
                "key": KEY_OF.get(track.label, ""),
                "box": [round(v, 4) for v in track.box],
                "alert": track.id in looked.involved,
            }
            for track in looked.tracks
        ],
    }
