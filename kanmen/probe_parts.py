"""One look each at Redis, the database, the detector's weights and the disk: what is there, and does it answer."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from config.site import Site
from models.errors import KanmenError

if TYPE_CHECKING:
    from kanmen.progress import Report

Found = tuple[str, Mapping[str, Any]]
"""What it says to people, and its figures; a figure `hint` says what would work better."""

_PATIENCE_S: Final = 3.0
_GIB: Final = 2**30
_LITTLE_GIB: Final = 10
_TIMED: Final = 10
"""Pictures looked at to tell how long one takes; the first one warms up and does not count."""


def look_at_redis(site: Site) -> Found:
    """The Redis that the configuration names, or the one that Kanmen would run.

    Raises:
        KanmenError: it does not answer, or none could be run.
    """
    import redis  # noqa: PLC0415 (each part loads what it looks with)

    from kanmen.redis_server import server_binary  # noqa: PLC0415 (as above)

    if site.redis is None and not site.redis_socket.exists():
        binary = server_binary()
        try:
            said = subprocess.run([str(binary), "--version"], check=True, capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.SubprocessError) as error:
            raise KanmenError(f"{binary} cannot be run; install valkey or redis, or name one under redis:") from error
        return f"Kanmen runs its own: {said.stdout.strip()}", {"own": True, "binary": str(binary)}
    try:
        with redis.Redis.from_url(
            site.redis_url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
        ) as client:
            began = time.perf_counter()
            client.ping()
            took_ms = (time.perf_counter() - began) * 1000
            about: Any = client.info("server")
    except redis.RedisError as error:
        # Not its own words: they may hold the address with its password.
        raise KanmenError(f"Redis does not answer ({type(error).__name__}); start it, or mend redis:") from None
    version = about.get("valkey_version") or about.get("redis_version", "?")
    return f"version {version} answers in {took_ms:.1f} ms", {"own": site.redis is None, "version": version}


def look_at_database(site: Site) -> Found:
    """The database, or the place where it will be.

    Raises:
        KanmenError: it cannot be read, or is of another version, or cannot be made.
    """
    from sqlalchemy import func, select  # noqa: PLC0415 (each part loads what it looks with)
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 (as above)

    from models import dialect  # noqa: PLC0415 (as above)
    from models.migrations import VERSION  # noqa: PLC0415 (as above)
    from models.tables import HEAD, alert  # noqa: PLC0415 (as above)

    if dialect.absent(site.database_url):
        if not os.access(next(p for p in (site.data, *site.data.parents) if p.exists()), os.W_OK):
            raise KanmenError(f"{site.data} cannot be written by this user; give it the right, or name another folder")
        return "is made at the first start", {"exists": False}

    async def ask() -> tuple[str, str | None, int]:
        engine = dialect.open_engine(site.database_url)
        try:
            async with engine.connect() as connection:
                kind = await connection.run_sync(dialect.kind_of)
                await dialect.refuse_unfit(connection)
                if not await connection.run_sync(dialect.has_tables):
                    return kind, None, 0
                version = (await connection.execute(VERSION)).scalar_one()
                alerts = (await connection.execute(select(func.count()).select_from(alert))).scalar_one()
                return kind, str(version), int(alerts)
        finally:
            await engine.dispose()

    try:
        kind, version, alerts = asyncio.run(ask())
    except SQLAlchemyError as error:
        raise KanmenError(f"the database cannot be read ({dialect.why(error)}); mend it, or database:") from None
    if version is None:
        return f"{kind}; its tables are made at the first start", {"exists": False, "kind": kind}
    if version != HEAD:
        raise KanmenError(f"the database is of version {version}, this Kanmen needs {HEAD}")
    figures = {"exists": True, "kind": kind, "version": version, "alerts": alerts}
    return f"{kind}, version {version}, {alerts} alerts", figures


def look_at_weights(site: Site, progress: "Report") -> Found:
    """The detector's weights, fetched if need be, and how long they take for a picture on this machine.

    Raises:
        AssetError: they cannot be had.
        ModelError: they cannot be used.
    """
    from detect.tracker import LOW_SCORE  # noqa: PLC0415 (loads the inference library)
    from kanmen.own_folder import data_folder  # noqa: PLC0415 (as above)
    from kanmen.weights import open_detector, prepare  # noqa: PLC0415 (as above)
    from models.clock import utc_now  # noqa: PLC0415 (as above)
    from models.frame import Frame  # noqa: PLC0415 (as above)

    data_folder(site.data)
    name, path = prepare(site.detector.model, site.weights_path, progress)
    detector = open_detector(name, path, LOW_SCORE, backend=site.detector.backend)
    image = np.full((detector.height, detector.width, 3), 120, np.uint8)
    took = []
    for number in range(_TIMED + 1):
        began = time.perf_counter()
        detector.detect([Frame("probe", number, 1, utc_now(), image)])
        took.append((time.perf_counter() - began) * 1000)
    detector.close()
    each_ms = sorted(took[1:])[_TIMED // 2]
    wanted = sum(camera.looks for camera in site.cameras) * site.detector.fps
    figures = {
        "name": name,
        "width": detector.width,
        "height": detector.height,
        "ms": round(each_ms, 1),
        "asked": wanted,
    }
    if each_ms / 1000 * wanted > 1:
        figures["hint"] = (
            f"{len(site.cameras)} cameras at {site.detector.fps:g} pictures a second are {wanted:g} looks a second; "
            f"one by one it does {1000 / each_ms:.0f}: if it falls behind, lower detector.fps, take smaller weights, "
            "or fewer tiles"
        )
    says = (
        f"{name}, {detector.width}x{detector.height}, {each_ms:.0f} ms a picture on this machine: one by one "
        f"{1000 / each_ms:.0f} looks a second, {wanted:g} are asked for"
    )
    return says, figures


def look_at_disk(site: Site) -> Found:
    """The room where the data folder lies."""
    usage = shutil.disk_usage(next(p for p in (site.data, *site.data.parents) if p.exists()))
    free = usage.free / _GIB
    figures: dict[str, Any] = {"free_gib": round(free, 1), "size_gib": round(usage.total / _GIB, 1)}
    if free < _LITTLE_GIB:
        figures["hint"] = "little room: evidence of a month needs more"
    return f"{free:.0f} GiB free of {usage.total / _GIB:.0f} at {site.data}", figures
