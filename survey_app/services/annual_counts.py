"""What a bundle counts of the fieldwork of a unit, in the dispositions of the fieldwork page."""

import uuid
from collections.abc import Sequence

import analysis
from survey_app.domain.fieldwork import CALLERS, Counts, dispositions
from survey_app.models import Batch
from survey_app.services.register import Register

ENDED = ("complete", "partial", "refused", "not_reached", "other", "unknown")  # by the definitions of AAPOR
COUNTS = ("returned", "invited", "ineligible", "opened", *ENDED)


def of_unit(register: Register, under: set[uuid.UUID], batches: Sequence[Batch]) -> list[int | str]:
    """Counts of some units together, rounded to 5; `batches` are those of grades G1 and G2."""
    offered = register.total(register.invited, under) + register.counted("handed_out", under)
    opened = register.counted("opened", under)
    answers = register.by_slip(under, batches)
    callers = {name: register.counted(name, under) for name in CALLERS}
    cases = dispositions(Counts(offered, opened, answers.answers + answers.held, **callers), answers, ended=True)
    returned = register.total(register.returned, under)
    counted = {**vars(cases), "returned": returned, "invited": offered, "opened": opened}
    rounded: dict[str, int | str] = {name: analysis.rounded_count(counted[name]) for name in COUNTS}
    if not opened and batches:
        rounded["opened"] = ""  # openings are counted by desk; agencies that share one have none of their own
    return [rounded[name] for name in COUNTS]
