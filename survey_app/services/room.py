"""Room of an answer: how many dossiers it could belong to, and which strata an answer without a slip stands for."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Dossier, Invitation, RollPacket, Round, Stratum
from survey_app.services.inbox import Waiting
from survey_app.services.strata import ASKED, moment
from survey_app.services.taking import NO_STRATUM

UNKNOWN_DESK = 0  # stratum of desks that the register did not know


class Room:
    """How many dossiers an answer of a stratum and grade, or one without a slip, could belong to."""

    def __init__(self, session: Session, row: Round, strata: Mapping[int, Stratum], since: date | None) -> None:
        """`since` limits to dossiers that were returned or invited from that day on."""
        numbers = {stratum.id: number for number, stratum in strata.items()}
        counted = select(Invitation.stratum_id, Invitation.drawn, func.count()).where(Invitation.round_id == row.id)
        if since is not None:
            counted = counted.where(Invitation.invited_on >= since)
        self._invited: dict[tuple[int, bool], int] = defaultdict(int)
        for stratum_id, drawn, n in session.execute(counted.group_by(Invitation.stratum_id, Invitation.drawn)):
            self._invited[numbers[stratum_id], drawn] += n
        self._slips: dict[int, int] = defaultdict(int)
        packets = select(RollPacket.stratum_id, func.sum(RollPacket.slips)).group_by(RollPacket.stratum_id)
        for stratum_id, slips in session.execute(packets):
            if stratum_id in numbers:
                self._slips[numbers[stratum_id]] += slips
        self._session, self._first = session, max(since or row.period_start, row.period_start)
        self._returned: dict[str, int] = {}

    def least(self, number: int) -> int:
        """The smaller room of drawn and other answers, of those kinds that the stratum has."""
        drawn, other = self._invited[number, True], self._invited[number, False] + self._slips[number]
        kinds = [n for n in (drawn, other) if n]
        return min(kinds, default=0)

    def of_desk(self, desk: str) -> int:
        """Dossiers that ended at a desk: whoever answers there without a slip could have come for any of them."""
        if desk not in self._returned:
            found = select(func.count()).select_from(Dossier).where(Dossier.receiving_unit_id == uuid.UUID(desk))
            found = found.where(Dossier.returned_at >= moment(self._first), Dossier.outcome.in_(ASKED))
            self._returned[desk] = self._session.scalar(found) or 0
        return self._returned[desk]

    def of(self, answers: Sequence[Waiting]) -> int:
        """Room of answers that no longer say which of their strata they are from."""
        own = {a.stratum for a in answers if a.stratum != NO_STRATUM}
        desks = {a.desk for a in answers if a.stratum == NO_STRATUM}
        return sum(self.least(number) for number in own) + sum(self.of_desk(desk) for desk in desks)


def strata_of_desk(row: Round, strata: Mapping[int, Stratum], desk: str) -> tuple[int, ...]:
    """Numbers of the strata that an answer without a slip could be of: all of its desk, or of the desk's group."""
    group = uuid.UUID((row.strata_rule or {}).get("desks", {}).get(desk, desk))
    return tuple(n for n, stratum in sorted(strata.items()) if stratum.desk_id == group and n != UNKNOWN_DESK)
