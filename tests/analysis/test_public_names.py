"""The public names: each is there and documented, and what a page does not need is not loaded."""

import inspect
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet
import pytest

import analysis
from analysis.late_names import PLACE

HEAVY = ("matplotlib", "statsmodels", "scipy.stats", "duckdb", "pyarrow", "openpyxl", "pandas")


def loaded_after(statements):
    """Heavy packages that a fresh interpreter has loaded after some statements."""
    told = f"import sys\n{statements}\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip()


def test_import_of_the_package_loads_no_drawing_models_or_files():
    assert loaded_after("import analysis; analysis.index_figures, analysis.publishable, analysis.ChartWords") == "[]"
    assert loaded_after("import analysis; analysis.charts.trend") == "['matplotlib']"


def test_a_scan_of_a_parquet_file_does_not_load_pandas(tmp_path):
    pyarrow.parquet.write_table(pa.table({"h": ["a", None, "b"], "w": [1.5, 2.0, None]}), tmp_path / "answers.parquet")
    scan = f"DuckDb.over_parquet('{tmp_path}/answers.parquet').table('SELECT h, SUM(w) AS w FROM responses GROUP BY h')"
    told = loaded_after(f"from analysis.engines import DuckDb\nfound = {scan}; print(len(found['w']))")
    assert told.startswith("3\n")
    assert "pandas" not in told


@pytest.mark.parametrize("name", analysis.__all__)
def test_every_public_name_is_there_with_a_docstring(name):
    found = getattr(analysis, name)
    assert not inspect.ismodule(found) or name in ("annual", "charts", "release", "report")
    if inspect.isfunction(found):
        assert "Parameters" in found.__doc__ or "\n" not in found.__doc__.strip()


def test_names_do_not_change_when_their_files_are_imported_first():
    for name, (module, attribute) in PLACE.items():
        within = __import__(f"analysis.{module}", fromlist=[attribute])
        assert getattr(analysis, name) is getattr(within, attribute)


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(AttributeError, match="analysis has no mean"):
        _ = analysis.mean
