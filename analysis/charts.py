"""Charts as accessible SVG, each with its table: the one place to import them from."""

from analysis.chart_funnel import funnel
from analysis.chart_importance import importance_performance
from analysis.chart_intervals import NARROW, WIDE, caterpillar, factor_bars
from analysis.chart_levels import stacked_levels
from analysis.chart_points import points
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
from analysis.chart_trend import trend

__all__ = [
    "NARROW",
    "WIDE",
    "ChartWords",
    "ClassLimit",
    "FunnelLimit",
    "FunnelRow",
    "ImportanceRow",
    "IntervalRow",
    "LevelRow",
    "MonthRow",
    "NumberFormat",
    "Picture",
    "PointRow",
    "caterpillar",
    "factor_bars",
    "funnel",
    "importance_performance",
    "points",
    "stacked_levels",
    "trend",
]
