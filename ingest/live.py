"""The live picture on its way to the browsers: published to Redis while somebody watches, else dropped."""

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ingest.coded import Coded
from ingest.decoder import Picture
from ingest.fragments import JpegFragments, Mp4Fragments
from ingest.health import Counts
from models import keys
from models.clock import Monotonic, monotonic_now
from models.live import Fragment

QUEUE_ITEMS: Final = 128
"""Two and a half seconds of both streams at 25 pictures a second."""

_LEASES_S: Final = 0.75
"""How often the leases are looked up."""

_REDIS_S: Final = 0.5
"""What Redis may take; the queue holds more than that."""

_JPEG_US: Final = 200_000
"""At most 5 pictures a second as JPEG: 25 would take a core per two tiles."""

_FORMS: Final = ("mp4", "jpeg", "main")


class _Remuxed:
    """One stream on its way to the browsers as it came; after what was left out it waits for a key picture."""

    def __init__(self, *, main: bool) -> None:
        self.fragments = Mp4Fragments(main=main)
        self.waits_for_key = True
        self.overflown = False


class Live:
    """Publishes fragments of one camera, in its own thread; what it is offered while nobody watches costs nothing."""

    def __init__(self, camera: str, redis_url: str, counts: Counts) -> None:
        self._camera = camera
        self._counts = counts
        self._queue: Queue[tuple[str, Coded | Picture]] = Queue(QUEUE_ITEMS)
        self._leased: frozenset[str] = frozenset()
        self._remuxed = {"mp4": _Remuxed(main=False), "main": _Remuxed(main=True)}
        self._jpeg = JpegFragments()
        self._last_jpeg = (0, 0)
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=_REDIS_S,
            socket_connect_timeout=_REDIS_S,
            retry=Retry(NoBackoff(), 0),  # the default blocks for seconds while the server is down
        )

    def is_leased(self, form: str) -> bool:
        """Whether somebody watches the camera in this form (`mp4`, `jpeg`, `main`)."""
        return form in self._leased

    def offer_coded(self, coded: Coded, form: str = "mp4") -> None:
        """From the thread that demuxes the sub-stream (`mp4`) or the main stream (`main`): its next packet.

        Browsers play H.264 only; other codecs are shown as JPEG of the sub-stream.
        """
        remuxed = self._remuxed[form]
        if form not in self._leased or coded.opened.codec != "h264":
            remuxed.waits_for_key, remuxed.overflown = True, False
            return
        if remuxed.waits_for_key and not coded.key:
            if remuxed.overflown:
                self._counts.add("live_overflow")
            return
        try:
            self._queue.put_nowait((form, coded))
        except Full:
            remuxed.waits_for_key = remuxed.overflown = True
            self._counts.add("live_overflow")
        else:
            remuxed.waits_for_key = remuxed.overflown = False

    def offer_picture(self, picture: Picture) -> None:
        """From the decoding thread: the next picture."""
        due = (picture.stamp.epoch, picture.stamp.media // _JPEG_US)
        if "jpeg" not in self._leased or due == self._last_jpeg:
            return
        self._last_jpeg = due
        try:
            self._queue.put_nowait(("jpeg", picture))
        except Full:
            self._counts.add("live_overflow")

    def run(self, stop: threading.Event) -> None:
        """Look up the leases and publish until `stop`."""
        due = Monotonic(0.0)
        while not stop.is_set():
            if monotonic_now() >= due:
                self._look_up()
                due = Monotonic(monotonic_now() + _LEASES_S)
            try:
                form, item = self._queue.get(timeout=max(0.01, due - monotonic_now()))
            except Empty:
                continue
            if form in self._leased:
                self._publish(form, self._fragments(form, item))
        self._redis.close()

    def _fragments(self, form: str, item: Coded | Picture) -> Iterator[Fragment]:
        return self._remuxed[form].fragments.following(item) if isinstance(item, Coded) else self._jpeg.of(item)

    def _pause(self) -> None:
        for form, remuxed in self._remuxed.items():
            if form not in self._leased:
                remuxed.fragments.pause()

    def _look_up(self) -> None:
        try:
            # redis-py types its answers for its synchronous and its asynchronous client in one.
            values = self._redis.mget([keys.lease(self._camera, form) for form in _FORMS])
        except redis.RedisError:
            leased: frozenset[str] = frozenset()
        else:
            leased = frozenset(form for form, value in zip(_FORMS, values, strict=True) if value is not None)
        self._leased = leased
        self._pause()

    def _publish(self, form: str, fragments: Iterator[Fragment]) -> None:
        for fragment in fragments:
            try:
                self._redis.publish(keys.live(self._camera, form), fragment.pack())
            except redis.RedisError:
                self._counts.add("live_failed")
                self._leased = frozenset()  # asked again within a second
                self._pause()
                return
            self._counts.add("live_published")
