"""How well a factor model fits: chi-square, CFI, TLI, RMSEA, SRMR, plain and scaled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from analysis.cfa import Cfa, Moments, casewise_scores, observed_information

Float = NDArray[np.float64]


@dataclass(frozen=True)
class FitIndices:
    """Fit of one model; the scaled test serves answers that are not normal, or weighted."""

    parameters: int
    df: int
    chi_square: float
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    srmr: float
    log_likelihood: float
    aic: float
    bic: float


@dataclass(frozen=True)
class ScaledIndices:
    """Yuan and Bentler's scaled test with its factor c, and the indices made from it."""

    factor: float
    chi_square: float
    p: float
    cfi: float
    tli: float
    rmsea: float


def fit_indices(cfa: Cfa) -> FitIndices:
    """Indices of fit under normality (formulas C6 to C9).

    Parameters
    ----------
    cfa : Cfa
        Of `cfa.fit_cfa`.

    Returns
    -------
    FitIndices
        RMSEA with its 90 % interval; CFI and TLI against the model of uncorrelated items.

    References
    ----------
    Bentler (1990), Psychol. Bull. 107, 238-246; Tucker and Lewis (1973), Psychometrika 38, 1-10; Browne and
    Cudeck (1992), Sociol. Methods Res. 21, 230-258.
    """
    n, df, t = cfa.n, cfa.model.df, cfa.n * cfa.discrepancy
    base, base_df = _baseline(cfa)
    cfi, tli = _relative(t, df, base, base_df)
    p = len(cfa.model.items)
    constant = p * np.log(2 * np.pi) + np.linalg.slogdet(cfa.sample)[1] + p
    log_likelihood = float(-n / 2 * (constant + cfa.discrepancy))
    count = cfa.model.parameters
    lower, upper = _rmsea_limits(t, df, n)
    return FitIndices(
        parameters=count,
        df=df,
        chi_square=t,
        p=float(chi2.sf(t, df)) if df else 1.0,
        cfi=cfi,
        tli=tli,
        rmsea=_rmsea(t, df, n),
        rmsea_lower=lower,
        rmsea_upper=upper,
        srmr=_srmr(cfa),
        log_likelihood=log_likelihood,
        aic=2 * count - 2 * log_likelihood,
        bic=float(np.log(n) * count - 2 * log_likelihood),
    )


def scaled_indices(cfa: Cfa, moments: Moments) -> ScaledIndices:
    """Yuan and Bentler's scaled test (formula C10) and the indices made from it.

    Parameters
    ----------
    cfa : Cfa
        Of `cfa.fit_cfa`, fitted to `moments`.
    moments : Moments
        Of `cfa.moments_of`.

    Returns
    -------
    ScaledIndices
        c = (tr of the saturated model - tr of the model) / df, each tr(information^-1 x spread of scores).

    References
    ----------
    Yuan and Bentler (2000), Sociol. Methodol. 30, 165-200.
    """
    n, df = cfa.n, cfa.model.df
    scores = casewise_scores(cfa.model, cfa.theta, moments)
    bread = np.linalg.inv(observed_information(cfa.model, cfa.theta, moments.covariance))
    ours = float(np.trace(bread @ (scores.T @ scores / n)))
    saturated = _saturated_trace(moments)
    factor = (saturated - ours) / df
    base, base_df = _baseline(cfa)
    # In the model of uncorrelated items each variance has information 1 / (2 v^2): its trace has a closed form.
    spread = np.sum((moments.weights[:, None] * (moments.centred**2 / np.diag(cfa.sample) - 1)) ** 2) / (2 * n)
    base_factor = (saturated - float(spread)) / base_df
    t = n * cfa.discrepancy / factor
    cfi, tli = _relative(t, df, base / base_factor, base_df)
    return ScaledIndices(factor, t, float(chi2.sf(t, df)), cfi, tli, _rmsea(t, df, n))


def standardised(cfa: Cfa) -> tuple[Float, Float, Float]:
    """Loadings, factor correlations and residual shares with all variances 1.

    Parameters
    ----------
    cfa : Cfa
        Of `cfa.fit_cfa`.

    Returns
    -------
    (loadings, correlations, residuals) : tuple of ndarray, shapes (p,), (m, m), (p,)
        Squared loading plus residual share is 1 for every item.
    """
    factor_sd, item_sd = np.sqrt(np.diag(cfa.factor_covariance)), np.sqrt(np.diag(cfa.implied))
    loadings = cfa.loadings * factor_sd[cfa.model.factor_of] / item_sd
    correlations = cfa.factor_covariance / np.outer(factor_sd, factor_sd)
    return loadings, correlations, cfa.residual_variances / item_sd**2


def _baseline(cfa: Cfa) -> tuple[float, int]:
    """Return chi-square and df of the model of uncorrelated items."""
    p = len(cfa.model.items)
    discrepancy = np.log(np.diag(cfa.sample)).sum() - np.linalg.slogdet(cfa.sample)[1]
    return float(cfa.n * discrepancy), p * (p - 1) // 2


def _relative(t: float, df: int, base: float, base_df: int) -> tuple[float, float]:
    """Return CFI and TLI."""
    excess, base_excess = max(t - df, 0.0), max(base - base_df, t - df, 0.0)
    cfi = 1.0 - excess / base_excess if base_excess > 0 else 1.0
    tli = 1.0 - (t - df) / df * base_df / (base - base_df) if df and base > base_df else 1.0
    return cfi, tli


def _rmsea(t: float, df: int, n: int) -> float:
    """Return the root mean square error of approximation."""
    return float(np.sqrt(max(t / n / df - 1 / n, 0.0))) if df else 0.0


def _rmsea_limits(t: float, df: int, n: int) -> tuple[float, float]:
    """Return the 90 % interval from the noncentral chi-square distribution."""
    if df == 0:
        return 0.0, 0.0

    def root(probability: float) -> float:
        if chi2.cdf(t, df) < probability:
            return 0.0
        far = 10 * t + 100
        centre = brentq(lambda x: ncx2.cdf(t, df, x) - probability, 1e-10, far, xtol=1e-12)
        return float(np.sqrt(centre / (n * df)))

    return root(0.95), root(0.05)


def _srmr(cfa: Cfa) -> float:
    """Return the root mean square of residual covariances in units of the sample standard deviations."""
    sd = np.sqrt(np.diag(cfa.sample))
    gap = ((cfa.sample - cfa.implied) / np.outer(sd, sd))[np.tril_indices(sd.size)]
    return float(np.sqrt(np.mean(gap**2)))


def _saturated_trace(moments: Moments) -> float:
    """Return the trace of the saturated model: its scores' spread over its information, both at the sample."""
    inverse = np.linalg.inv(moments.covariance)
    rows, columns = np.tril_indices(inverse.shape[0])
    turned = moments.centred @ inverse
    twice = np.where(rows == columns, 1.0, 2.0)
    scores = moments.weights[:, None] * (turned[:, rows] * turned[:, columns] - inverse[rows, columns]) * twice / 2
    spread = scores.T @ scores / moments.centred.shape[0]
    straight = inverse[np.ix_(rows, rows)] * inverse[np.ix_(columns, columns)]
    crossed = inverse[np.ix_(rows, columns)] * inverse[np.ix_(columns, rows)]
    information = (straight + crossed) * np.outer(twice, twice) / 4
    return float(np.trace(np.linalg.solve(information, spread)))
