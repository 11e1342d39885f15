"""Detect's part of a recorded session: what a camera's watch remembered, and all that it then took in."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from config.secretless import secretless
from config.site import Site
from detect.watch import Watch
from models.alert import Alert, BlindSpan
from models.clock import to_micros
from models.frame import Frame
from models.link import Health, Want
from models.session import LOOKS, SessionWriter, is_session_name
from models.wire import encode_alert, encode_blind

log = logging.getLogger("detect:session")

BEGUN: Final = b"B"
LOOK: Final = b"L"
IDLE: Final = b"I"


class Sessions:
    """The cameras that are recorded now; used by one thread, but for `names`.

    Args:
        folder: Where sessions lie while they are recorded.
        model: Name of the detector's weights.
        want: What detect asks of a worker, by `tiles` of its camera.
        wanted: Camera to name of the session that it shall be recorded under.

    Attributes:
        names: Camera to name of the session that its worker shall go on writing.
    """

    def __init__(
        self, folder: Path, model: str, want: Callable[[int], Want], wanted: Callable[[], Mapping[str, str]]
    ) -> None:
        self.names: Mapping[str, str] = {}
        self._folder, self._model, self._want, self._wanted = folder, model, want, wanted
        self._open: dict[str, tuple[str, SessionWriter]] = {}
        self._refused: set[str] = set()

    def before(self, site: Site, watch: Watch, frame: Frame, health: Health | None, now: datetime) -> None:
        """A frame is about to be looked at: a recording begins with the first one whose packets are all written."""
        camera = frame.camera
        name = self._wanted().get(camera, "")
        if not name or camera in self._open or name in self._refused or not is_session_name(name):
            return
        first = None if health is None or health.recording != name else health.recorded_from
        if first is None or to_micros(frame.taken) < first:
            return
        try:
            writer = SessionWriter((self._folder / name / LOOKS).open("xb"))
        except OSError as error:
            self._refused.add(name)
            log.warning("%s: cannot be recorded: %s", camera, error.strerror)
            return
        self._open[camera] = (name, writer)
        self._say(
            camera,
            BEGUN,
            {
                "camera": camera,
                "site": secretless(site, watch.camera),
                "model": self._model,
                "want": asdict(self._want(watch.camera.tiles)),
                "first": first,
                "now": to_micros(now),
                "checkpoint": asdict(watch.checkpoint()),
            },
        )
        log.info("%s: is recorded as %s", camera, name)

    def looked(self, frame: Frame, now: datetime, alerts: Iterable[Alert], spans: Iterable[BlindSpan]) -> None:
        """A frame was looked at, and led to this."""
        if frame.camera in self._open:
            taken = to_micros(frame.taken)
            what = {"number": frame.number, "epoch": frame.epoch, "taken": taken, "now": to_micros(now)}
            self._say(frame.camera, LOOK, {**what, **_led_to(alerts, spans)})

    def idled(
        self,
        camera: str,
        health: Health | None,
        now: datetime,
        *,
        out: int,
        alerts: Iterable[Alert],
        spans: Iterable[BlindSpan],
    ) -> None:
        """A second has passed, with `out` cameras without pictures, and led to this; some recordings are then over."""
        if camera in self._open:
            told = None if health is None else asdict(health)
            self._say(camera, IDLE, {"health": told, "now": to_micros(now), "out": out, **_led_to(alerts, spans)})
            name, writer = self._open[camera]
            if writer.ended is not None:
                self.end(camera, writer.ended)
            elif self._wanted().get(camera) != name:
                self.end(camera, "nobody asked for more")
            elif health is not None and health.recording != name:
                self.end(camera, "the ingest worker writes no more")

    def follow(self) -> None:
        """Once a second: a worker goes on writing for as long as we write."""
        self.names = {**self._wanted(), **{camera: name for camera, (name, _) in self._open.items()}}

    def end(self, camera: str, reason: str) -> None:
        """The camera's recording, if there is one, ends here."""
        if camera in self._open:
            name, writer = self._open.pop(camera)
            self._refused.add(name)
            writer.end(reason)
            log.info("%s: recording %s ended: %s", camera, name, reason)

    def close(self, wait_s: float) -> None:
        """The process ends."""
        writers = [writer for _, writer in self._open.values()]
        for camera in list(self._open):
            self.end(camera, "detect ended")
        for writer in writers:
            writer.wait(wait_s)

    def _say(self, camera: str, kind: bytes, what: Mapping[str, Any]) -> None:
        self._open[camera][1].write(kind, json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode())


def _led_to(alerts: Iterable[Alert], spans: Iterable[BlindSpan]) -> dict[str, list[str]]:
    return {"alerts": [encode_alert(a) for a in alerts], "spans": [encode_blind(s) for s in spans]}
