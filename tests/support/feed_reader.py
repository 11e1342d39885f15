"""A browser's end of the feed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

PATIENCE_S = 25


async def events(client: httpx.AsyncClient, after: int = 0, **headers: str) -> AsyncIterator[tuple[int, str, Any]]:
    """(id or 0, event, data) as a browser would see them."""
    async with client.stream("GET", f"/api/v1/feed?after={after}", headers=headers, timeout=PATIENCE_S) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        number, kind = 0, ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                yield number, kind, json.loads(value)
                number = 0
