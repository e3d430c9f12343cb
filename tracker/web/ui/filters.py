"""What filters offer."""

from collections.abc import Iterable
from typing import NamedTuple


class Choice(NamedTuple):
    """An option of a filter."""

    value: str
    label: str
    is_chosen: bool


def choices(pairs: Iterable[tuple[str, str]], chosen: tuple[str, ...]) -> list[Choice]:
    """Options from pairs of value and label."""
    return [Choice(value, label, value in chosen) for value, label in pairs]
