"""What a site's journal tells of blind time and of evidence, beside what the observation log shows."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from config.site import Site
from detect.ledger import SPARSE
from detect.observed import Seen, read
from models.alert import BlindSpan
from models.clock import from_micros, utc_now
from models.evidence import Evidence
from models.journal import read_entries
from models.wire import decode_blind, decode_evidence

NEAR = timedelta(seconds=1.0)
"""Between what happened and what the ledger says."""

_OFTEN = timedelta(seconds=0.4)
"""From look to look: what is said to be looked at too seldom is not, with its beginning and end in it."""


def spans_of(site: Site) -> list[BlindSpan]:
    """The newest revision of each blind span, in the order in which they were written."""
    spans = [decode_blind(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "blind"]
    return list({span.id: span for span in sorted(spans, key=lambda span: span.revision)}.values())


def evidence_of(site: Site) -> list[Evidence]:
    """The newest revision of each piece of evidence."""
    rows = [row.entry.body for row in read_entries(site.journal_path) if row.entry.kind == "evidence"]
    return list({evidence.id: evidence for evidence in map(decode_evidence, rows)}.values())


def looked_at(site: Site, camera: str) -> list[datetime]:
    """When each picture that was looked at was taken."""
    log: Path = site.observations_path / camera
    return [from_micros(taken) for taken in sorted(record.taken for record in read(log) if isinstance(record, Seen))]


def _within(pictures: list[datetime], span: tuple[datetime, datetime]) -> int:
    return sum(span[0] < taken <= span[1] for taken in pictures)


def untold(site: Site, camera: str, since: datetime) -> list[tuple[str, datetime, datetime]]:
    """Spans without a hole in the camera's pictures, and holes longer than `health.blind_s` without a span.

    Where a slow machine looked too seldom, that is told, and a hole there may be no span of its own: if it did.
    """
    pictures = looked_at(site, camera)
    spans = [s for s in spans_of(site) if s.camera == camera and (s.ended is None or s.ended > since)]
    sparse = [(s.began, s.ended or utc_now()) for s in spans if s.reason == SPARSE]
    holes = [
        (before, after)
        for before, after in pairwise(pictures)
        if after > since and not any(began <= before and after <= ended for began, ended in sparse)
    ]
    told = [(s.began, s.ended) for s in spans if s.ended is not None and s.reason != SPARSE]
    told += [one for one in sparse if (one[1] - one[0]) / max(1, _within(pictures, one)) < _OFTEN]
    fits = [
        (span, hole)
        for span in told
        for hole in holes
        if abs(span[0] - hole[0]) <= NEAR and abs(span[1] - hole[1]) <= NEAR
    ]
    limit = timedelta(seconds=site.health.blind_s)
    return [
        *(("nothing was missing", *span) for span in told if all(span != one for one, _ in fits)),
        *(("not in the ledger", *h) for h in holes if h[1] - h[0] > limit and all(h != one for _, one in fits)),
    ]
