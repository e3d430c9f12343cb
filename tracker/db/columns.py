"""Columns by name: those that a class of rows holds, in the order of its fields."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import String, type_coerce
from sqlmodel import Session, SQLModel, col

# No type says which columns a class of tables or a row of a select has, or what a column holds.
AnyTable: TypeAlias = Any
AnyRow: TypeAlias = Any
AnyColumn: TypeAlias = Any


def columns(table: type[SQLModel], names: Iterable[str], **elsewhere: AnyColumn) -> list[AnyColumn]:
    """The columns of these names; `elsewhere` are those that are called otherwise or stand in other tables."""
    return [elsewhere[name] if name in elsewhere else col(getattr(table, name)) for name in names]


def row_columns(table: type[SQLModel], row: type, **elsewhere: AnyColumn) -> list[AnyColumn]:
    """The columns that the fields of a class of rows name, in their order."""
    return columns(table, (field.name for field in fields(row)), **elsewhere)


def as_driven(column: AnyColumn) -> AnyColumn:
    """The column as the driver has it: for many rows, what SQLAlchemy does to each instant takes longest of all."""
    return type_coerce(col(column), String)


def instant_reader(session: Session) -> Callable[[Any], datetime]:
    """Makes an instant of what the driver has: SQLite keeps text in UTC."""
    is_text = session.get_bind().dialect.name == "sqlite"
    return (lambda text: datetime.fromisoformat(f"{text}+00:00")) if is_text else lambda instant: instant
