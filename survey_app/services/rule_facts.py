"""What the register of dossiers and the released answers tell of the indicators of a rule set."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey_app.domain.balance import ENDED_WITHOUT_RESULT
from survey_app.domain.periods import Period
from survey_app.domain.rule_scoring import REGISTER, Evidence, OnlineFacts, online_points
from survey_app.domain.rule_sets import OnlineServices, RuleSet, Timeliness
from survey_app.domain.timeliness import on_time_class
from survey_app.services import dossier_days
from survey_app.services.dossier_days import DossierLine

Pair = tuple[uuid.UUID, uuid.UUID]  # receiving unit, resolving unit


@dataclass
class Facts:
    """Counts of some dossiers of a period."""

    timing: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # results by early, on_time, late, unknown
    known_channel: int = 0
    online: int = 0
    unsettled: int = 0  # online, and resolved late or overdue at the end of the period
    procedures: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # levels seen of each

    def add(self, line: DossierLine, period: Period) -> None:
        """Count one dossier."""
        days = line.days
        closed = days.finished or days.returned
        timing = None
        if days.outcome not in ENDED_WITHOUT_RESULT and closed and period.start <= closed < period.end:
            timing = on_time_class(days.due, days.extended_due, closed)
            self.timing[timing] += 1
        received = days.received is not None and period.start <= days.received < period.end
        if received and line.channel is not None:
            self.known_channel += 1
            self.online += line.channel == "online"
        if received and line.procedure and line.online_level:
            self.procedures[line.procedure].add(line.online_level)
        still_open = closed is None or closed >= period.end
        deadline = days.extended_due or days.due
        overdue = still_open and deadline is not None and deadline < period.end
        if line.channel == "online" and days.outcome not in ENDED_WITHOUT_RESULT:
            self.unsettled += timing == "late" or overdue

    def join(self, other: "Facts") -> None:
        """Add the counts of other dossiers."""
        for name, n in other.timing.items():
            self.timing[name] += n
        self.known_channel += other.known_channel
        self.online += other.online
        self.unsettled += other.unsettled
        for procedure, levels in other.procedures.items():
            self.procedures[procedure] |= levels

    def online_facts(self, levels: Sequence[str]) -> OnlineFacts:
        """What counts for online services at these levels."""
        offered = sum(not found.isdisjoint(levels) for found in self.procedures.values())
        return OnlineFacts(len(self.procedures), offered, self.known_channel, self.online, self.unsettled)


def by_pair(session: Session, zone: ZoneInfo, period: Period) -> dict[Pair, Facts]:
    """Facts of a period by receiving and resolving unit, in one pass over the register."""
    found: dict[Pair, Facts] = defaultdict(Facts)
    for line in dossier_days.lines(session, zone, period):
        found[line.receiving, line.resolving].add(line, period)
    return found


def together(facts: Mapping[Pair, Facts], under: Collection[uuid.UUID]) -> Facts:
    """Facts of the dossiers that these units received or resolved."""
    joined = Facts()
    for (receiving, resolving), one in facts.items():
        if receiving in under or resolving in under:
            joined.join(one)
    return joined


def evidence(rule_set: RuleSet, facts: Facts) -> dict[int, Evidence]:
    """What the register tells of each indicator that it can tell of."""
    found: dict[int, Evidence] = {}
    for indicator in rule_set.indicators:
        match indicator.source:
            case Timeliness(points):
                dossiers = sum(facts.timing[name] for name in points)
                if dossiers:
                    total = sum(n * facts.timing[name] for name, n in points.items())
                    found[indicator.id] = Evidence(REGISTER, Decimal(total), dossiers)
            case OnlineServices() as rule:
                given = online_points(rule, facts.online_facts(rule.levels))
                if given is not None:
                    found[indicator.id] = Evidence(REGISTER, Decimal(given), 1)
    return found


def joined(*sources: Iterable[tuple[int, Evidence]]) -> dict[int, Evidence]:
    """Evidence of several sources; a later one stands before an earlier one."""
    return {number: one for source in sources for number, one in source}
