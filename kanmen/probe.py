"""Looks at all that a site is made of before it runs: cameras, Redis, database, weights, disk; keeps pictures."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from config.site import Camera, Site
from kanmen.probe_parts import look_at_database, look_at_disk, look_at_redis, look_at_weights
from models.clock import Monotonic, monotonic_now
from models.errors import KanmenError

if TYPE_CHECKING:
    from ingest.look import Look
    from kanmen.progress import Report
    from models.frame import Image

_KEY_S: Final = 4.0
"""After a break a camera is blind until its next key picture; more than this is worth a word."""

_SKEW_S: Final = 5.0
_MOST_PIXELS: Final = 1280 * 720
"""More than this to be decoded 25 times a second takes an eighth of a core and more."""

_ASKEW: Final = 0.03
"""Share by which the shapes of two pictures may differ: 704x576 is shown as 4:3 by some cameras."""

_OPENING_S: Final = 10.0
"""Connecting, and finding out what the stream is."""

_SPARE_S: Final = 5.0

Stream = Literal["url", "main"]
"""The key of a camera that names it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found.

    Attributes:
        what: What was looked at, e.g. `camera gate-1`, `redis`.
        good: Whether the site can run with it.
        says: What was found, or why nothing; for people, without secrets.
        figures: The same for machines.
        hints: What works, and would work better otherwise.
    """

    what: str
    good: bool
    says: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    hints: tuple[str, ...] = ()


def probe(site: Site, pictures: Path, progress: "Report") -> list[Finding]:
    """Look at everything, all cameras at once; ends within half a minute, but for weights that must be fetched.

    Args:
        site: The configuration.
        pictures: Folder for one JPEG per camera, and `contact.jpg` with all of them.
        progress: Told how many cameras are through.

    Raises:
        OSError: the folder cannot be written.
    """
    looks = _look_at_all(site, progress)
    cameras = [finding for camera in site.cameras for finding in _judged(site, camera, looks)]
    _keep(site, looks, pictures)
    return [*cameras, *(_tried(*part) for part in _parts(site, progress))]


def _parts(site: Site, progress: "Report") -> Sequence[tuple[str, Callable[[], tuple[str, Mapping[str, Any]]]]]:
    return (
        ("redis", lambda: look_at_redis(site)),
        ("database", lambda: look_at_database(site)),
        ("detector", lambda: look_at_weights(site, progress)),
        ("disk", lambda: look_at_disk(site)),
    )


def _tried(what: str, looking: Callable[[], tuple[str, Mapping[str, Any]]]) -> Finding:
    try:
        says, figures = looking()
    except KanmenError as error:
        return Finding(what, good=False, says=str(error))
    hint = figures.get("hint")
    return Finding(what, good=True, says=says, figures=figures, hints=(hint,) if hint else ())


def _look_at_all(site: Site, progress: "Report") -> dict[tuple[str, Stream], "Look | KanmenError"]:
    """Every stream in a thread of its own; who has not ended in time is told to be silent.

    The main stream of a masked camera is left alone: nothing would cover it.
    """
    from ingest.look import LOOK_S, look_at  # noqa: PLC0415 (loads the codecs)
    from ingest.mask import Mask  # noqa: PLC0415

    found: dict[tuple[str, Stream], Look | KanmenError] = {}

    def look(camera: Camera, stream: Stream, url: str) -> None:
        try:
            found[camera.id, stream] = look_at(url, camera.transport, site.health.stall_s, Mask(camera.masks))
        except KanmenError as error:
            found[camera.id, stream] = error

    streams: list[tuple[Camera, Stream, str]] = [(camera, "url", camera.url) for camera in site.cameras]
    streams += [(camera, "main", camera.main) for camera in site.cameras if camera.main and not camera.masks]
    most_s = _OPENING_S + LOOK_S + site.health.stall_s + _SPARE_S
    threads = [
        threading.Thread(target=look, args=one, name=f"probe:{one[0].id}:{one[1]}", daemon=True) for one in streams
    ]
    until = Monotonic(monotonic_now() + most_s)
    for thread in threads:
        thread.start()
    total = len(threads)
    while len(found) < total and monotonic_now() < until:
        progress("Looking at the cameras", len(found), total)
        next((thread for thread in threads if thread.is_alive()), threads[0]).join(0.2)
    progress("Looking at the cameras", total, total)
    silent = KanmenError(f"no answer and no end within {most_s:.0f} s")
    return {(camera.id, stream): found.get((camera.id, stream), silent) for camera, stream, _ in streams}


def _judged(site: Site, camera: Camera, looks: Mapping[tuple[str, Stream], "Look | KanmenError"]) -> Iterator[Finding]:
    sub, main = looks[camera.id, "url"], looks.get((camera.id, "main"))
    what = f"camera {camera.id}"
    yield _bad(what, sub) if isinstance(sub, KanmenError) else _good(what, sub, _hints(site, sub))
    if isinstance(main, KanmenError):
        yield _bad(f"{what} main", main)
    elif main is not None:
        yield _good(f"{what} main", main, _main_hints(main, None if isinstance(sub, KanmenError) else sub))


def _bad(what: str, error: KanmenError) -> Finding:
    return Finding(what, good=False, says=str(error))


def _good(what: str, look: "Look", hints: Sequence[str]) -> Finding:
    key = (
        f"a key picture every {look.key_pictures} ({look.key_s:.1f} s)" if look.key_s else "fewer than two key pictures"
    )
    skew = f"clock {round(look.skew_s, 1) + 0.0:+.1f} s" if look.skew_s is not None else "no word of its clock"
    says = (
        f"{look.codec} {look.width}x{look.height}, {look.fps:.1f} pictures a second, {key}, {look.kbps:.0f} kbit/s, "
        f"{skew}, first picture after {look.first_picture_s:.1f} s"
    )
    figures = {
        "codec": look.codec,
        "width": look.width,
        "height": look.height,
        "fps": round(look.fps, 2),
        "kbps": round(look.kbps),
        "key_pictures": look.key_pictures,
        "key_s": None if look.key_s is None else round(look.key_s, 2),
        "skew_s": None if look.skew_s is None else round(look.skew_s, 2),
        "first_picture_s": round(look.first_picture_s, 2),
    }
    return Finding(what, good=True, says=says, figures=figures, hints=tuple(hints))


def _hints(site: Site, look: "Look") -> Sequence[str]:
    hints = []
    if look.key_s is None or look.key_s > _KEY_S:
        hints.append("set the camera's key-frame interval to 2 s: after a break it is blind until the next one")
    if look.fps < site.detector.fps:
        hints.append(
            f"it sends fewer pictures than detector.fps ({site.detector.fps:g}) looks at; raise its frame rate"
        )
    if look.skew_s is not None and abs(look.skew_s) > _SKEW_S:
        hints.append("its clock is wrong: set its time server (Kanmen does not rely on it, its own recordings do)")
    if look.width * look.height > _MOST_PIXELS:
        hints.append("a large picture costs much decoding; give the address of its sub-stream as url")
    if look.codec != "h264":
        hints.append("browsers play H.264 only: the wall shows this camera as single pictures, 5 a second")
    return hints


def _main_hints(main: "Look", sub: "Look | None") -> Sequence[str]:
    hints = []
    if main.key_s is None or main.key_s > _KEY_S:
        hints.append("set the main stream's key-frame interval to 2 s: clips begin at a key picture")
    if main.codec != "h264":
        hints.append("most browsers play H.264 only: the stage shows the sub-stream, and clips need another player")
    if sub and abs(main.width * sub.height - main.height * sub.width) > _ASKEW * main.width * sub.height:
        hints.append("its picture has another shape than that of url: zones and boxes lie askew on it; make them alike")
    if sub and main.width * main.height < sub.width * sub.height:
        hints.append("it is smaller than url; swap the two")
    return hints


def _keep(site: Site, looks: Mapping[tuple[str, Stream], "Look | KanmenError"], folder: Path) -> None:
    from media.sheet import contact_sheet, drawn  # noqa: PLC0415 (loads the picture library)
    from media.snapshot import encode_jpeg  # noqa: PLC0415 (as above)

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tiles: dict[str, Image | None] = {}
    for camera in site.cameras:
        look = looks[camera.id, "url"]
        if isinstance(look, KanmenError):
            tiles[camera.id] = None
            (folder / f"{camera.id}.jpg").unlink(missing_ok=True)  # that of an earlier look would be taken for today's
            continue
        picture = drawn(look.picture, [zone.shape for zone in camera.zones], [line.shape for line in camera.lines])
        tiles[f"{camera.id}  {look.codec} {look.width}x{look.height}  {look.fps:.0f} fps"] = picture
        (folder / f"{camera.id}.jpg").write_bytes(encode_jpeg(picture))
    (folder / "contact.jpg").write_bytes(encode_jpeg(contact_sheet(tiles)))
