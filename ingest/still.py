"""One picture at the camera's full resolution: decoded from the ring, nearest to an instant."""

import numpy as np

from ingest.decoder import Decoder, Picture
from ingest.health import Counts
from ingest.mask import Mask
from ingest.ring import Ring
from media.snapshot import encode_jpeg
from models.errors import StreamError
from models.evidence import EvidenceStore
from models.link import Answer, Request

_AFTER_US = 300_000
"""µs past the wanted instant that must have come first: pictures may come out of order, and the nearest is wanted."""

_LATE_US = 5_000_000
"""So long after the wanted instant the camera counts as lost."""

_FAR_US = 2_000_000
"""A picture further than this from the wanted instant shows something else."""


def take_still(request: Request, ring: Ring, store: EvidenceStore, now: int) -> Answer | None:
    """The answer to a request for a snapshot; None while its picture has not come. `now` in µs since 1970 UTC.

    Raises:
        OSError: the disk refuses.
    """
    newest = ring.newest()
    if newest is None or newest.stamp.taken < request.at + _AFTER_US:
        if now <= request.at + _LATE_US:
            return None
        if newest is None:
            return Answer(request.id, "failed", "no_pictures")
    picture = _nearest(ring, request.at)
    if picture is None:
        return Answer(request.id, "failed", "undecodable")
    taken = picture.stamp.taken
    if abs(taken - request.at) > _FAR_US:
        return Answer(request.id, "failed", "no_pictures")
    kept = store.put(request.key, encode_jpeg(np.asarray(picture.frame.to_ndarray(format="rgb24"), np.uint8)))
    return Answer(request.id, "ready", "", taken, taken, kept.bytes, kept.sha256)


def _nearest(ring: Ring, at: int) -> Picture | None:
    """Decode from the key picture before; only as far as needed."""
    start = ring.start(at)
    if start is None:
        return None
    found: Picture | None = None
    decoder: Decoder | None = None
    for coded in ring.since(start)[1]:
        if decoder is None or decoder.opened is not coded.opened:
            try:
                # Counted where it is decoded for analysis; a masked camera's ring holds covered pictures only.
                decoder = Decoder(coded.opened, Counts(), Mask(()))
            except StreamError:
                return found
        for picture in decoder.decode(coded):
            if found is not None and abs(picture.stamp.taken - at) > abs(found.stamp.taken - at):
                return found
            found = picture
    return found
