"""Ways in which answers come in, and the collectors of a plan that each of them belongs to."""

from collections.abc import Collection

from survey_app.domain import grades

API, CALL, SLIP = "api", "call", "slip"

# An interviewer on the telephone opens the citizen's own address, and nobody sees who sits behind another program.
_ADDRESS = ("own_device", "interviewer")
_WAYS = {
    grades.OWN_DEVICE: ("on citizens' own devices", _ADDRESS),
    API: ("from other programs", _ADDRESS),
    grades.DESK_DEVICE: ("on devices of the desk", ("desk_device",)),
    grades.PAPER: ("on paper", ("staff",)),
    CALL: ("by interviewers", ("interviewer",)),
    SLIP: ("with slips", (*_ADDRESS, "desk_device")),
}


def takes(collectors: Collection[str], way: str) -> bool:
    """Whether a plan names a collector that a way of answering belongs to."""
    return not set(_WAYS[way][1]).isdisjoint(collectors)


def refusal(code: str, collectors: Collection[str], way: str) -> str | None:
    """Why a round takes no answers in this way, and what adds it; None if it does."""
    if takes(collectors, way):
        return None
    words, wanted = _WAYS[way]
    return (
        f"Round {code} takes no answers {words}: its plan names {', '.join(collectors)}, not {' or '.join(wanted)}. "
        f"`sipas round change {code} --collector ... --reason TEXT` with all of them adds one."
    )
