"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people. A difference means that something is wrong; else it is what nobody could do by hand, and a
    bulk load may bring.
    """

    text: str
    is_difference: bool = True
