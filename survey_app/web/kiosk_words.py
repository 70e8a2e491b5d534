"""Sentences about devices in the reader's language."""

from survey_app.domain.number_ranges import Range
from survey_app.services.kiosk_overview import KioskLine
from survey_app.web.language import gettext as _
from survey_app.web.language import ngettext

SHOWN = 3  # ranges of missing numbers that a sentence names


def signs() -> dict[str, str]:
    """Say what needs a look at a device, in a few words."""
    return {
        "silent": _("silent for more than a day"),
        "missing": _("numbers missing"),
        "waiting": _("answers wait and do not arrive"),
        "not_persisted": _("the browser may clear its store"),
        "battery": _("battery low"),
        "clock": _("clock wrong"),
        "busy": _("very many answers in one day"),
        "reused": _("a number was used twice"),
        "rejected": _("some answers were not taken"),
    }


def apart_reasons() -> dict[str, str]:
    """Say why an answer enters no figure."""
    return {
        "second_answer": _("second answer with the same slip"),
        "says_not_answered": _("says that somebody else used the slip"),
        "before_start": _("came before the first day: early"),
        "after_close": _("came after the close: late"),
        "expired": _("the slip was too old"),
        "unknown_address": _("a slip that is none of ours"),
        "not_valid": _("against the rule for answers"),
        "over_issued": _("more answers than slips"),
        "damaged": _("could not be opened or read"),
        "unknown_round": _("of a round that is not asked on this device"),
    }


def received(line: KioskLine) -> str:
    """Say how much has arrived: 'kiosk 17: 412 answers, 3 still missing (nos. 371-373)'."""
    answers = ngettext("%(num)d answer", "%(num)d answers", line.answers)
    if not line.missing:
        return _("kiosk %(number)s: %(answers)s, none missing", number=line.number, answers=answers)
    return _(
        "kiosk %(number)s: %(answers)s, %(missing)s still missing (nos. %(ranges)s)",
        number=line.number,
        answers=answers,
        missing=line.missing,
        ranges=_ranges(line.missing_ranges),
    )


def _ranges(ranges: tuple[Range, ...]) -> str:
    """Write ranges of numbers shortly."""
    parts = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:SHOWN]]
    return ", ".join(parts) + (" …" if len(ranges) > SHOWN else "")


def persisted(line: KioskLine) -> str:
    """Say whether the browser promised to keep what waits."""
    return {True: _("kept"), False: _("not promised"), None: _("not told")}[line.persisted]
