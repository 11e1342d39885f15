"""A file over HTTP, whole or in the part that a player asks for; one that still grows is sent as far as it is now."""

import os
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

_CHUNK_BYTES: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def ranged(path: Path, asked: str | None, media_type: str, headers: Mapping[str, str]) -> Response:
    """The answer to a GET with this Range header: 200, 206, or 416 where nothing of it exists.

    Raises:
        OSError: the file is not there any more.
    """
    file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    told = {**headers, "Accept-Ranges": "bytes"}
    part = _part(asked, size)
    if part is None:
        file.close()
        return Response(status_code=416, headers={**told, "Content-Range": f"bytes */{size}"})
    first, end = part
    status = 200
    if _RANGE.fullmatch(asked or ""):
        status, told["Content-Range"] = 206, f"bytes {first}-{end - 1}/{size}"
    told["Content-Length"] = str(end - first)
    return StreamingResponse(_read(file, first, end), status, told, media_type)


def _part(asked: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the range lies outside. What is no single range is all."""
    found = _RANGE.fullmatch(asked or "")
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size) if length else None
    first = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    return (first, end) if first < end else None


async def _read(file: BinaryIO, first: int, end: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(first)
        while first < end:
            data = await run_in_threadpool(file.read, min(_CHUNK_BYTES, end - first))
            if not data:
                return  # it was cut while we read: the browser sees a short answer and asks again
            first += len(data)
            yield data
