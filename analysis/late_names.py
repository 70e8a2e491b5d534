"""Public names that are loaded when they are first used, and the files where they stand."""

# A page needs a dozen of these names; drawing, models and files take their time to load.
LATE = {
    "association": ("rao_scott",),
    "calibration": (
        "calibrate",
        "margins",
        "residuals",
    ),
    "cfa": (
        "fit_cfa",
        "model_of",
        "moments_of",
    ),
    "cfa_fit": (
        "fit_indices",
        "scaled_indices",
        "standardised",
    ),
    "comparison": (
        "Difference",
        "compare_domains",
        "compare_years",
    ),
    "contrasts": (
        "Contrasts",
        "linear_contrasts",
        "differences",
        "differences_of_shares",
    ),
    "design": ("DesignColumns",),
    "dispersion": ("population_covariance",),
    "drivers": (
        "importance_performance",
        "lmg_shares",
        "lmg_with_limits",
        "relative_weights",
    ),
    "funnel": (
        "exact_limits",
        "expected_range",
        "over_dispersion",
    ),
    "intervals": (
        "clopper_pearson",
        "effective_n",
        "korn_graubard",
        "logit_t",
        "newcombe",
        "wald_t",
        "wilson",
    ),
    "monitoring": (
        "bernoulli_cusum",
        "cusum",
        "ewma",
        "laney_chart",
        "p_chart",
    ),
    "multiplicity": (
        "benjamini_hochberg",
        "benjamini_yekutieli",
        "bonferroni",
        "hochberg",
        "holm",
        "largest_contrast",
    ),
    "ordinal": ("ordinal_regression",),
    "polychoric": ("polychoric_correlations",),
    "rank_pairs": (
        "best_set",
        "marginal_rank_sets",
        "simultaneous_rank_sets",
    ),
    "rank_sets": (
        "joint_region",
        "joint_region_of_shares",
        "ranks",
        "sets_from_intervals",
    ),
    "rank_tests": (
        "posterior_ranks",
        "rank_sets_by_tests",
        "rank_sets_of_counts",
    ),
    "ranking": (
        "between_variance",
        "group_span",
        "robustness",
        "table_reliability",
    ),
    "reading": (
        "Table",
        "read_table",
    ),
    "recovered": (
        "Recovered",
        "change_of_published",
        "correlation_of_years",
        "mean_of_published",
    ),
    "regression": (
        "linear_regression",
        "logistic_regression",
        "wald_test",
    ),
    "reliability": (
        "alpha_of",
        "cronbach_alpha",
        "omega_of",
        "pairwise_covariance",
        "weighted_covariance",
    ),
    "replicate_designs": (
        "balanced_halves",
        "jackknife",
        "psus_of",
        "rao_wu_bootstrap",
    ),
    "replicates": ("given_replicates",),
    "response_file": ("ResponseFile",),
    "run_rules": ("run_limits",),
    "sample_size": (
        "allocate",
        "half_width_for_size",
        "size_for_error",
        "size_for_half_width",
    ),
    "sampling": (
        "draw_pps",
        "draw_stratified",
        "draw_systematic",
        "frame_hash",
        "inclusion_probabilities",
    ),
    "small_area": ("fay_herriot",),
    "specification": (
        "Specification",
        "read_specification",
    ),
    "succession": (
        "Passage",
        "Share",
        "Succession",
    ),
    "variants": (
        "drop_one",
        "weighted_arithmetic",
        "weighted_geometric",
    ),
    "weights": (
        "base_weights",
        "diagnostics",
        "nonresponse_weights",
        "post_stratify",
        "rake",
        "trim",
    ),
}
RENAMED = {  # functions that are called like their file
    "domain_estimates": ("estimate", "estimate"),
    "factorability_of": ("factorability", "factorability"),
    "replicate_estimates": ("replicates", "estimate"),
    "replicate_quantiles": ("replicates", "quantile"),
    "runs_of": ("run_rules", "run_rules"),
}
PLACE = {name: (module, name) for module, names in LATE.items() for name in names} | RENAMED
