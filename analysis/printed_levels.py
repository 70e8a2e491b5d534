"""Shares of the five levels as a release prints them: a share may stand for several levels that were joined."""

from collections.abc import Mapping

LEVELS = range(1, 6)


def spans_of(record: Mapping[str, str]) -> tuple[int, ...]:
    """How many levels each printed share stands for, its own and those after it without a share (method.md, Z12).

    A record of a figure that has no levels, such as an index, has none.
    """
    starts = [j for j in LEVELS if record.get(f"level_{j}")]
    if not starts:
        return (0,) * 5
    ends = [*starts[1:], 6]
    width = {start: end - start for start, end in zip(starts, ends, strict=True)}
    return tuple(width.get(j, 0) for j in LEVELS)


def shares_of(record: Mapping[str, str]) -> tuple[float, ...] | None:
    """Per cents of the five levels, worst first, 0 for one joined with the one before; None if none is printed."""
    return tuple(float(record[f"level_{j}"] or 0) for j in LEVELS) if any(spans_of(record)) else None
