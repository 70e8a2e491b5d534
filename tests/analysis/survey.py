"""Our estimates in the form in which R's answers were stored: names, estimates, errors, covariances."""

import numpy as np
import pyarrow as pa

from analysis.asked import parse_asked
from analysis.design import DesignColumns
from analysis.estimate import estimate
from analysis.reading import Table, read_table
from analysis.specification import Specification
from tests.analysis.reference import GOLDEN, reference_folder


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


def close(ours, theirs, rel):
    """Compare to a relative tolerance, with None equal to None only, and 0 to the size of its neighbours."""
    ours = np.array([np.nan if x is None else x for x in np.ravel(np.array(ours, dtype=object))], dtype=float)
    theirs = np.array([np.nan if x is None else x for x in np.ravel(np.array(theirs, dtype=object))], dtype=float)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=rel, atol=0)


def close_matrix(ours, theirs, rel):
    """Compare covariance matrices, each entry on the scale of its two variances."""
    ours, theirs = np.array(ours, dtype=float), np.array(theirs, dtype=float)
    scale = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert ours.shape == theirs.shape
    assert np.all(np.abs(ours - theirs) <= rel * scale + 0.0)
