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

QUEUE_ITEMS: Final = 64
"""Two and a half seconds at 25 pictures a second."""

_LEASES_S: Final = 0.5
"""How often the leases are looked up."""

_REDIS_S: Final = 0.5
"""What Redis may take; the queue holds more than that."""

_JPEG_US: Final = 200_000
"""At most 5 pictures a second as JPEG: 25 would take a core per two tiles."""

_FORMS: Final = ("mp4", "jpeg")


class Live:
    """Publishes fragments of one camera, in its own thread; what it is offered while nobody watches costs nothing."""

    def __init__(self, camera: str, redis_url: str, counts: Counts) -> None:
        self._camera = camera
        self._counts = counts
        self._queue: Queue[Coded | Picture] = Queue(QUEUE_ITEMS)
        self._leased: frozenset[str] = frozenset()
        self._mp4 = Mp4Fragments()
        self._jpeg = JpegFragments()
        self._waits_for_key = True
        self._overflown = False
        self._last_jpeg = (0, 0)
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=_REDIS_S,
            socket_connect_timeout=_REDIS_S,
            retry=Retry(NoBackoff(), 0),  # the default blocks for seconds while the server is down
        )

    def is_leased(self, form: str) -> bool:
        """Whether somebody watches the camera in this form (`mp4`, `jpeg`)."""
        return form in self._leased

    def offer_coded(self, coded: Coded) -> None:
        """From the demuxer's thread: the next packet; browsers play H.264 only, other codecs are shown as JPEG."""
        if "mp4" not in self._leased or coded.opened.codec != "h264":
            self._waits_for_key, self._overflown = True, False
            return
        if self._waits_for_key and not coded.key:
            if self._overflown:
                self._counts.add("live_overflow")
            return
        try:
            self._queue.put_nowait(coded)
        except Full:
            self._waits_for_key = self._overflown = True
            self._counts.add("live_overflow")
        else:
            self._waits_for_key = self._overflown = False

    def offer_picture(self, picture: Picture) -> None:
        """From the decoding thread: the next picture."""
        due = (picture.stamp.epoch, picture.stamp.media // _JPEG_US)
        if "jpeg" not in self._leased or due == self._last_jpeg:
            return
        self._last_jpeg = due
        try:
            self._queue.put_nowait(picture)
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
                item = self._queue.get(timeout=max(0.01, due - monotonic_now()))
            except Empty:
                continue
            form, fragments = self._fragments(item)
            if form in self._leased:
                self._publish(form, fragments)
        self._redis.close()

    def _fragments(self, item: Coded | Picture) -> tuple[str, Iterator[Fragment]]:
        if isinstance(item, Coded):
            return "mp4", self._mp4.following(item)
        return "jpeg", self._jpeg.of(item)

    def _look_up(self) -> None:
        try:
            # redis-py types its answers for its synchronous and its asynchronous client in one.
            values = self._redis.mget([keys.lease(self._camera, form) for form in _FORMS])
        except redis.RedisError:
            leased: frozenset[str] = frozenset()
        else:
            leased = frozenset(form for form, value in zip(_FORMS, values, strict=True) if value is not None)
        if "mp4" not in leased:
            self._mp4.pause()
        self._leased = leased

    def _publish(self, form: str, fragments: Iterator[Fragment]) -> None:
        for fragment in fragments:
            try:
                self._redis.publish(keys.live(self._camera, form), fragment.pack())
            except redis.RedisError:
                self._counts.add("live_failed")
                self._leased = frozenset()  # asked again within half a second
                self._mp4.pause()
                return
            self._counts.add("live_published")
