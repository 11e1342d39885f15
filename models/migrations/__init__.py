"""How the database got its tables, step by step, and how it is brought up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from models.dialect import make_durable, serialised


def configuration() -> Config:
    """Alembic's configuration; the scripts lie beside this file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database up to date; of several that try at once, one does it and the others find it done.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses.
    """
    await make_durable(engine)
    async with serialised(engine).begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
