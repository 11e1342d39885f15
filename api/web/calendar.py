"""Which days and instants a request may name: those of years in which there can be a site."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

_FIRST: Final = date(2000, 1, 1)
_END: Final = date(2200, 1, 1)
"""At either end of the calendar, a day has no next one and an instant none in another time zone."""

Day = Annotated[date, Field(ge=_FIRST, lt=_END)]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(_FIRST.year, 1, 1, tzinfo=UTC), lt=datetime(_END.year, 1, 1, tzinfo=UTC)),
]
