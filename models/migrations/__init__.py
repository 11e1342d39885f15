"""How the database got its tables, step by step, and how it is brought up to date."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.dialect import has_tables, make_durable, open_engine, serialised
from models.tables import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

VERSION: Final = select(text("version_num")).select_from(text("alembic_version"))


def configuration() -> "Config":
    """Alembic's configuration; the scripts lie beside this file."""
    from alembic.config import Config  # noqa: PLC0415 (as below)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database up to date; of several that try at once, one does it and the others find it done.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses.
        DatabaseError: the database cannot be used as it is.
    """
    patient = open_engine(engine.url, patient=True)
    try:
        await make_durable(patient)
        async with serialised(patient).begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await patient.dispose()


def _upgrade(connection: Connection) -> None:
    if has_tables(connection) and connection.execute(VERSION).scalars().all() == [HEAD]:
        return
    from alembic import command  # noqa: PLC0415 (11 MiB in every process, for what is seldom to be done)

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
