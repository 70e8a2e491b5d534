"""What the answers are worth: the public names of the statistics, the rarer ones loaded when they are first used."""

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.cells import Answers, Cells, cells_of, merge, roll_up
from analysis.chart_rows import (
    ChartWords,
    ClassLimit,
    FunnelLimit,
    FunnelRow,
    ImportanceRow,
    IntervalRow,
    LevelRow,
    MonthRow,
    NumberFormat,
    Picture,
    PointRow,
)
from analysis.disclosure import ANNUAL_MINIMUM, LIVE_MINIMUM, Safe, publishable, released_groups, rounded_count
from analysis.errors import AnalysisError
from analysis.figures import Figure, Interval, Reason, par_index_points, round_half_up
from analysis.index import index_figures, strata_without_answer, with_composite
from analysis.late_names import PLACE

if TYPE_CHECKING:
    from analysis import annual, charts, release, report
    from analysis.association import rao_scott
    from analysis.calibration import calibrate, margins, residuals
    from analysis.cfa import fit_cfa, model_of, moments_of
    from analysis.cfa_fit import fit_indices, scaled_indices, standardised
    from analysis.comparison import Difference, compare_domains, compare_years
    from analysis.contrasts import Contrasts, differences, differences_of_shares, linear_contrasts
    from analysis.design import DesignColumns
    from analysis.dispersion import population_covariance
    from analysis.drivers import importance_performance, lmg_shares, lmg_with_limits, relative_weights
    from analysis.estimate import estimate as domain_estimates
    from analysis.factorability import factorability as factorability_of
    from analysis.funnel import exact_limits, expected_range, over_dispersion
    from analysis.intervals import clopper_pearson, effective_n, korn_graubard, logit_t, newcombe, wald_t, wilson
    from analysis.monitoring import bernoulli_cusum, cusum, ewma, laney_chart, p_chart
    from analysis.multiplicity import (
        benjamini_hochberg,
        benjamini_yekutieli,
        bonferroni,
        hochberg,
        holm,
        largest_contrast,
    )
    from analysis.ordinal import ordinal_regression
    from analysis.polychoric import polychoric_correlations
    from analysis.rank_pairs import best_set, marginal_rank_sets, simultaneous_rank_sets
    from analysis.rank_sets import joint_region, joint_region_of_shares, ranks, sets_from_intervals
    from analysis.rank_tests import posterior_ranks, rank_sets_by_tests, rank_sets_of_counts
    from analysis.ranking import between_variance, group_span, robustness, table_reliability
    from analysis.reading import Table, read_table
    from analysis.recovered import Recovered, change_of_published, correlation_of_years, mean_of_published
    from analysis.regression import linear_regression, logistic_regression, wald_test
    from analysis.reliability import alpha_of, cronbach_alpha, omega_of, pairwise_covariance, weighted_covariance
    from analysis.replicate_designs import balanced_halves, jackknife, psus_of, rao_wu_bootstrap
    from analysis.replicates import estimate as replicate_estimates
    from analysis.replicates import given_replicates
    from analysis.replicates import quantile as replicate_quantiles
    from analysis.response_file import ResponseFile
    from analysis.run_rules import run_limits
    from analysis.run_rules import run_rules as runs_of
    from analysis.sample_size import allocate, half_width_for_size, size_for_error, size_for_half_width
    from analysis.sampling import draw_pps, draw_stratified, draw_systematic, frame_hash, inclusion_probabilities
    from analysis.small_area import fay_herriot
    from analysis.specification import Specification, read_specification
    from analysis.succession import Passage, Share, Succession
    from analysis.variants import drop_one, weighted_arithmetic, weighted_geometric
    from analysis.weights import base_weights, diagnostics, nonresponse_weights, post_stratify, rake, trim

__all__ = [
    "ANNUAL_MINIMUM",
    "LIVE_MINIMUM",
    "AnalysisError",
    "Answers",
    "Cells",
    "ChartWords",
    "ClassLimit",
    "Contrasts",
    "DesignColumns",
    "Difference",
    "Figure",
    "FunnelLimit",
    "FunnelRow",
    "ImportanceRow",
    "Interval",
    "IntervalRow",
    "LevelRow",
    "MonthRow",
    "NumberFormat",
    "Passage",
    "Picture",
    "PointRow",
    "Reason",
    "Recovered",
    "ResponseFile",
    "Safe",
    "Share",
    "Specification",
    "Succession",
    "Table",
    "allocate",
    "alpha_of",
    "annual",
    "balanced_halves",
    "base_weights",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "bernoulli_cusum",
    "best_set",
    "between_variance",
    "bonferroni",
    "calibrate",
    "cells_of",
    "change_of_published",
    "charts",
    "clopper_pearson",
    "compare_domains",
    "compare_years",
    "correlation_of_years",
    "cronbach_alpha",
    "cusum",
    "diagnostics",
    "differences",
    "differences_of_shares",
    "domain_estimates",
    "draw_pps",
    "draw_stratified",
    "draw_systematic",
    "drop_one",
    "effective_n",
    "ewma",
    "exact_limits",
    "expected_range",
    "factorability_of",
    "fay_herriot",
    "fit_cfa",
    "fit_indices",
    "frame_hash",
    "given_replicates",
    "group_span",
    "half_width_for_size",
    "hochberg",
    "holm",
    "importance_performance",
    "inclusion_probabilities",
    "index_figures",
    "jackknife",
    "joint_region",
    "joint_region_of_shares",
    "korn_graubard",
    "laney_chart",
    "largest_contrast",
    "linear_contrasts",
    "linear_regression",
    "lmg_shares",
    "lmg_with_limits",
    "logistic_regression",
    "logit_t",
    "marginal_rank_sets",
    "margins",
    "mean_of_published",
    "merge",
    "model_of",
    "moments_of",
    "newcombe",
    "nonresponse_weights",
    "omega_of",
    "ordinal_regression",
    "over_dispersion",
    "p_chart",
    "pairwise_covariance",
    "par_index_points",
    "polychoric_correlations",
    "population_covariance",
    "post_stratify",
    "posterior_ranks",
    "psus_of",
    "publishable",
    "rake",
    "rank_sets_by_tests",
    "rank_sets_of_counts",
    "ranks",
    "rao_scott",
    "rao_wu_bootstrap",
    "read_specification",
    "read_table",
    "relative_weights",
    "release",
    "released_groups",
    "replicate_estimates",
    "replicate_quantiles",
    "report",
    "residuals",
    "robustness",
    "roll_up",
    "round_half_up",
    "rounded_count",
    "run_limits",
    "runs_of",
    "scaled_indices",
    "sets_from_intervals",
    "simultaneous_rank_sets",
    "size_for_error",
    "size_for_half_width",
    "standardised",
    "strata_without_answer",
    "table_reliability",
    "trim",
    "wald_t",
    "wald_test",
    "weighted_arithmetic",
    "weighted_covariance",
    "weighted_geometric",
    "wilson",
    "with_composite",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name in ("annual", "charts", "release", "report"):
        return import_module(f"analysis.{name}")
    if name not in PLACE:
        raise AttributeError(f"analysis has no {name}; its names are in analysis.__all__")
    module, attribute = PLACE[name]
    return getattr(import_module(f"analysis.{module}"), attribute)
