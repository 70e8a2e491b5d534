"""Limits on a page: to one decimal outward, so that an interval is never shorter there than where it was printed."""

import math

EPSILON = 1e-6  # 70.3 is 70.29999... as a float


def lower_limit(printed: str) -> float:
    """A lower limit that was printed with more decimals."""
    return math.floor(float(printed) * 10 + EPSILON) / 10


def upper_limit(printed: str) -> float:
    """An upper limit that was printed with more decimals."""
    return math.ceil(float(printed) * 10 - EPSILON) / 10
