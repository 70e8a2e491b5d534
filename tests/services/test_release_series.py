"""The years of a unit as its pages read them from a bundle."""

import analysis
from survey_app.domain import series
from survey_app.services import release_series


def test_a_rebuilt_year_names_the_old_units_and_a_break_its_reason():
    days = {"period_start": "2024-01-01", "period_end": "2024-12-31", "instrument": "kiosk-short/1", "view": "rebuilt"}
    empty = dict.fromkeys(("estimate", "low", "high", "bound", "no_figure", "change", "not_compared", "bridge"), "")
    own = days | empty | {"releases": "a/1", "origin": analysis.release.FROM_SCORES, "sources": "xa-1 60; xa-2 40"}
    made, broken, hidden = release_series.years(
        [
            own | {"estimate": "70.25", "low": "66.01", "high": "73.99"},
            own | {"estimate": "70.25", "not_compared": analysis.release.OTHER_INSTRUMENT},
            own | {"no_figure": analysis.release.PART_HIDDEN},
        ],
        {"xa-1": "Xã Cũ"},
    )
    assert [(one.name, one.weight) for one in made.sources] == [("Xã Cũ", 60), ("xa-2", 40)]
    assert (made.estimate, made.low, made.high, made.origin) == (70.3, 66.0, 74.0, series.FROM_SCORES)
    assert broken.break_before == series.OTHER_INSTRUMENT
    assert (hidden.estimate, hidden.reason) == (None, series.PART_HIDDEN)
