"""Where the respondent is the unit: two GROUP BYs give what a pass over all rows gives, on every engine."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.design import DesignColumns
from analysis.engines import NONE, DuckDb
from analysis.errors import AnalysisError
from analysis.pipeline import compute_indices
from analysis.reading import Table
from analysis.responses import prepare
from analysis.variance import Lonely
from tests.analysis.reference import GOLDEN
from tests.analysis.sample_instrument import ITEMS, instrument
from tests.analysis.survey import ask, close, close_matrix
from tests.analysis.test_pipeline import sqlite_over

REL = 1e-12
FACTORS = {"a": ("a1", "a2"), "b": ("b1", "b2")}
SHARE = {"of": "share", "satisfied": [4, 5]}
ENTRIES = [
    {"share": list(ITEMS), "satisfied": [4, 5]},
    {"factor": ["a", "b"], "how": "pooled"} | SHARE,
    {"overall": {"how": "pooled", "weights": {"a": 3.0, "b": 1.0}} | SHARE},
]


def responses(seed, n=300, strata=4, lonely=False):
    """Made-up answers with weights on the grid, some not applicable, some blank."""
    draw = np.random.default_rng(seed)
    stratum = draw.integers(1, strata + 1, n)
    if lonely:
        stratum[0] = strata + 1
    sizes = {h: int((stratum == h).sum()) for h in set(stratum.tolist())}
    columns = {
        "h": stratum,
        "N": [sizes[h] * 3 + h for h in stratum.tolist()],
        "w": draw.integers(1_000_000, 9_000_000, n) / 1e6,
        "unit": draw.choice(["x", "y", "z"], n),
    }
    for k, item in enumerate(ITEMS):
        columns[item] = draw.choice(
            ["1", "2", "3", "4", "5", "9", ""], n, p=[0.05, 0.05, 0.1, 0.3, 0.4 - k / 50, 0.05, 0.05 + k / 50]
        )
    text = {name: pa.array([str(v) for v in np.asarray(values).tolist()]) for name, values in columns.items()}
    return Table(GOLDEN, pa.table(text))


def both(table, design, by, engine=DuckDb.over_table):
    """Figures of the two GROUP BYs, and those of the pass over all rows, by domain and statistic."""
    of = instrument(overall="weighted", factor="pooled", factor_weights={"a": 3.0, "b": 1.0})
    ready = prepare(table, design, by, of)
    found = compute_indices(engine(ready.view), ready.shape, design, of)
    rows, estimates = ask(table, design, ENTRIES, by=by, factors=FACTORS, missing=(9,), covariance=True)
    labels = [[names[c] for names, c in zip(ready.domain_labels, key, strict=True)] for key in found.domains.tolist()]
    ours = {(*labels[f.domain], f.statistic): f for f in found.figures}
    return found, ours, rows, estimates


def compare(found, ours, rows, estimates):
    assert len(rows) > 5
    for key, row in rows.items():
        close([ours[key].estimate, ours[key].se], [row.estimate, row.se], REL)
        assert ours[key].df == row.df
        if row.statistic.startswith("share"):  # for factors the two count respondents in ways of their own
            assert ours[key].n == row.n
    places = [k for k, row in enumerate(estimates.rows) if row.statistic == "overall"]
    order = [estimates.covariance_rows.index(k) for k in places]
    theirs = estimates.covariance[np.ix_(order, order)]
    close_matrix(found.overall_covariance, theirs, REL)


@pytest.mark.parametrize("by", [(), ("unit",)])
@pytest.mark.parametrize("fpc", [(), ("N",)])
@pytest.mark.parametrize("engine", [DuckDb.over_table, sqlite_over])
def test_two_group_bys_equal_the_pass_over_all_rows(by, fpc, engine):
    compare(*both(responses(3), DesignColumns(weights="w", strata="h", fpc=fpc), by, engine))


@pytest.mark.parametrize("rule", ["remove", "certainty", "adjust", "average", "collapse"])
def test_lonely_strata_follow_the_rule(rule):
    design = DesignColumns(weights="w", strata="h", fpc=("N",), lonely=Lonely(rule))
    compare(*both(responses(5, lonely=True), design, ("unit",)))


def test_a_lonely_stratum_stops_the_work_by_default():
    with pytest.raises(AnalysisError, match="only one sampled unit"):
        both(responses(5, lonely=True), DesignColumns(weights="w", strata="h"), ("unit",))


def test_a_stratum_in_which_all_agree_adds_exactly_nothing():
    table = responses(7, strata=1)
    columns = table.columns
    for item in ITEMS:
        columns = columns.set_column(columns.column_names.index(item), item, pa.array(["5"] * len(table)))
    found, ours, _, _ = both(Table(GOLDEN, columns), DesignColumns(weights="w", strata="h"), ("unit",))
    assert {f.se for f in ours.values() if f.statistic.startswith(("share", "factor", "overall"))} == {0.0}
    assert not found.overall_covariance.any()


def test_the_text_keeps_to_the_common_dialect_and_python_sees_cells_only():
    class Listening:
        def __init__(self, view):
            self.engine, self.texts, self.rows = DuckDb.over_table(view), [], []

        def table(self, sql, lent=NONE):
            found = self.engine.table(sql, lent)
            self.texts.append(sql)
            self.rows.append(len(found["n"]))
            return found

    heard = []

    def listening(view):
        heard.append(Listening(view))
        return heard[0]

    both(responses(9), DesignColumns(weights="w", strata="h"), ("unit",), listening)
    assert max(heard[0].rows) <= 4 * 3  # strata times units, of 300 responses
    for text in heard[0].texts:
        for forbidden in ("CAST", "FILTER", "::", '"', "`", "BIGINT", "OVER", "POWER"):
            assert forbidden not in text


def test_the_text_does_not_grow_with_the_number_of_units():
    texts = []

    class Listening(DuckDb):
        def table(self, sql, lent=NONE):
            texts.append((sql, {name: len(columns["d1"]) for name, columns in lent.items()}))
            return super().table(sql, lent)

    table = responses(9, n=400)
    for units in (["x"], [f"unit {k:03}" for k in range(100)]):
        labels = pa.array([units[k % len(units)] for k in range(400)])
        many = Table(GOLDEN, table.columns.set_column(table.columns.column_names.index("unit"), "unit", labels))
        both(many, DesignColumns(weights="w", strata="h"), ("unit",), Listening.over_table)
    few, many = [(text, lent) for text, lent in texts if lent]
    assert few[0] == many[0]
    assert (few[1]["a"], many[1]["a"]) == (1, 100)  # the numbers of every unit come as tables that are joined


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_any_sample_gives_what_the_rows_give(seed, n):
    design = DesignColumns(weights="w", strata="h", fpc=("N",), lonely=Lonely.REMOVE)
    found, ours, rows, _ = both(responses(seed, n=n, strata=3), design, ("unit",))
    assert found.domains.shape[0] == len({key[0] for key in rows})
    for key, row in rows.items():
        pair = [[getattr(x, name) for name in ("estimate", "se")] for x in (ours[key], row)]
        # A census has no error for us; the pass over the rows may leave the last bit of one.
        np.testing.assert_allclose(*np.array(pair, dtype=float), rtol=1e-9, atol=1e-9)
