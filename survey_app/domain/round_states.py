"""The states of a round, which role takes it from one to the next, and who may not do it twice."""

from collections.abc import Collection
from types import MappingProxyType

PLAN, FROZEN, FIELD, CLOSED = "plan", "frozen", "field", "closed"
COMPUTED, CHECKED, SIGNED, PUBLISHED = "computed", "checked", "signed", "published"
STATES = (PLAN, FROZEN, FIELD, CLOSED, COMPUTED, CHECKED, SIGNED, PUBLISHED)
ENDED = STATES[STATES.index(CLOSED) :]  # no answer is taken any more
SENDS_BACK = (COMPUTED, CHECKED, SIGNED)  # from here a checker may send a round back to be computed again

PLANNER, FIELDWORK, COMPUTER, CHECKER, SIGNER = "planner", "fieldwork", "computer", "checker", "signer"
ROLES = (PLANNER, FIELDWORK, COMPUTER, CHECKER, SIGNER)
_ROLE_TO = {
    FROZEN: PLANNER,
    FIELD: FIELDWORK,
    CLOSED: FIELDWORK,
    COMPUTED: COMPUTER,
    CHECKED: CHECKER,
    SIGNED: SIGNER,
    PUBLISHED: SIGNER,
}
# Steps that a round takes with its release and in no other way: no figure is public without a signed bundle.
RELEASE_STEPS = MappingProxyType({COMPUTED: "build", CHECKED: "check", SIGNED: "sign", PUBLISHED: "publish"})
INSIDERS = frozenset({COMPUTER, CHECKER, SIGNER})  # they must see the figures before these are published
NAMED_PERSON = (CHECKED, SIGNED, PUBLISHED)  # never taken by whoever happens to sit at the server


def before(state: str) -> str | None:
    """The state that a round must be in to come to this one; None for the first and for what is no state."""
    return STATES[STATES.index(state) - 1] if state in STATES[1:] else None


def after(state: str) -> str | None:
    """The next state; None after the last."""
    return STATES[STATES.index(state) + 1] if state != STATES[-1] else None


def goes_back(now: str, state: str) -> bool:
    """Whether this step sends a round back to be computed again."""
    return state == CLOSED and now in SENDS_BACK


def is_step(now: str, state: str) -> bool:
    """Whether a round can go from one state to the other at all."""
    return before(state) == now or goes_back(now, state)


def is_embargoed(state: str) -> bool:
    """Whether annual figures are there that nobody but insiders may see yet."""
    return state in ENDED and state != PUBLISHED


def role_for(now: str, state: str) -> str:
    """The role that takes this step."""
    return CHECKER if goes_back(now, state) else _ROLE_TO[state]


def second_person_missing(state: str, login: str, done: Collection[tuple[str, str]]) -> bool:
    """Whether a step needs somebody else: whoever signs neither computed nor checked (`done`: state and login)."""
    return state == SIGNED and any(step in (COMPUTED, CHECKED) and by == login for step, by in done)
