"""Items, factors and complete rows of the synthetic survey, as R's calls use them."""

import numpy as np

from tests.analysis.published import survey_rows

ITEMS = [f"q{number:02d}" for number in range(1, 19)]
FACTORS = {"access": ITEMS[:4], "procedures": ITEMS[4:8], "officials": ITEMS[8:13], "results": ITEMS[13:18]}


def levels(items):
    """Answers 1..5 of these items, NaN for the codes that are no answer."""
    return np.array(
        [[float(row[item]) if row[item] in set("12345") else np.nan for item in items] for row in survey_rows()]
    )


def complete():
    """Rows with all 18 items answered: answers, weights, and the rows themselves."""
    answers = levels(ITEMS)
    kept = np.isfinite(answers).all(axis=1)
    rows = [row for row, keep in zip(survey_rows(), kept, strict=True) if keep]
    return answers[kept], np.array([float(row["weight"]) for row in rows]), rows
