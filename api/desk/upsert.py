"""One row for the newest revision of each thing that arrives."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert, update

from api.books import Books


async def upsert(
    books: Books, table: Table, key: str, values: Mapping[str, Any], *, stored: bool, **first: object
) -> None:
    """Write these columns into the row of that id if it is stored already, else into a new one.

    A new one gets when it came, and `first`, besides.
    """
    if stored:
        await books.connection.execute(update(table).where(table.c.id == key).values(values))
    else:
        await books.connection.execute(insert(table).values({**values, "id": key, "received": books.at, **first}))
