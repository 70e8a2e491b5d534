"""Numbers of a bundle as pages show them: to one decimal, limits outward, so that no interval is shorter there."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def number(printed: str) -> float:
    """A number, halves away from zero."""
    return float(Decimal(printed).quantize(TENTH, ROUND_HALF_UP))


def lower_limit(printed: str) -> float:
    """The lower limit of an interval."""
    return float(Decimal(printed).quantize(TENTH, ROUND_FLOOR))


def upper_limit(printed: str) -> float:
    """The upper limit of an interval."""
    return float(Decimal(printed).quantize(TENTH, ROUND_CEILING))
