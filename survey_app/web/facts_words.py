"""Words of the check of facts: what each count is, and what was said of it."""

from survey_app.domain.eligibility import Exclusion
from survey_app.domain.facts import CONFIRMED, Counts, Statement
from survey_app.web import words
from survey_app.web.fieldwork_view import exclusion_names
from survey_app.web.language import gettext as _


def counts(found: Counts) -> tuple[tuple[str, str], ...]:
    """Every count with its name, as it is to be published."""
    names = {
        "returned": _("Dossiers that may be asked about"),
        "invited": _("Invited"),
        "ineligible": _("Asked, then known not to be concerned"),
        "opened": _("Questionnaires opened"),
        "complete": _("Complete answers"),
        "partial": _("Answers to at least half of the questions"),
        "refused": _("Refused, or broken off before half"),
        "not_reached": _("Not reached"),
        "other": _("Reached, could not answer"),
        "unknown": _("Invited, and nothing is known"),
    }
    rows = [(names.get(name, name), _number(value)) for name, value in found.published]
    rows.insert(1, (_("Drawn for the sample"), _number(str(found.drawn))))
    return tuple(rows)


def left_out(found: Counts) -> tuple[tuple[str, str], ...]:
    """Dossiers of the register that are not asked about, by reason."""
    names = exclusion_names()
    return tuple((names[Exclusion(reason)], _number(str(n))) for reason, n in found.left_out)


def verdict(statement: Statement) -> str:
    """Say what was said of the counts."""
    said = _("The counts are right.") if statement.verdict == CONFIRMED else statement.reason
    earlier = _("of an earlier computation")
    return f"{said} ({earlier})" if statement.stale else said


def _number(printed: str) -> str:
    return words.number_format().plain(int(printed)) if printed else "–"
