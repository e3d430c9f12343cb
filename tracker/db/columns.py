"""Columns by name: those that a class of rows holds, in the order of its fields."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeAlias

from sqlmodel import SQLModel, col

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
