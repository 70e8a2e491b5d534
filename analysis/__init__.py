"""What the answers are worth: the public names of the statistics."""

from analysis.cells import Answers, Cells, cells_of, merge, roll_up
from analysis.errors import AnalysisError
from analysis.figures import Figure, Interval, Reason, par_index_points, round_half_up
from analysis.index import index_figures, strata_without_answer, with_composite

__all__ = [
    "AnalysisError",
    "Answers",
    "Cells",
    "Figure",
    "Interval",
    "Reason",
    "cells_of",
    "index_figures",
    "merge",
    "par_index_points",
    "roll_up",
    "round_half_up",
    "strata_without_answer",
    "with_composite",
]
