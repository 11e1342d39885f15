"""Work done ahead: a thread that makes the next things while the last ones are used, and waits when it is far ahead."""

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue
from typing import Final, TypeVar

T = TypeVar("T")

_LOOK_S: Final = 0.1
"""How soon the thread notices that nobody wants more."""


class _End:
    """Stands behind the last thing; carries what went wrong."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(things: Iterable[T], depth: int, name: str) -> Iterator[T]:
    """The things, made by a thread of that name, at most `depth` before they are used; raises what making raised."""
    queue: Queue[T | _End] = Queue(depth)
    unwanted = threading.Event()

    def put(thing: T | _End) -> bool:
        while not unwanted.is_set():
            try:
                queue.put(thing, timeout=_LOOK_S)
            except Full:
                continue
            return True
        return False

    def make() -> None:
        error: BaseException | None = None
        try:
            for thing in things:
                if not put(thing):
                    return
        except BaseException as raised:  # noqa: BLE001 (a thread's boundary: raised again where the things are used)
            error = raised
        put(_End(error))

    maker = threading.Thread(target=make, name=name, daemon=True)
    maker.start()
    try:
        while not isinstance(thing := queue.get(), _End):
            yield thing
        if thing.error is not None:
            raise thing.error
    finally:
        unwanted.set()
        maker.join()
