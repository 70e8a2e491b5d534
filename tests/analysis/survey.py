"""Our estimates in the form in which R's answers were stored: names, estimates, errors, covariances."""

import numpy as np
import pyarrow as pa

from analysis.asked import parse_asked
from analysis.design import DesignColumns
from analysis.estimate import estimate
from analysis.reading import Table, read_table
from analysis.specification import Specification
from tests.analysis.reference import GOLDEN, reference_folder

ZERO = 1e-5  # standard errors below this are 0 blurred by rounding in R; its script treats them so too


def open_table(name):
    """The data set, from the frozen copies or else from the reference folder."""
    frozen = GOLDEN / "data" / f"{name}.csv"
    return read_table(frozen if frozen.exists() else reference_folder() / "oracle/data" / f"{name}.csv")


def with_columns(table, **columns):
    """The table with more columns of numbers or labels."""
    wider = table.columns
    for name, values in columns.items():
        text = ["" if isinstance(v, float) and np.isnan(v) else str(v) for v in np.asarray(values).tolist()]
        wider = wider.append_column(name, pa.chunked_array([text]))
    return Table(table.path, wider)


def labels_of(table, column):
    """Labels of a column, row by row."""
    return table.columns.column(column).to_pylist()


def ask(table, design, entries, *, by=(), factors=None, missing=(), level=0.95, covariance=False):
    """Rows by (domain labels, statistic), and the covariance."""
    asked = parse_asked(entries, factors or {})
    given = design if isinstance(design, DesignColumns) else DesignColumns(**design)
    specification = Specification(given, tuple(by), level, tuple(missing), asked)
    found = estimate(table, specification, with_covariance=covariance)
    rows = {(*row.domain.values(), row.statistic): row for row in found.rows}
    return rows, found


def domain_labels(found):
    """Domains in the order of the rows, each once."""
    return list(dict.fromkeys(tuple(row.domain.values()) for row in found.rows))


def numbers(values):
    """A flat array with NaN for None."""
    flat = np.ravel(np.array(values, dtype=object))
    return np.array([np.nan if x is None else x for x in flat], dtype=float)


def close(ours, theirs, rel, *, null_for_zero=False):
    """Compare to a relative tolerance; with `null_for_zero` we may have nothing where R has 0 (or nothing)."""
    ours, theirs = numbers(ours), numbers(theirs)
    assert ours.shape == theirs.shape
    if null_for_zero:
        silent = np.isnan(ours)
        assert np.all(np.isnan(theirs[silent]) | (np.abs(theirs[silent]) < ZERO))
        ours, theirs = ours[~silent], theirs[~silent]
    np.testing.assert_allclose(ours, theirs, rtol=rel, atol=0)


def close_matrix(ours, theirs, rel, *, null_for_zero=False):
    """Compare covariance matrices, each entry on the scale of its two variances."""
    ours, theirs = np.array(ours, dtype=float), np.array(theirs, dtype=float)
    assert ours.shape == theirs.shape
    if null_for_zero:
        silent = np.isnan(np.diag(ours))
        assert np.all(np.abs(theirs[silent]) < ZERO)
        ours, theirs = ours[np.ix_(~silent, ~silent)], theirs[np.ix_(~silent, ~silent)]
    scale = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert np.all(np.abs(ours - theirs) <= rel * scale)
