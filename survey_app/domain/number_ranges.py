"""Running numbers that have arrived, as ranges without gaps: what is missing shows at once."""

from collections.abc import Iterable, Sequence

Range = tuple[int, int]  # first and last number, both inside


def merged(ranges: Iterable[Range], numbers: Iterable[int]) -> list[Range]:
    """Ranges that cover the given ranges and numbers, in order; neighbours become one."""
    found: list[Range] = []
    for first, last in sorted([*ranges, *((number, number) for number in numbers)]):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def missing(ranges: Sequence[Range]) -> list[Range]:
    """Numbers before and between the ranges; numbering begins at 1."""
    ends = [0, *(last for _, last in ranges)]
    return [(end + 1, first - 1) for end, (first, _) in zip(ends, ranges, strict=False) if first > end + 1]


def contains(ranges: Iterable[Range], number: int) -> bool:
    """Whether a number is inside one of the ranges."""
    return any(first <= number <= last for first, last in ranges)


def size(ranges: Iterable[Range]) -> int:
    """How many numbers the ranges hold."""
    return sum(last - first + 1 for first, last in ranges)
