"""Where the police answer: no session, but the signature of a target's own key."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import delete, func, insert, select

from api.books import writing
from api.logins import WINDOW
from api.receipts import ACTOR, Receipt, Status, take
from api.refusals import RefusalError
from api.signing import Signature, holds
from api.web.calendar import Moment
from api.web.gate import Wall, started, visit_of
from api.web.wall_state import WallState
from models.clock import utc_now
from models.tables_access import login_failure

router = APIRouter(prefix="/api/v1", tags=["police"])

_BODY_BYTES: Final = 8 * 1024
_ID_CHARS: Final = 128
_WRONG_PER_ADDRESS: Final = 20
"""Within a window; what is signed rightly is taken at any time."""
_MARK: Final = "receipts:"
"""Before the address: no account and no login is counted under it."""

_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f]*$")]


class ReceiptRequest(BaseModel):
    """What was done with a pushed incident, by whom, and when."""

    model_config = ConfigDict(extra="ignore")  # what a later version of theirs adds is no reason to refuse a receipt

    incident_no: Annotated[str, Field(min_length=1, max_length=32)]
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    status: Status
    by: _Line
    at: Moment
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    police_case_no: _Line | None = None


class ReceiptAnswer(BaseModel):
    """It is written down; `repeated` where it was already."""

    ok: bool = True
    repeated: bool


_BODY: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": ReceiptRequest.model_json_schema()}}}
}


@router.post("/receipts", openapi_extra=_BODY)
async def receive(request: Request, wall: Wall) -> ReceiptAnswer:
    """A receipt with Standard Webhooks headers: `webhook-id`, `webhook-timestamp`, `webhook-signature`."""
    await started(wall)
    body = await _body(request)
    target, message_id = await _signer(request, wall, body)
    try:
        asked = ReceiptRequest.model_validate_json(body)
    except ValidationError as error:
        where = [
            {"where": mistake["loc"], "message": mistake["msg"]}
            for mistake in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise RefusalError("invalid", mistakes=where) from None
    said = Receipt(target=target, webhook_id=message_id, **asked.model_dump())
    async with writing(wall.engine) as books:
        fresh = await take(books, said, f"{ACTOR}{target}"[:64])
    wall.wake(books.feed_id)
    return ReceiptAnswer(repeated=not fresh)


async def _body(request: Request) -> bytes:
    """The very bytes that were signed.

    Raises:
        RefusalError: too_large.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_BYTES:
            raise RefusalError("too_large")
    return body


async def _signer(request: Request, wall: WallState, body: bytes) -> tuple[str, str]:
    """Which target signed this, and under which id.

    Raises:
        RefusalError: signature, throttled.
    """
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    signature = Signature(*(request.headers.get(name, "") for name in names))
    now = utc_now()
    # Each key is tried, whichever fits: how long it takes tells nothing.
    fits = [target.id for target in wall.site.police.targets if holds(target.receipt_secret, signature, body, now)]
    if fits and 0 < len(signature.id) <= _ID_CHARS:
        return fits[0], signature.id
    await _count(wall, visit_of(request, wall).address)
    raise RefusalError("signature")


async def _count(wall: WallState, address: str) -> None:
    """Write down who signs wrongly; who does it often is only told to wait.

    Raises:
        RefusalError: throttled.
    """
    mark = f"{_MARK}{address}"[:64]
    ours = login_failure.c.address == mark
    since = utc_now() - WINDOW
    query = select(func.count()).select_from(login_failure).where(ours, login_failure.c.at > since)
    async with wall.engine.connect() as connection:  # who is told to wait takes no turn at writing from anybody
        if (await connection.execute(query)).scalar_one() >= _WRONG_PER_ADDRESS:
            raise RefusalError("throttled", retry_after_s=int(WINDOW.total_seconds()))
    async with writing(wall.engine) as books:
        await books.connection.execute(delete(login_failure).where(ours, login_failure.c.at <= since))
        await books.connection.execute(insert(login_failure).values(name=mark, address=mark, at=books.at))
        books.note(address, "receipt.refused", "receipts")
