"""Runs migrations on the connection that is handed over; there is no other way in."""

from alembic import context

from models.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
