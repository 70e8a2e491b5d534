"""Which answers are flagged for people to look at, and where a flag may stay beside an answer (docs/method.md, X)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from survey_app.domain.batching import BATCH

SECONDS_PER_ITEM = 2.0
STRAIGHT_FROM = 10  # questions: with fewer, too many people who mean it give the same level everywhere


def is_quick(seconds: float | None, answered: int) -> bool:
    """X1: whether so many scored questions were answered faster than they can be read; False without a time."""
    return seconds is not None and answered > 0 and seconds < SECONDS_PER_ITEM * answered


def is_straight_line(levels: Sequence[int]) -> bool:
    """X2: whether all of these levels (1..5, without blanks and 'not applicable') are the same, and they are many."""
    return len(levels) >= STRAIGHT_FROM and len(set(levels)) == 1


def may_stay(answers: Iterable[tuple[int, bool]]) -> bool:
    """X3: whether the flags of a batch, given as (stratum, flagged), may stay beside its answers.

    All are flagged, or in every stratum with a flagged answer at least 10 are flagged and at least 10 are not. Then no
    figure without flagged answers gives, beside other figures, a smaller group away than those alone would.
    """
    parts = Counter(answers)
    if all(flagged for _stratum, flagged in parts):
        return True
    strata = {stratum for stratum, flagged in parts if flagged}
    return all(min(parts[stratum, True], parts[stratum, False]) >= BATCH for stratum in strata)
