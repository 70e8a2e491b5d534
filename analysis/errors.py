"""The error of every wrong argument, whose message names the place and the remedy."""


class AnalysisError(ValueError):
    """An argument from which no honest number can be computed."""
