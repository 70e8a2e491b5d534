"""Agencies check their counts before a release is signed: never a score, and no objection stays without an answer."""

import uuid
from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import access, facts, round_states
from survey_app.domain.access import Reader
from survey_app.domain.facts import Counts, RoundFacts, Statement, UnitFacts, UnitStatus
from survey_app.installation import Installation
from survey_app.models import Dossier, FactStatement, Frame, Invitation, Release, Round, RoundStep, Unit
from survey_app.services import audit, reading, release_build, release_files, round_roles, rounds, unit_tree
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.reading import Opened
from survey_app.services.round_roles import Actor

FIELDWORK = "data/fieldwork.csv"
REASON = 3  # letters that a reason or an answer has at least
LONGEST = 400
SPEAKING = (round_states.COMPUTED, round_states.CHECKED)  # states of a round in which units may speak


def of_unit(installation: Installation, reader: Reader, slug: str, code: str) -> tuple[Opened, UnitFacts]:
    """Counts of a unit in a round, for its own people and those above it; NotFoundError for anybody else."""
    opened = reading.agency_round(installation, reader, slug, code)
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        release = _release(session, row)
        counts = _counts(installation, session, row, release, opened) if release else None
        due = _due(installation, session, row)
        statements = _statements(session, row).get(opened.unit_id, ())
    may = reader.role == access.AGENCY and counts is not None and row.state in SPEAKING
    return opened, UnitFacts(due, may and due is not None and installation.today() <= due, counts, statements)


def speak(installation: Installation, reader: Reader, slug: str, code: str, reason: str = "") -> None:
    """Say that the counts of a unit are right, or with a reason that they are not."""
    opened, found = of_unit(installation, reader, slug, code)
    if not found.may_speak:
        raise RefusedError("Counts are confirmed by the unit's own people, from the computation until the last day.")
    said = reason.strip()[:LONGEST]
    verdict = facts.OBJECTED if said else facts.CONFIRMED
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        session.refresh(row, with_for_update=True)
        if row.state not in SPEAKING:
            raise RefusedError(f"Round {code} is {row.state}; its counts are no longer checked.")
        values = {"round_id": row.id, "unit_id": opened.unit_id, "at": installation.now(), "actor": reader.login}
        session.add(FactStatement(**values, verdict=verdict, reason=said))
        audit.note(session, installation, f"facts {verdict}", f"{code} {slug}", said, reader.login)


