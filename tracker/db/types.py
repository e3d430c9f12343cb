"""Column types that behave alike on SQLite and PostgreSQL."""

from enum import StrEnum

from sqlalchemy import Enum


def text_enum(kind: type[StrEnum], name: str) -> Enum:
    """Text with a named CHECK of the enum's values (not its names, and no native type)."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
