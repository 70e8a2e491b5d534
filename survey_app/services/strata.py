"""Strata of a round: fixed from a past register, then looked up for each dossier."""

import math
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import strata as rule
from survey_app.domain.timeliness import on_time_class
from survey_app.models import Dossier, Round, Stratum
from survey_app.services import unit_tree, units

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # dates of the register are the offices' own
ASKED = ("returned", "refused", "withdrawn")  # 'supplement' is not an end
UNKNOWN = "unknown"
COLUMNS = (
    Dossier.receiving_unit_id,
    Dossier.resolving_unit_id,
    Dossier.outcome,
    Dossier.due_at,
    Dossier.extended_due_at,
    Dossier.finished_at,
    Dossier.returned_at,
    Dossier.field,
    Dossier.filing_channel,
)


def freeze(session: Session, row: Round, register_start: date, register_end: date) -> int:
    """Write the strata of a round from the register of `register_start` to `register_end` (both included)."""
    under = units.descendants(session, row.unit_id, row.period_start)
    counts: dict[rule.Key, int] = defaultdict(int)
    for key in _register(session, under, register_start, register_end):
        counts[key] += 1
    days = (register_end - register_start).days + 1
    # Drawn and undrawn dossiers can be told apart once the seed is out, so each kind needs its 50.
    rarer = min(row.draw_fraction, 1 - row.draw_fraction) or 1.0
    per_life = row.token_life_days / days * rarer
    per_period = ((row.period_end - row.period_start).days + 1) / days * rarer
    totals: dict[str, int] = defaultdict(int)
    for key, count in counts.items():
        totals[key.desk] += count
    above = unit_tree.parents(session, row.period_start)
    parents = {unit.hex: parent.hex if parent else None for unit, parent in above.items()}
    groups = group_small_desks(totals, parents, rule.MINIMUM / per_period)
    made = rule.build(counts, groups, math.ceil(rule.MINIMUM / per_life))
    row.strata_rule = made.tree
    for leaf in made.leaves:
        session.add(_stratum(row, leaf, groups, leaf.register_count * per_life < rule.MINIMUM))
    return len(made.leaves)


def stratum_number(row: Round, key: rule.Key) -> int:
    """Number of the stratum that a dossier falls in."""
    return rule.assign(row.strata_rule or {}, key)


def key_of(
    desk: uuid.UUID,
    agency: uuid.UUID,
    outcome: str | None,
    due: datetime | None,
    extended: datetime | None,
    finished: datetime | None,
    returned: datetime | None,
    field: str | None,
    channel: str | None,
) -> rule.Key:
    """What a dossier's stratum depends on, from its columns in the order of COLUMNS."""
    done = _day(finished) or _day(returned)
    timing = on_time_class(_day(due), _day(extended), done)
    return rule.Key(
        desk=desk.hex,
        agency=agency.hex,
        outcome=outcome or UNKNOWN,
        on_time="on_time" if timing == "early" else timing,
        field=field or UNKNOWN,
        channel=channel or UNKNOWN,
    )


def group_small_desks(totals: Mapping[str, int], parents: Mapping[str, str | None], minimum: float) -> dict[str, str]:
    """Give each desk its group: itself, or for a desk below the minimum the nearest unit above that reaches it.

    Small desks that do not reach it together take the smallest other desk into their group.
    """
    groups = {desk: desk for desk in totals}
    level = {desk: desk for desk in totals if totals[desk] < minimum}
    while level:
        above = {desk: parents.get(unit) for desk, unit in level.items()}
        sums: dict[str | None, int] = defaultdict(int)
        for desk, unit in above.items():
            sums[unit] += totals[desk]
        waiting = {}
        for desk, unit in above.items():
            if unit is None:
                continue  # no unit above: the desk keeps the highest group it reached
            groups[desk] = unit
            if sums[unit] < minimum:
                waiting[desk] = unit
        level = waiting
    for unit in sorted(set(groups.values())):
        _fill(groups, totals, unit, minimum)
    return groups


def _fill(groups: dict[str, str], totals: Mapping[str, int], unit: str, minimum: float) -> None:
    """Let a group that is still too small take in the smallest other groups, whole."""
    sizes: dict[str, int] = defaultdict(int)
    for desk, group in groups.items():
        sizes[group] += totals[desk]
    own = sizes.pop(unit, 0)
    if unit in totals:
        return  # a desk that reached the minimum by itself
    for group in sorted(sizes, key=lambda g: (sizes[g], g)):
        if not 0 < own < minimum:
            return
        own += sizes[group]
        for desk in [desk for desk, at in groups.items() if at == group]:
            groups[desk] = unit


def moment(day: date) -> datetime:
    """Midnight at the beginning of a day, at the office."""
    return datetime.combine(day, time.min, tzinfo=ZONE)


def _register(session: Session, under: set[uuid.UUID], start: date, end: date) -> Iterator[rule.Key]:
    statement = (
        select(*COLUMNS)
        .where(
            Dossier.returned_at >= moment(start),
            Dossier.returned_at < moment(end + timedelta(days=1)),
            Dossier.outcome.in_(ASKED),
        )
        .execution_options(yield_per=10_000)
    )
    for columns in session.execute(statement):
        if columns[0] in under:
            yield key_of(*columns)


def _stratum(row: Round, leaf: rule.Leaf, groups: Mapping[str, str], only_at_close: bool) -> Stratum:
    """One row; a group of several desks stands under the unit above them and says why."""
    alone = len(leaf.desks) == 1 and groups[leaf.desks[0]] == leaf.desks[0]
    because = None
    if not leaf.desks:
        because = "desks that the register did not know"
    elif not alone:
        because = "fewer than 50 comparable dossiers in the whole period"
    unit = uuid.UUID(groups[leaf.desks[0]]) if leaf.desks else row.unit_id
    agencies = leaf.classes["agency"] or []
    return Stratum(
        round_id=row.id,
        number=leaf.number,
        desk_id=unit,
        agency_id=uuid.UUID(agencies[0]) if alone and len(agencies) == 1 else None,
        classes=leaf.classes,
        register_count=leaf.register_count,
        merged_because=because,
        only_at_close=only_at_close or not alone,
    )


def _day(at: datetime | None) -> date | None:
    return at.astimezone(ZONE).date() if at else None
