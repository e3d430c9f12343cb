"""Runs migrations on the connection that `tracker.db.migrations` hands over (or on TRACKER_DATABASE_URL)."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

import tracker.db.models  # noqa: F401 - registers the tables
from tracker.config import read_settings
from tracker.db.engine import make_engine


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Writes plain SQLAlchemy types, so that a migration imports nothing that can change under it."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: sa.Connection) -> None:
    """Runs the migrations in the transaction of the connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over: sa.Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    with make_engine(read_settings().database_url).connect() as connection:
        run(connection)
        connection.commit()
