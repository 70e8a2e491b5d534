"""Association of two classifications in a complex sample: Rao and Scott's corrected chi-square."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, f

from analysis.covariance import covariance
from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.variance import lay_out

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True)
class Association:
    """Pearson's statistic with both corrections.

    Attributes
    ----------
    chi_square, chi_square_df, chi_square_p : float
        Of Pearson's statistic on the weighted table scaled to the sample; p after the first-order correction.
    f, f_df, f_p : float, (float, float), float
        Second-order correction: the F statistic with its degrees of freedom.
    """

    chi_square: float
    chi_square_df: int
    chi_square_p: float
    f: float
    f_df: tuple[float, float]
    f_p: float


def rao_scott(row: Int, column: Int, design: Design) -> Association:
    """Test whether two classifications are independent (method.md, formula A1).

    Parameters
    ----------
    row, column : ndarray, (rows,)
        Classes from 0; -1 leaves the row out of the table, not out of the design.
    design : Design
        Of all rows.

    Raises
    ------
    AnalysisError
        If one of the classifications has a single class, or a combination of classes has no answers.

    References
    ----------
    Rao and Scott (1984), Annals of Statistics 12, 46-60; Thomas and Rao (1987), J. Am. Stat. Assoc. 82, 630-636.
    """
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    inside = (row >= 0) & (column >= 0)
    if min(rows, columns) < 2:
        raise AnalysisError("an association needs at least two classes on each side")
    cells = rows * columns
    cell = np.where(inside, row * columns + column, 0)
    indicator = np.zeros((len(row), cells))
    indicator[np.arange(len(row)), cell] = inside
    w = design.weight
    total = float(w @ inside)
    p = (w @ indicator) / total
    z = w[:, None] * (indicator - inside[:, None] * p) / total
    domain = (~inside).astype(np.int64)
    taylor = lay_out(design.stages, domain, 2, design.lonely)
    vcov = covariance(taylor, z)[:cells, :cells]
    n, df = int(inside.sum()), int(taylor.df[0])
    table = p.reshape(rows, columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    if (table == 0).any():
        raise AnalysisError("a combination of classes has no answers; join classes")
    x2 = float(n * ((table - expected) ** 2 / expected).sum())
    eigen = _generalised_effects(p, vcov, n, rows, columns)
    return _corrected(x2, eigen, (rows - 1) * (columns - 1), df)


def _generalised_effects(p: Float, vcov: Float, n: int, rows: int, columns: int) -> Float:
    """Matrix of generalised design effects of the interaction contrasts."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    main = np.column_stack(
        [np.ones(rows * columns)]
        + [(row == r).astype(float) for r in range(1, rows)]
        + [(column == c).astype(float) for c in range(1, columns)]
    )
    interaction = np.column_stack(
        [((row == r) & (column == c)).astype(float) for r in range(1, rows) for c in range(1, columns)]
    )
    # Contrasts of log p that vanish under independence, so their variance needs the observed shares.
    contrast = interaction - main @ np.linalg.lstsq(main, interaction)[0]
    scaled = contrast / p[:, None]
    under_srs = contrast.T @ scaled / n
    observed = scaled.T @ vcov @ scaled
    return np.asarray(np.linalg.solve(under_srs, observed))


def _corrected(x2: float, effects: Float, table_df: int, df: int) -> Association:
    """Apply the corrections of first and second order."""
    trace, trace2 = float(np.trace(effects)), float(np.trace(effects @ effects))
    satterthwaite = trace**2 / trace2
    statistic = x2 / trace
    f_df = (satterthwaite, satterthwaite * df)
    return Association(
        chi_square=x2,
        chi_square_df=table_df,
        chi_square_p=float(chi2.sf(x2 / (trace / table_df), table_df)),
        f=statistic,
        f_df=f_df,
        f_p=float(f.sf(statistic, *f_df)),
    )
