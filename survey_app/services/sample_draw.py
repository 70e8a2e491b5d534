"""Drawing the sample of a closed round from its frozen frame; anybody with frame and seed can draw it again."""

import uuid
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import frames, round_states, sample_design
from survey_app.domain import strata as rule
from survey_app.installation import Installation
from survey_app.models import Dossier, Frame, Invitation, Round, SampleCell, SampleMember, Stratum, Unit
from survey_app.services import audit, frame, round_roles, rounds, sample_plan, unit_tree, units
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.round_roles import COMMAND_LINE, Actor
from survey_app.services.sample_plan import Cell, SamplePlan, Tree

CHUNK = 500
UNDRAWN = 0  # stratum of dossiers that nobody is drawn from
DRAWN, RESERVE, REPLACED, REPLACEMENT = "drawn", "reserve", "replaced", "replacement"
IN_SAMPLE = (DRAWN, REPLACEMENT)
REPLACE_BECAUSE = ("no_contact_data", "register_error", "duplicate")


@dataclass(frozen=True)
class Drawn:
    """What was drawn."""

    dossiers: int
    strata: int
    psus: int
    reserve: int
    hash: str


@dataclass(frozen=True)
class Sample:
    """The plan, and per stratum the lines in the order of the draw: first those drawn, then the reserve."""

    plan: SamplePlan
    order: dict[int, list[str]]

    def drawn(self) -> list[str]:
        """Lines that are drawn."""
        return [line for cell in self.plan.cells for line in self.order[cell.leaf.number][: cell.draw]]


def draw(installation: Installation, code: str, actor: Actor = COMMAND_LINE) -> Drawn:
    """Draw the sample once; RefusedError says what is not ready or cannot be shared in this way."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        round_roles.require(session, installation, actor, round_states.PLANNER, row.unit_id)
        frozen = frame.of_round(session, row)
        if frozen.drawn_at is not None:
            raise RefusedError(f"The sample of {code} was drawn on {frozen.drawn_at:%d/%m/%Y}; it is drawn once.")
        sample = _sample(session, installation, row, frozen)
        row.strata_rule = sample.plan.tree
        frozen.drawn_at = installation.now()
        frozen.sample_hash = analysis.frame_hash(sample.drawn())
        _write_strata(session, row, sample.plan)
        reserve = _write_members(session, row, sample)
        made = Drawn(
            dossiers=len(sample.drawn()),
            strata=len(sample.plan.cells),
            psus=len({cell.part.psu for cell in sample.plan.cells}),
            reserve=reserve,
            hash=frozen.sample_hash,
        )
        detail = f"{made.dossiers} of {frozen.size} dossiers in {made.strata} strata, SHA-256 {made.hash}"
        audit.note(session, installation, "frame draw", code, detail, actor.login)
        return made


def redraws(installation: Installation, code: str) -> bool | None:
    """Whether frame and seed give the stored sample again; None before the draw."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        frozen = frame.of_round(session, row)
        if frozen.drawn_at is None:
            return None
        if row.erased_at is not None:
            raise RefusedError(f"Round {code} is erased: its seed and the list of the drawn are gone.")
        again = _sample(session, installation, row, frozen)
        numbers = cells(session, row)
        listed = select(Dossier.dossier_code, SampleMember.stratum_number, SampleMember.place)
        members = listed.join(SampleMember, SampleMember.dossier_id == Dossier.id)
        found = session.execute(members.where(SampleMember.round_id == row.id))
        stored = {code for code, number, place in found if place <= numbers[number].drawn}
        same_hash = analysis.frame_hash(again.drawn()) == frozen.sample_hash
        return same_hash and stored == {line.split("\t", 1)[0] for line in again.drawn()}


def replace(installation: Installation, code: str, dossier_code: str, reason: str, actor: Actor = COMMAND_LINE) -> str:
    """Put the next dossier of the reserve in the place of one that was never invited; return its code.

    Whoever was invited is not replaced: no answer is an answer of its own kind, which the weights take care of.
    """
    if reason not in REPLACE_BECAUSE:
        raise RefusedError(f"--reason is one of {', '.join(REPLACE_BECAUSE)}.")
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        round_roles.require(session, installation, actor, round_states.FIELDWORK, row.unit_id)
        member = _member(session, row, dossier_code)
        if session.get(Invitation, (row.id, member.dossier_id)) is not None:
            raise RefusedError(f"{dossier_code} has its address already; whoever was invited is not replaced.")
        waiting = (SampleMember.round_id == row.id, SampleMember.stratum_number == member.stratum_number)
        reserve = select(SampleMember).where(*waiting, SampleMember.role == RESERVE).order_by(SampleMember.place)
        following = session.scalar(reserve.limit(1))
        if following is None:
            raise RefusedError(f"Stratum {member.stratum_number} has no reserve left; the plan's design sets it.")
        member.role, member.replaced_because = REPLACED, reason
        following.role = REPLACEMENT
        audit.note(
            session, installation, "frame replace", code, f"stratum {member.stratum_number}: {reason}", actor.login
        )
        return session.get_one(Dossier, following.dossier_id).dossier_code


