"""Sentences about figures in the reader's language: why one is hidden, what evidence means, what a chart shows."""

from survey_app.domain.figures import PublishedFigure, Reason, RoundLine, TrendPoint
from survey_app.domain.findings import Change, Lowest
from survey_app.services.pictures import ChartWords, NumberFormat
from survey_app.web.language import current, day
from survey_app.web.language import gettext as _


def reasons(*, ended: bool = False) -> dict[Reason, str]:
    """Say why a figure is hidden, in a few words for a table or a chart; in an ended round nothing comes any more."""
    return _reasons() | (_reasons_of_ended() if ended else {})


def _reasons() -> dict[Reason, str]:
    return {
        Reason.NO_ANSWERS: _("no answers released yet"),
        Reason.TOO_FEW: _("not enough answers yet"),
        Reason.WAITS_FOR_CLOSE: _("small unit: figures come at the close of the round"),
        Reason.MERGED_UNIT: _("too few dossiers: counted together with similar units"),
        Reason.PROTECTS_ANOTHER: _("hidden so that a small group cannot be worked out"),
        Reason.TOO_NEAR_EARLIER: _("waits for more answers since the last release"),
        Reason.WAITS_FOR_MORE: _("waits for more answers to this question"),
        Reason.NO_VALID_ANSWER: _("nobody could judge this"),
        Reason.FACTOR_MISSING: _("a part of the index has no figure yet"),
        Reason.OVER_ISSUED: _("more answers than invitations: being checked"),
        Reason.NOT_PUBLISHED: _("not published yet"),
        Reason.IN_RELEASE: _("stands in the signed release of the round"),
        Reason.NO_REGISTER: _("no dossiers imported yet"),
    }


def _reasons_of_ended() -> dict[Reason, str]:
    """What is said otherwise once no answer is taken any more."""
    return {
        Reason.NO_ANSWERS: _("too few answers were collected"),
        Reason.TOO_FEW: _("too few valid answers were collected"),
        Reason.TOO_NEAR_EARLIER: _("a correction of so few answers would single people out"),
        Reason.WAITS_FOR_MORE: _("too few people judged this, or too few left it out, to be shown safely"),
        Reason.FACTOR_MISSING: _("a part of the index has no figure"),
    }


def reason_sentence(reason: Reason, *, ended: bool = False) -> str:
    """Say why a whole page has no figure, and what will change that; in an ended round nothing will."""
    if ended and reason in _ended_sentences():
        return _ended_sentences()[reason]
    return _sentences()[reason]


def _ended_sentences() -> dict[Reason, str]:
    few = _("Too few valid answers were collected in this round. It is closed: no more will come, and no figure.")
    return {
        Reason.NO_ANSWERS: few,
        Reason.TOO_FEW: few,
        Reason.TOO_NEAR_EARLIER: _(
            "A new figure would differ by fewer than 10 answers from one that was shown, so it would single people out."
        ),
        Reason.WAITS_FOR_MORE: _(
            "A few people left this out, or judged it alone; they could be singled out if the figure were shown."
        ),
        Reason.FACTOR_MISSING: _(
            "The overall index needs a figure for each of its parts; one of them had too few valid answers."
        ),
    }


def _sentences() -> dict[Reason, str]:
    return {
        Reason.NO_ANSWERS: _("Figures appear when 10 answers have been released."),
        Reason.TOO_FEW: _("Figures appear when enough answers have been released: 10 while the round runs, 30 in all."),
        Reason.WAITS_FOR_CLOSE: _(
            "Few dossiers are returned here, so answers could be traced if they were shown week by week. All figures "
            "appear together at the close of the round."
        ),
        Reason.MERGED_UNIT: _(
            "Fewer than 50 dossiers were returned here in the period. The answers count in the figures of the unit "
            "above, together with similar units."
        ),
        Reason.PROTECTS_ANOTHER: _("With this figure, one could work out the answers of a very small group."),
        Reason.TOO_NEAR_EARLIER: _("The figure changes again when 10 more answers have been released."),
        Reason.WAITS_FOR_MORE: _("A few people left this out; it appears when they are too many to be singled out."),
        Reason.NO_VALID_ANSWER: _("Everyone who answered left this out or said that it did not concern them."),
        Reason.FACTOR_MISSING: _("The overall index needs a figure for each of its parts; one still waits."),
        Reason.OVER_ISSUED: _(
            "More answers came in than invitations were given out. Nothing new is shown until this is explained."
        ),
        Reason.NOT_PUBLISHED: _("The figures of this round have not been published yet."),
        Reason.IN_RELEASE: _(
            "Communes were drawn first in this round. Its figures take that into account in the signed release, and "
            "stand there alone."
        ),
        Reason.NO_REGISTER: _("Import the returned dossiers, so that answers can be set against them."),
    }