def of_round(installation: Installation, code: str, actor: Actor) -> RoundFacts:
    """What every unit has said of its counts; the caller has asked whether the reader may see the round."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        release = _release(session, row)
        listed = [r["unit"] for r in _table(installation, release)] if release else []
        known = {unit.slug: unit.id for unit in session.scalars(select(Unit).where(Unit.slug.in_(listed)))}
        said = _statements(session, row)
        ids = {known[slug]: None for slug in listed if slug in known and known[slug] != row.unit_id} | said
        names = [(unit, unit_tree.name_of(session, unit, row.period_start)) for unit in ids]
        slugs = {unit.id: unit.slug for unit in session.scalars(select(Unit).where(Unit.id.in_(list(ids))))}
        lines = [UnitStatus(slugs[unit], name, tuple(reversed(said.get(unit, ())))) for unit, name in names]
        return RoundFacts(_due(installation, session, row), round_states.COMPUTER in actor.roles, tuple(lines))


def answer(installation: Installation, code: str, statement_id: uuid.UUID, text: str, actor: Actor) -> None:
    """Answer an objection, as somebody who computes rounds of this unit."""
    if len(text.strip()) < REASON:
        raise RefusedError("Write what was found and what was done about it.")
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        round_roles.require(session, installation, actor, round_states.COMPUTER, row.unit_id)
        found = session.get(FactStatement, statement_id, with_for_update=True)
        if found is None or found.round_id != row.id or found.verdict != facts.OBJECTED:
            raise NotFoundError("There is no such objection.")
        if found.answer is not None:
            raise RefusedError("This objection is answered already; an answer stays as it is.")
        found.answer, found.answered_at, found.answered_by = text.strip()[:LONGEST], installation.now(), actor.login
        slug = session.get_one(Unit, found.unit_id).slug
        audit.note(session, installation, "facts answered", f"{code} {slug}", found.answer, actor.login)


def refuse_open(session: Session, row: Round) -> None:
    """Refuse to go on while an objection stands without an answer."""
    open_ones = select(Unit.slug).join(FactStatement, FactStatement.unit_id == Unit.id).distinct()
    mine = (FactStatement.round_id == row.id, FactStatement.verdict == facts.OBJECTED, FactStatement.answer.is_(None))
    slugs = session.scalars(open_ones.where(*mine).order_by(Unit.slug)).all()
    if slugs:
        raise RefusedError(
            f"{', '.join(slugs)}: an objection to the counts is not answered. Answer it on the round's page of facts, "
            f"or send the round back if the counts are wrong."
        )


def _release(session: Session, row: Round) -> Release | None:
    """The newest version, once the round is computed."""
    if row.state not in (*round_states.SENDS_BACK, round_states.PUBLISHED):
        return None
    versions = release_build.versions(session, row)
    return versions[-1] if versions else None


def _table(installation: Installation, release: Release) -> list[dict[str, str]]:
    """Counts of every unit as the bundle holds them."""
    files = analysis.release.opened(release_files.path_of(installation, release.file_sha256))
    return analysis.release.records_of(files[FIELDWORK])


def _counts(
    installation: Installation, session: Session, row: Round, release: Release, opened: Opened
) -> Counts | None:
    """Counts of one unit; None if it is counted with others."""
    own = next((record for record in _table(installation, release) if record["unit"] == opened.slug), None)
    if own is None:
        return None
    under = unit_tree.trees(session, row.period_start)[opened.unit_id]
    drawn = (
        select(func.count())
        .select_from(Invitation)
        .join(Dossier, Dossier.id == Invitation.dossier_id)
        .where(Invitation.round_id == row.id, Invitation.drawn)
        .where(Dossier.receiving_unit_id.in_(under) | Dossier.resolving_unit_id.in_(under))
    )
    frozen = session.get(Frame, row.id)
    slugs = set(session.scalars(select(Unit.slug).where(Unit.id.in_(under))))
    left_out = {
        reason: sum(n for desk, n in desks.items() if desk in slugs)
        for reason, desks in (frozen.excluded.items() if frozen else ())
    }
    return Counts(
        published=tuple((name, count) for name, count in own.items() if name != "unit"),
        drawn=analysis.rounded_count(session.scalar(drawn) or 0),
        left_out=tuple((reason, n) for reason, n in sorted(left_out.items()) if n),
    )


def _computed_at(session: Session, row: Round) -> datetime | None:
    """When the round was computed last."""
    steps = select(func.max(RoundStep.at)).where(RoundStep.round_id == row.id)
    return session.scalar(steps.where(RoundStep.state == round_states.COMPUTED))


def _due(installation: Installation, session: Session, row: Round) -> date | None:
    """Last day on which units may speak; None while nothing is computed."""
    computed = _computed_at(session, row)
    if computed is None or row.release_at is None or _release(session, row) is None:
        return None
    zone = installation.settings.zone
    return facts.due(computed.astimezone(zone).date(), row.release_at.astimezone(zone).date())


def _statements(session: Session, row: Round) -> dict[uuid.UUID, tuple[Statement, ...]]:
    """Everything that was said of a round's counts by unit, the oldest first."""
    computed = _computed_at(session, row)
    found: dict[uuid.UUID, list[Statement]] = defaultdict(list)
    told = select(FactStatement).where(FactStatement.round_id == row.id).order_by(FactStatement.at)
    for one in session.scalars(told):
        stale = computed is None or one.at < computed
        answered = (one.answer, one.answered_at, one.answered_by)
        found[one.unit_id].append(Statement(one.id, one.at, one.actor, one.verdict, one.reason, *answered, stale))
    return {unit: tuple(said) for unit, said in found.items()}
