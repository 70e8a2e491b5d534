"""A file too large to be grouped at once is read some strata at a time: the same numbers to the last bit."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from analysis.cell_sums import MEASURES
from analysis.design import DesignColumns
from analysis.engines import DuckDb
from analysis.errors import AnalysisError
from analysis.pipeline import compute_indices, measures_of
from analysis.scan import cells_sql, run_scan
from analysis.sources import FILES, Source
from analysis.stored import stored
from instruments.load import newest
from tests.analysis.stored_responses import into_parquet, typed
from tests.analysis.survey import open_table

INSTRUMENT = newest("sipas-2017")
SAMPLED = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",))
RESPONDENTS = DesignColumns(weights="weight", strata="stratum")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same responses with strata as numbers, and as words with signs that SQL gives a meaning to."""
    folder = tmp_path_factory.mktemp("blocks")
    responses = typed(open_table("sipas_2025").columns)
    mixed = responses.take(np.random.default_rng(5).permutation(len(responses)))
    into_parquet(mixed, folder / "numbers.parquet")
    place = responses.column_names.index("stratum")
    words = pa.array([f"Ph\u01b0\u1eddng 'x'; {label} % --" for label in mixed.column("stratum").to_pylist()])
    into_parquet(mixed.set_column(place, "stratum", words), folder / "words.parquet")
    return folder


def over(path, design, rows=None):
    """The stored responses, in blocks of so many rows."""
    engine = DuckDb.over_parquet(path, FILES)
    columns = tuple(engine.table(f"SELECT * FROM {FILES} WHERE 1 = 0"))
    whole = stored(Source(engine, FILES, columns), design, ("agency",), INSTRUMENT)
    assert whole.engine.blocks == ()  # some hundred rows are grouped at once
    if rows is None:
        return whole
    object.__setattr__(whole, "engine", engine.in_blocks("stratum", rows))
    assert len(whole.engine.blocks) > 2
    return whole


def cells(view):
    return run_scan(view, cells_sql(view.shape, measures_of(INSTRUMENT, tuple(MEASURES))), view.shape.keys)


@pytest.mark.parametrize("name", ["numbers", "words"])
def test_blocks_of_strata_give_every_cell_once(folder, name):
    whole, parts = (cells(over(folder / f"{name}.parquet", SAMPLED, rows)) for rows in (None, 100))
    assert len(whole["n"]) > 100
    assert set(whole) == set(parts)
    for column, values in whole.items():
        assert np.array_equal(values, parts[column]), column


@pytest.mark.parametrize("design", [SAMPLED, RESPONDENTS])
def test_blocks_give_the_figures_of_the_whole(folder, design):
    whole, parts = (
        compute_indices(view, view.shape, design, INSTRUMENT)
        for view in (over(folder / "words.parquet", design, rows) for rows in (None, 100))
    )
    assert whole.figures == parts.figures
    assert np.array_equal(whole.overall_covariance, parts.overall_covariance, equal_nan=True)


def test_a_unit_in_strata_of_two_blocks_is_still_seen(folder, tmp_path):
    responses = pa.parquet.read_table(folder / "numbers.parquet")
    place = responses.column_names.index("psu")
    same = responses.set_column(place, "psu", pa.array([1] * len(responses)))
    view = over(into_parquet(same, tmp_path / "same.parquet"), SAMPLED, 100)
    with pytest.raises(AnalysisError, match="stands in two strata"):
        cells(view)


def test_labels_that_are_dates_or_decimals_keep_their_spelling_and_blanks_stay_blank():
    columns = {
        "day": [date(2025, 1, 31), None],
        "rate": [Decimal("3.10"), None],
        "word": ["3.10", None],
        "w": [1, None],
    }
    engine = DuckDb.over_table(pa.table(columns))
    read = {name: engine.table(f"SELECT {name} FROM responses")[name].tolist() for name in columns}
    assert [str(read[name][0]) for name in ("day", "rate", "word")] == ["2025-01-31", "3.10", "3.10"]
    assert [read[name][1] for name in ("day", "rate", "word")] == [None, None, None]
    assert np.isnan(read["w"][1])
