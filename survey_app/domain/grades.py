"""Evidence grade of an answer: how far the figure made of it can be trusted."""

from survey_app.domain.tokens import Kind

GRADES = ("G1", "G2", "G3", "G4")
OWN_DEVICE, DESK_DEVICE, PAPER = "own", "desk", "paper"


def of_token(kind: Kind, device: str, *, assisted: bool) -> str:
    """G1: drawn and answered on the citizen's own device; G2: any other token; assisted lowers by one.

    A sheet of paper is G4, whoever filled it in and whatever door its code came in by: nobody can tell whether the
    citizen typed it or somebody with a stack of sheets.
    """
    if device == PAPER or kind is Kind.SHEET:
        return GRADES[3]
    place = 0 if kind is Kind.DRAWN and device == OWN_DEVICE else 1
    return GRADES[place + assisted]


def without_token(*, staff: bool, assisted: bool) -> str:
    """G3: a walk-up without a token; G4: keyed by staff; assisted lowers by one."""
    return GRADES[min(2 + staff + assisted, 3)]