def replaced(installation: Installation, code: str) -> dict[str, int]:
    """How many were replaced, by reason."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        counted = select(SampleMember.replaced_because, func.count()).where(SampleMember.round_id == row.id)
        found = session.execute(counted.where(SampleMember.role == REPLACED).group_by(SampleMember.replaced_because))
        return {str(reason): n for reason, n in sorted(found)}


def cells(session: Session, row: Round) -> dict[int, SampleCell]:
    """How each stratum was sampled; empty in a rolling round and before the draw."""
    found = session.scalars(select(SampleCell).where(SampleCell.round_id == row.id))
    return {cell.stratum_number: cell for cell in found}


def _member(session: Session, row: Round, dossier_code: str) -> SampleMember:
    mine = select(SampleMember).join(Dossier, Dossier.id == SampleMember.dossier_id)
    mine = mine.where(SampleMember.round_id == row.id, Dossier.dossier_code == dossier_code)
    member = session.scalar(mine.where(SampleMember.role.in_(IN_SAMPLE)))
    if member is None:
        raise NotFoundError(f"{dossier_code} is not in the sample of {row.code}.")
    return member


def _sample(session: Session, installation: Installation, row: Round, frozen: Frame) -> Sample:
    """Share and draw; the same each time."""
    ids = dict(session.execute(select(Unit.slug, Unit.id)).all())
    lines = frame.lines_of(frozen, row.code)
    keys: dict[tuple[str, ...], rule.Key] = {}
    key_of_line = []
    for text in lines:
        line = frames.parse(text)
        if line[1:7] not in keys:
            keys[line[1:7]] = rule.Key(ids[line.desk].hex, ids[line.agency].hex, *line[3:7])
        key_of_line.append(keys[line[1:7]])
    seed = installation.keys.seed(row.code).hex()
    design = sample_design.of_plan(row.design)
    try:
        plan = sample_plan.plan(Tally(key_of_line), _tree(session, row), design, seed)
        number_of = {key: rule.assign(plan.tree, key) for key in keys.values()}
        sizes = {cell.leaf.number: cell.draw for cell in plan.cells}
        spare = {cell.leaf.number: min(design.reserve, cell.leaf.register_count - cell.draw) for cell in plan.cells}
        drawn = analysis.draw_stratified(
            {text: number_of[key] for text, key in zip(lines, key_of_line, strict=True)},
            {UNDRAWN: 0} | {number: n + spare[number] for number, n in sizes.items()},
            seed=seed,
        )
    except analysis.AnalysisError as error:
        raise RefusedError(f"The design of {row.code} cannot be drawn: {error}") from error
    order: dict[int, list[str]] = defaultdict(list)
    number_of_line = dict(zip(lines, key_of_line, strict=True))
    for text in drawn.units:
        order[number_of[number_of_line[text]]].append(text)
    return Sample(plan, order)


def _tree(session: Session, row: Round) -> Tree:
    """Units on the first day of the period."""
    listed = units.all_units(session, row.period_start)
    above = unit_tree.parents(session, row.period_start)
    return Tree(
        parents={unit.hex: parent.hex if parent else None for unit, parent in above.items()},
        kinds={unit.id.hex: unit.kind for unit in listed},
        slugs={unit.id.hex: unit.slug for unit in listed},
    )


def _write_strata(session: Session, row: Round, plan: SamplePlan) -> None:
    """Write each stratum twice over: what answers are traced to, and how it was sampled."""
    session.add(
        Stratum(
            round_id=row.id,
            number=UNDRAWN,
            desk_id=row.unit_id,
            classes=dict.fromkeys(rule.VARIABLES),
            register_count=0,
            merged_because="dossiers that nobody was drawn from",
            only_at_close=True,
        )
    )
    for cell in plan.cells:
        session.add(_stratum(row, cell, merged=cell.part.unit in plan.merged))
        session.add(
            SampleCell(
                round_id=row.id,
                stratum_number=cell.leaf.number,
                first_stage=cell.part.first_stage,
                psu=cell.part.psu,
                psu_probability=cell.part.probability,
                psus=cell.part.psus,
                psus_drawn=cell.part.psus_drawn,
                dossiers=cell.leaf.register_count,
                drawn=cell.draw,
            )
        )


def _stratum(row: Round, cell: Cell, *, merged: bool) -> Stratum:
    agencies = cell.leaf.classes["agency"] or []
    return Stratum(
        round_id=row.id,
        number=cell.leaf.number,
        desk_id=uuid.UUID(cell.part.unit),
        agency_id=uuid.UUID(agencies[0]) if len(agencies) == 1 and not merged else None,
        classes=cell.leaf.classes,
        register_count=cell.leaf.register_count,
        merged_because="too few comparable dossiers in the whole period" if merged else None,
        only_at_close=merged or cell.draw < rule.MINIMUM,
    )


def _write_members(session: Session, row: Round, sample: Sample) -> int:
    """Write who was drawn and who stands in the reserve; return how many the reserve has."""
    places = [
        (line.split("\t", 1)[0], cell.leaf.number, place, DRAWN if place <= cell.draw else RESERVE)
        for cell in sample.plan.cells
        for place, line in enumerate(sample.order[cell.leaf.number], start=1)
    ]
    for start in range(0, len(places), CHUNK):
        part = places[start : start + CHUNK]
        ids = _ids(session, [code for code, *_ in part])
        names = ("round_id", "dossier_id", "stratum_number", "place", "role")
        session.execute(
            insert(SampleMember), [dict(zip(names, (row.id, ids[code], *rest), strict=True)) for code, *rest in part]
        )
    return sum(role == RESERVE for *_, role in places)


def _ids(session: Session, codes: Sequence[str]) -> dict[str, uuid.UUID]:
    found = session.execute(select(Dossier.dossier_code, Dossier.id).where(Dossier.dossier_code.in_(codes)))
    ids = dict(found.all())
    if missing := _first(code for code in codes if code not in ids):
        raise RefusedError(f"Dossier {missing} of the frozen frame is no longer in the register; import it again.")
    return ids


def _first(found: Iterable[str]) -> str | None:
    return next(iter(found), None)
