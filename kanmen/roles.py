"""The processes that a supervisor starts; each loads its own room and nothing else."""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.fitting import without
from config.handover import Handover
from config.read import read_site
from config.revisions import Revision
from config.site import Site
from kanmen.guard import die_with_parent
from kanmen.logs import log_to_stderr
from models.errors import KanmenError

Arguments = argparse.Namespace

log = logging.getLogger("detect")


def _ingest(site: Site, words: Arguments, stop: threading.Event) -> None:
    from ingest.worker import run  # noqa: PLC0415 (each role loads only its own room)

    run(site, words.camera, words.slots_fd, words.link_fd, stop)


def _detect(site: Site, words: Arguments, stop: threading.Event) -> None:
    from detect.process import run  # noqa: PLC0415 (each role loads only its own room)
    from detect.tracker import LOW_SCORE  # noqa: PLC0415 (as above)
    from kanmen.rehearsals import beside  # noqa: PLC0415 (as above)
    from kanmen.weights import accompanied, open_detector  # noqa: PLC0415 (it loads the inference library)

    links: dict[str, tuple[int, int]] = {camera: (fds[0], fds[1]) for camera, fds in json.loads(words.links).items()}
    # The tracker applies the site's own threshold: fainter detections only carry a track on.
    detector = open_detector(words.model, words.weights, LOW_SCORE, backend=site.detector.backend, cameras=len(links))
    off: set[str] = set()

    def lost(key: str, error: KanmenError) -> None:
        log.error(
            "%s. %s is off: put the file of sha256 %s back and start Kanmen again, or name another one and reload",
            error,
            key.upper(),
            site.detector.own[key].sha256,
        )
        off.add(key)

    watching = accompanied(detector, site, lost)  # one lost file must not blind all cameras
    with beside(site.redis_url, words.config, words.of) as in_force:
        handover = _handover(words, lambda revised: without(revised, off))
        run(without(site, off), links, watching, stop, handover, in_force=in_force)


def _desk(site: Site, _: Arguments, stop: threading.Event) -> None:
    from api.desk.process import run  # noqa: PLC0415 (each role loads only its own room)

    run(site, stop)


def _wall_worker(site: Site, words: Arguments, stop: threading.Event) -> None:
    from api.web.process import run  # noqa: PLC0415 (each role loads only its own room)

    run(site, "wall", words.listen_fd, stop, _handover(words))


def _phone_worker(site: Site, words: Arguments, stop: threading.Event) -> None:
    from api.web.process import run  # noqa: PLC0415 (each role loads only its own room)

    run(site, "phone", words.listen_fd, stop, _handover(words))


def _first_admin(site: Site, _: Arguments, __: threading.Event) -> None:
    from api.accounts import first_admin  # noqa: PLC0415 (each role loads only its own room)
    from models.dialect import AWAY, why  # noqa: PLC0415 (as above)

    try:
        said = {"password": first_admin(site)}
    except KanmenError as error:
        said = {"error": str(error)}
    except AWAY as error:
        said = {"away": why(error)}
    print(json.dumps(said))  # noqa: T201 (our parent reads it)


def _rehearse(site: Site, _: Arguments, __: threading.Event) -> None:
    from kanmen.rehearsal import rehearse  # noqa: PLC0415 (each role loads only its own room)

    rehearse(site)


def _compose(site: Site, words: Arguments, stop: threading.Event) -> None:
    from scenes.compose import compose  # noqa: PLC0415 (each role loads only its own room)

    speaking = threading.Lock()

    def say(**what: str | float) -> None:
        with speaking:  # progress comes from the composer's threads
            print(json.dumps(what), flush=True)  # noqa: T201 (our parent reads it)

    share: dict[str, float] = {}

    def progress(scene: str, done: float) -> None:
        if stop.is_set():
            sys.exit(0)
        share[scene] = done
        say(what="Composing the eight entrances", done=sum(share.values()), total=len(site.cameras))

    for scene in compose(words.photo, words.folder, [camera.id for camera in site.cameras], progress):
        say(camera=scene.id, clip=str(scene.video), truth=str(scene.video.with_suffix(".truth.json")))


def _handover(words: Arguments, can: Callable[[Site], Site] = lambda site: site) -> Handover:
    return Handover(words.handover_fd, words.of, Revision.at(words.config), can)


ROLES: Final[dict[str, Callable[[Site, Arguments, threading.Event], None]]] = {
    "ingest": _ingest,
    "detect": _detect,
    "desk": _desk,
    "wall-worker": _wall_worker,
    "phone-worker": _phone_worker,
    "first-admin": _first_admin,
    "rehearse": _rehearse,
    "compose": _compose,
}
"""What `python -m kanmen ROLE` runs; not meant for people."""


def run_role(arguments: list[str]) -> None:
    """Run one role: end with the parent, log to standard error, stop on SIGTERM.

    Raises:
        ConfigError: the configuration has mistakes.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    log_to_stderr()
    logging.captureWarnings(capture=True)
    parser = argparse.ArgumentParser(prog="kanmen")
    parser.add_argument("role", choices=sorted(ROLES))
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--of", type=Path)
    parser.add_argument("--handover-fd", type=int)
    parser.add_argument("--camera")
    parser.add_argument("--slots-fd", type=int)
    parser.add_argument("--link-fd", type=int)
    parser.add_argument("--links")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--listen-fd", type=int)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--folder", type=Path)
    words = parser.parse_args(arguments)
    site = read_site(words.config, words.of, opens=[words.camera] if words.camera else [])
    ROLES[words.role](site, words, stop)
