"""Everything that can go wrong on purpose: raised low, turned into a page or JSON in one place."""

from survey_app.domain.answers import AnswerProblem


class RefusedError(Exception):
    """A request that cannot be carried out; the message says why and what to do."""


class NotFoundError(RefusedError):
    """There is no such thing, or not for this reader: both look alike."""


class InFieldError(RefusedError):
    """Words or recordings with which people are being asked would change; `places` names some of them."""

    def __init__(self, places: str) -> None:
        self.places = places
        super().__init__(
            f"A round is asking with what would change: {places}. Wait for its close, or say --in-field REASON on the "
            "command line: people who answer before and after are then asked with different words or voices."
        )


class ClosedDoorError(RefusedError):
    """A token that opens nothing: used, expired, forged or of a round that takes no answers. Never says which."""


class OtherWayError(ClosedDoorError):
    """A way of answering that the plan of a round does not name; the same for every address of the round."""


class LateError(ClosedDoorError):
    """A genuine address that takes no answer today; staff who hold its sheet are told the quarantine's reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AnswersNotValidError(RefusedError):
    """Answers that must be mended before they can be taken."""

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.item}: {p.code}" for p in problems))
