"""What the watch side says of itself once a second, under `models.keys.STATUS`, and the boxes it draws."""

from typing import TypedDict


class CameraStatus(TypedDict):
    """One camera as the wall shows it.

    state, since, attempt, retry_at, detail, codec, width, height, fps, skew_s, counts: as models.link.Health.
    taken: µs of the newest frame that was analysed, None before the first.
    analysed_fps: Frames analysed a second, over the last 10 s.
    seen: How many of each label key (person, two_wheeler, vehicle) the newest analysed frame shows.
    blind_since: µs since which this camera could not have alerted, None while it can.
    blind_reason: Key of models.alert.BLIND_REASONS, None while it can.
    off_schedule: Ids of its rules that are outside of their armed hours.
    modelless: Ids of its rules that are off: no model is named for them, or it cannot be used.
    looks: How often the detector looks at one picture: more than once where that is cut into tiles.
    """

    state: str
    since: int
    attempt: int
    retry_at: int | None
    detail: str
    codec: str
    width: int
    height: int
    fps: float
    skew_s: float | None
    counts: dict[str, int]
    taken: int | None
    analysed_fps: float
    seen: dict[str, int]
    blind_since: int | None
    blind_reason: str | None
    off_schedule: list[str]
    modelless: list[str]
    looks: int


class StorageStatus(TypedDict):
    """Room for evidence, bytes; `trouble` is free, quota or write, and empty where all is well."""

    free: int
    used: int
    trouble: str


class WatchStatus(TypedDict):
    """The whole watch side.

    at: µs since 1970 UTC.
    origin: Of its journal.
    model: Name of the detector weights.
    revision: Number of the configuration that is in force; 0 where none was said.
    analysed_fps: Camera-frames a second over the last 10 s.
    latency_ms: Median of picture taken → tracked, over the last 10 s.
    storage: Room for evidence.
    unsettled: Journal entries that the desk has not yet said to be safe.
    cameras: By id.
    """

    at: int
    origin: str
    model: str
    revision: int
    analysed_fps: float
    latency_ms: float
    storage: StorageStatus
    unsettled: int
    cameras: dict[str, CameraStatus]


class DrawnTrack(TypedDict):
    """A box on a tile: fractions, label key, and whether it is part of an open alert."""

    id: int
    key: str
    box: list[float]
    alert: bool


class Boxes(TypedDict):
    """The tracks of one analysed frame; `taken` in µs says on which picture to draw them."""

    camera: str
    taken: int
    tracks: list[DrawnTrack]
