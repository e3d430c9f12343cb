"""Columns by name: what a class of rows holds, in the order of its fields; and what stands beside each history row."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col


def columns(table: type[SQLModel], names: Iterable[str], **elsewhere: Any) -> list[Mapped[Any]]:  # noqa: ANN401 - columns
    """The columns of these names; `elsewhere` are those that are called otherwise or stand in other tables."""
    return [col(elsewhere[name] if name in elsewhere else getattr(table, name)) for name in names]


def row_columns(table: type[SQLModel], row: type, **elsewhere: Any) -> list[Mapped[Any]]:  # noqa: ANN401 - columns
    """The columns that the fields of a class of rows name, in their order."""
    return columns(table, (field.name for field in fields(row)), **elsewhere)
