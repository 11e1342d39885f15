"""A recorded session through the line again: the pictures detect looked at, and the words it heard, in their order."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from config.site import Camera, Site
from detect.detector import Detector
from detect.ordered import in_order
from detect.session import BEGUN, IDLE, LOOK
from detect.watch import Watch
from ingest.session_footage import Looked, SessionFootage
from kanmen.ahead import ahead
from kanmen.replay_files import AHEAD, Seen, as_replayed, no_photograph
from kanmen.replay_report import Replayed
from models.alert import Alert
from models.clock import from_micros
from models.errors import FootageError
from models.frame import Frame
from models.journal import Checkpoint
from models.link import Health
from models.session import LOOKS, PACKETS, SessionReader
from models.wire import decode_alert, encode_alert

_NEWER: Final = "was recorded by another version of Kanmen, or is damaged"


@dataclass(frozen=True, slots=True)
class Session:
    """A session's beginning and what detect took in.

    Attributes:
        folder: Where it lies.
        camera: Id.
        site: The configuration that held, with this camera alone.
        model: Name of the weights that looked.
        size: Width and height that detect wanted, pixels.
        first: `taken` of the first packet, µs.
        checkpoint: What the watch remembered before the first look.
        now: Our clock then, µs.
        events: (kind, record) of each look and each second, in their order.
        ended: Why it ended, None where its end is missing.
    """

    folder: Path
    camera: str
    site: Site
    model: str
    size: tuple[int, int]
    first: int
    checkpoint: Checkpoint
    now: int
    events: tuple[tuple[bytes, dict[str, Any]], ...]
    ended: str | None


def is_session(path: Path) -> bool:
    """Whether the folder is a recorded session."""
    return (path / PACKETS).is_file() or (path / LOOKS).is_file()


def open_session(folder: Path) -> Session:
    """Read what detect wrote.

    Raises:
        FootageError: a file is missing or not of this version.
    """
    for name in (PACKETS, LOOKS):
        if not (folder / name).is_file():
            raise FootageError(f"{folder}: the file {name} is missing; without it the session cannot be replayed")
    reader = SessionReader(folder / LOOKS)
    try:
        (kind, body), *records = reader
        begun: dict[str, Any] = json.loads(body)
        if kind != BEGUN:
            raise FootageError(f"{folder / LOOKS}: {_NEWER}")
        return Session(
            folder,
            str(begun["camera"]),
            Site.model_validate(begun["site"]),
            str(begun["model"]),
            (int(begun["want"]["width"]), int(begun["want"]["height"])),
            int(begun["first"]),
            Checkpoint(**begun["checkpoint"]),
            int(begun["now"]),
            tuple((kind, json.loads(body)) for kind, body in records),
            reader.ended,
        )
    except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
        raise FootageError(f"{folder / LOOKS}: {_NEWER}") from error


def replay_session(
    session: Session,
    site: Site,
    camera: Camera,
    detector: Detector,
    *,
    seen: Seen,
    progress: Callable[[float, float], None],
) -> Replayed:
    """Go on from where the watch stood when the recording began, with the very pictures that were looked at.

    Args:
        session: The recording.
        site: Its own configuration, or another one to see what that would have told.
        camera: Of this site.
        detector: Stays open.
        seen: Told each sample and what it led to.
        progress: Told seconds done and in all.

    Raises:
        FootageError: not one of its pictures can be had.
        ModelError: the detector fails.
    """
    outcome = Replayed(camera, from_micros(session.first))
    watch = Watch(site, camera, session.checkpoint, from_micros(session.now), restarted=False)
    looks = {Looked(e["epoch"], e["taken"]): e["number"] for kind, e in session.events if kind == LOOK}
    total = (max((look.taken for look in looks), default=session.first) - session.first) / 1e6
    footage = SessionFootage(session.folder, session.camera, looks, session.size, session.site.cameras[0].tiles)
    decoded = outcome.timed(footage.chosen(), "decode")
    looking = outcome.timed(in_order(detector, ahead(decoded, AHEAD, "replay:decode")), "wait")
    live: dict[str, Alert] = {}
    same, missing = True, 0
    began = perf_counter()
    for kind, event in session.events:
        now = from_micros(event["now"])
        if kind == IDLE:
            health = None if event["health"] is None else Health(**event["health"])
            said, _ = watch.idle(health, now, event["out"])
        else:
            chosen, found = next(looking, (None, None))
            if chosen is None or found is None or not _is_of(chosen.frame, event):
                missing = len(looks) - outcome.frames
                break
            looked = watch.look(chosen.frame, found, now, no_photograph, outcome.spent)
            said = looked.alerts
            outcome.counted(looked.flows)
            outcome.frames += 1
            outcome.seconds = (event["taken"] - session.first) / 1e6
            seen(chosen, looked)
            progress(outcome.seconds, total)
        told = [as_replayed(alert) for alert in said]
        recorded = [as_replayed(decode_alert(text)) for text in event["alerts"]]
        same &= [encode_alert(alert) for alert in told] == [encode_alert(alert) for alert in recorded]
        outcome.told(told)
        live |= {str(alert.id): alert for alert in recorded}
    outcome.counted(watch.untold())
    outcome.wall_s = perf_counter() - began
    progress(total, total)
    if not outcome.frames:
        raise FootageError(f"{session.folder}: not one of the pictures that were looked at can be decoded")
    _say(outcome, session, footage, missing, len(looks))
    outcome.live = _compared(outcome, live, same=same)
    return outcome


def _is_of(frame: Frame, event: Mapping[str, Any]) -> bool:
    return (frame.epoch, frame.number) == (event["epoch"], event["number"])


def _say(outcome: Replayed, session: Session, footage: SessionFootage, missing: int, looks: int) -> None:
    name = session.folder.name
    if missing:
        outcome.said.append(f"{name}: the packets of the last {missing} looks are missing; replayed as far as it goes")
    if session.ended is None or (missing and footage.ended is None):
        outcome.said.append(f"{name}: its end is missing: the recording was torn, or the file was cut")
    outcome.files.append(
        {
            "name": name,
            "pictures": looks,
            "frames": outcome.frames,
            "complete": not missing and session.ended is not None,
        }
    )


def _compared(outcome: Replayed, live: dict[str, Alert], *, same: bool) -> dict[str, Any]:
    """How the alerts stand beside those that were raised live, by id."""
    mine = {str(alert.id): alert for alert in outcome.alerts.values()}
    changed = sorted(i for i in mine.keys() & live.keys() if encode_alert(mine[i]) != encode_alert(live[i]))
    return {
        "same": same,
        "missing": sorted(live.keys() - mine.keys()),
        "extra": sorted(mine.keys() - live.keys()),
        "changed": changed,
    }
