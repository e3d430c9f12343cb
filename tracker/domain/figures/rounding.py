"""How figures become numbers of fixed places: half up from the exact fraction, ranks without interpolation."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction


def half_up(number: Fraction, places: int) -> Decimal:
    """The number with so many places; what lies exactly between two goes up. For numbers of at least 0."""
    shifted = number * 10**places
    return Decimal((2 * shifted.numerator + shifted.denominator) // (2 * shifted.denominator)).scaleb(-places)


def nearest_rank(numbers: Iterable[int], percent: int) -> int | None:
    """The ceil(percent · n / 100)-th smallest of n; none of none."""
    in_order = sorted(numbers)
    return in_order[-(-percent * len(in_order) // 100) - 1] if in_order else None