def number_format() -> NumberFormat:
    """How the language of the page writes numbers."""
    return NumberFormat(",", ".", "\u00a0%") if current() == "vi" else NumberFormat()


def figure_text(figure: PublishedFigure) -> str:
    """Write an estimate, or the bound that is known of it."""
    return "" if figure.estimate is None else number_format().bounded(figure.estimate, figure.bound)


def interval_text(figure: PublishedFigure | TrendPoint) -> str:
    """Write an interval; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return number_format().interval(figure.low, figure.high)


def level_names() -> tuple[str, ...]:
    """Return the five levels, worst first."""
    return (
        _("Very dissatisfied"),
        _("Dissatisfied"),
        _("Neither"),
        _("Satisfied"),
        _("Very satisfied"),
    )


def grade_names() -> dict[str, str]:
    """Say what each grade of evidence stands for."""
    return {
        "G1": _("drawn at random, answered on the citizen's own device or to an independent interviewer"),
        "G2": _("by personal invitation, not drawn, or on a device of the office"),
        "G3": _("without an invitation, by anyone in the hall"),
        "G4": _("typed in by staff"),
    }


def month_name(month: str) -> str:
    """Write 2026-03 as 03/2026."""
    return f"{month[5:7]}/{month[:4]}"


def period(line: RoundLine) -> str:
    """Write the days whose returned dossiers a round asks about."""
    return f"{day(line.period_start)}–{day(line.period_end)}"


def note(line: RoundLine, n_text: str) -> str:
    """Write n and period under a chart."""
    if n_text:
        return _("About %(n)s answers; dossiers returned %(period)s.", n=n_text, period=period(line))
    return _("Dossiers returned %(period)s.", period=period(line))


def state_name(state: str) -> str:
    """Say in words what stage a round is in."""
    return {
        "plan": _("planned"),
        "frozen": _("ready, not begun"),
        "field": _("taking answers"),
        "closed": _("closed, not published"),
        "computed": _("computed, not checked"),
        "checked": _("checked, not signed"),
        "signed": _("signed, not published"),
        "published": _("published"),
    }[state]


def lowest_title(lowest: Lowest | None, none: str) -> str:
    """Say as the title of a chart which figure is lowest, and whether that is more than chance."""
    if lowest is None:
        return none
    values = {"name": lowest.figure.label, "share": figure_text(lowest.figure)}
    if lowest.clear:
        return _("Lowest: %(name)s, %(share)s", **values)
    return _("Lowest figure: %(name)s, %(share)s; no clear difference from the next", **values)


def change_title(found: Change | None, none: str) -> str:
    """Say as the title of a trend what has changed since the release before."""
    if found is None:
        return none
    share = number_format().share
    values = {
        "before": share(found.before.estimate or 0.0),
        "after": share(found.after.estimate or 0.0),
        "month": month_name(found.before.month),
    }
    if found.direction == "up":
        return _("Up from %(before)s in %(month)s to %(after)s", **values)
    if found.direction == "down":
        return _("Down from %(before)s in %(month)s to %(after)s", **values)
    return _("No clear change since %(month)s (%(before)s, now %(after)s)", **values)


def chart_words(
    title: str,
    measure: str,
    note: str,
    columns: tuple[str, ...],
    line: str = "",
    levels: tuple[str, ...] = (),
    *,
    ended: bool = False,
) -> ChartWords:
    """Put the words of one chart together; `ended`: no answer is taken any more."""
    return ChartWords(
        title=title,
        measure=measure,
        note=note,
        columns=columns,
        empty=_("No figure is published.") if ended else _("Figures appear when 10 answers have been released."),
        number=number_format(),
        levels=levels or level_names(),
        hidden=_("No figure of their own") if ended else _("No figure of their own yet"),
        merged=_("with its neighbour"),
        joined=_("Several levels together"),
        line=line,
    )
