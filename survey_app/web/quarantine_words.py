"""Sentences about the quarantine in the reader's language: what can be done with a group, and what became of it."""

from survey_app.domain import quarantine
from survey_app.domain.quarantine import ListedRequest
from survey_app.web.language import gettext as _


def actions() -> dict[str, str]:
    """Name what can be done with a group."""
    return {quarantine.ACCEPT: _("Count them"), quarantine.DISCARD: _("Delete them")}


def meanings() -> dict[str, str]:
    """Say what each of it does."""
    return {
        quarantine.ACCEPT: _(
            "What fits the rule counts as answers without a slip, apart from those of the invited; "
            "the rest stays here. The next flush does it."
        ),
        quarantine.DISCARD: _(
            "What they say is deleted at once and cannot be brought back; that they were there stays known."
        ),
    }


def state(one: ListedRequest) -> str:
    """Say how far a request has come."""
    if one.state == quarantine.DONE and one.action == quarantine.DISCARD:
        return _("Deleted: about %(went)s.", went=one.went)
    if one.state == quarantine.DONE:
        return _(
            "Wait for the next release: about %(went)s; stayed here: about %(stayed)s.",
            went=one.went,
            stayed=one.stayed,
        )
    return {
        quarantine.ASKED: _("Waits for somebody else who checks rounds."),
        quarantine.WITHDRAWN: _("Taken back."),
        quarantine.REFUSED: _("Refused."),
        quarantine.AGREED: _("Agreed; the next flush does it."),
        quarantine.TOO_LATE: _("Agreed too late: the round was closed before the next flush. The answers stay here."),
    }[one.state]


def done(what: str) -> str:
    """Say after a form what was noted."""
    return {
        "ask": _("Your request was noted. Somebody else who checks rounds has to agree."),
        "withdraw": _("Your request was taken back."),
        "refuse": _("The request was refused."),
        "agree": _("Your agreement was noted."),
    }[what]


def incomplete() -> str:
    """Say what is missing in a request."""
    return _("Choose what should become of the group, and say in a sentence why. Nothing was noted.")
