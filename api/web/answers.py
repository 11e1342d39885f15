"""How the wall says no: always a key and words, never more than the asker may know."""

import logging
from typing import Final

from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.refusals import RefusalError
from models.dialect import AWAY, why

log: Final = logging.getLogger("wall")


async def refused(_: Request, error: Exception) -> JSONResponse:
    """A RefusalError."""
    refusal = error if isinstance(error, RefusalError) else RefusalError("failed")
    headers = {"Retry-After": str(refusal.more["retry_after_s"])} if "retry_after_s" in refusal.more else None
    return JSONResponse(refusal.body(), refusal.status, headers)


async def malformed(_: Request, error: Exception) -> JSONResponse:
    """A request that does not fit the contract; what was sent is not repeated, it may be a password."""
    mistakes = error.errors() if isinstance(error, RequestValidationError) else []
    where = [{"where": mistake["loc"], "message": mistake["msg"]} for mistake in mistakes]
    refusal = RefusalError("invalid", mistakes=jsonable_encoder(where))
    return JSONResponse(refusal.body(), refusal.status)


async def plain(_: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    known = {404: "not_found", 401: "no_session", 403: "forbidden"}
    body = RefusalError(known.get(status, "invalid")).body()
    return JSONResponse(body, status, headers)


async def without_database(_: Request, error: Exception) -> JSONResponse:
    """The database is away, busy, or not there yet."""
    log.warning("the database does not answer: %s", why(error))
    refusal = RefusalError("database")
    return JSONResponse(refusal.body(), refusal.status)


async def unfit(_: Request, __: Exception) -> JSONResponse:
    """The database cannot hold what was sent, e.g. a NUL in a text; what was sent is not repeated."""
    refusal = RefusalError("invalid")
    return JSONResponse(refusal.body(), refusal.status)


async def failed(_: Request, __: Exception) -> JSONResponse:
    """A mistake of ours; the server logs where."""
    refusal = RefusalError("failed")
    return JSONResponse(refusal.body(), refusal.status)


HANDLERS: Final = {
    RefusalError: refused,
    RequestValidationError: malformed,
    HTTPException: plain,
    DataError: unfit,
    **dict.fromkeys(AWAY, without_database),
    Exception: failed,
}
