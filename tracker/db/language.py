"""Columns in two languages: which one a reader sees, and names by code."""

from typing import cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from tracker.db.columns import AnyColumn
from tracker.db.models import Project, Workstream


def both(column: AnyColumn) -> tuple[Mapped[str], Mapped[str]]:
    """The Swedish column and the English one beside it."""
    return col(column), col(getattr(column.class_, f"{column.key}_en"))


def translated(language: str, column: AnyColumn) -> ColumnElement[str]:
    """The text in the reader's language; Swedish where there is no other."""
    swedish, english = both(column)
    if language == "en":
        return func.coalesce(func.nullif(english, ""), swedish)
    return cast("ColumnElement[str]", swedish)


def names(
    session: Session, table: type[Project | Workstream], language: str, *where: ColumnElement[bool]
) -> dict[str, str]:
    """The names by code, in its order. One statement."""
    columns = select(col(table.code), translated(language, table.name))
    found = session.execute(columns.where(*where).order_by(col(table.code)))
    return {code: name for code, name in found}  # noqa: C416 - a row is no pair to the types
