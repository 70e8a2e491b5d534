"""Until the announced minute pages of an ended round have counts and no score, but for those who make the release."""

from collections.abc import Sequence
from dataclasses import replace

from survey_app.domain.figures import ProvinceFigures, PublishedFigure, Reason, UnitFigures


def of_unit(figures: UnitFigures) -> UnitFigures:
    """The page of a unit without any score."""
    return replace(
        figures,
        overall=_hidden(figures.overall),
        general=_hidden(figures.general) if figures.general else None,
        factors=_all_hidden(figures.factors),
        items=_all_hidden(figures.items),
        trend=(),
        series=(),
        flagged=(),
    )


def of_province(figures: ProvinceFigures) -> ProvinceFigures:
    """The page of a province without any score."""
    lines = [replace(line, overall=_hidden(line.overall), reason=Reason.NOT_PUBLISHED) for line in figures.units]
    return replace(figures, own=_hidden(figures.own), units=tuple(lines), flagged=())


def _all_hidden(figures: Sequence[PublishedFigure]) -> tuple[PublishedFigure, ...]:
    return tuple(_hidden(figure) for figure in figures)


def _hidden(figure: PublishedFigure) -> PublishedFigure:
    """A figure of which nothing is told but that it will be published."""
    return PublishedFigure(
        statistic=figure.statistic,
        label=figure.label,
        shown=False,
        reason=Reason.NOT_PUBLISHED,
        estimate=None,
        bound="exact",
        low=None,
        high=None,
        n_text="",
        n=None,
        levels=None,
        mean=None,
        dissatisfied=None,
        evidence=figure.evidence,
    )
