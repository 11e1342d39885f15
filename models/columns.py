"""What the columns of the database are made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

from models.clock import from_micros, to_micros


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, kept as whole µs since 1970 so that every database orders and returns it exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (its signature)
        """µs since 1970."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 (its signature)
        """The instant."""
        return None if value is None else from_micros(value)


ID = String(36)
"""A UUID as text."""
NAME = String(64)
JSON_TEXT = JSON(none_as_null=True)
GROWING = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up; SQLite does so only in a column called INTEGER."""

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)
