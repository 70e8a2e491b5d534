"""Two people decide about a group of the quarantine: one asks, another agrees, the flush carries it out."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import quarantine as rule
from survey_app.domain import round_states
from survey_app.domain.quarantine import ListedGroup, ListedRequest, QuarantinePage
from survey_app.installation import Installation
from survey_app.models import QuarantineRequest, Round, Unit
from survey_app.services import audit, quarantine, round_roles, rounds, unit_tree, units
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.quarantine import Group
from survey_app.services.round_roles import Actor

LONGEST = 400
REASON = 3  # letters that a reason has at least


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with a group, and why."""

    reason: str
    desk: str
    action: str
    why: str


def page(installation: Installation, code: str, actor: Actor) -> QuarantinePage:
    """Groups and requests of a round; the caller has asked whether the reader may see the round."""
    mine = [group for group in quarantine.groups(installation) if group.round == code]
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        found = session.scalars(_requests(row).order_by(QuarantineRequest.asked_at.desc())).all()
        names = {group.desk: _name(session, row, group.desk) for group in mine}
        slugs = {one.unit_id: _slug(session, one.unit_id) for one in found}
        taken = {(one.reason, slugs[one.unit_id]) for one in found if one.state in rule.OPEN}
        today = installation.today()
        may_ask = round_states.FIELDWORK in actor.roles and row.erasure_date > today
        listed = tuple(
            _group(group, names[group.desk], _actions(row, group, today) if may_ask else (), taken)
            for group in mine
            if group.number >= rule.FEWEST
        )
        requests = tuple(_request(one, _name(session, row, slugs[one.unit_id]), actor) for one in found)
    small = sum(group.number for group in mine if group.number < rule.FEWEST)
    return QuarantinePage(listed, analysis.rounded_count(small), requests)


def ask(installation: Installation, code: str, wish: Wish, actor: Actor) -> None:
    """Ask for a whole group to be counted or deleted, as somebody who does the fieldwork."""
    if len(wish.why.strip()) < REASON:
        raise RefusedError("Say in a sentence why; the reason is kept.")
    group = _large_group(installation, code, wish)
    with installation.database.write() as session:
        row = _locked(session, installation, code)
        round_roles.require(session, installation, actor, round_states.FIELDWORK, row.unit_id)
        if wish.action not in _actions(row, group, installation.today()):
            raise RefusedError(f"Answers apart as {wish.reason} can not be decided on in this way in this round.")
        unit_id = units.unit_by_slug(session, wish.desk).id if wish.desk else None
        for other in session.scalars(_requests(row).where(QuarantineRequest.state.in_(rule.OPEN))):
            if (other.reason, other.unit_id) == (wish.reason, unit_id):
                raise RefusedError("Somebody has asked about this group already; it is not settled yet.")
        why = wish.why.strip()[:LONGEST]
        asked = {"action": wish.action, "why": why, "asked_at": installation.now(), "asked_by": actor.login}
        session.add(QuarantineRequest(round_id=row.id, reason=wish.reason, unit_id=unit_id, **asked))
        subject = _subject(code, wish.reason, wish.desk)
        audit.note(session, installation, f"quarantine {wish.action} asked", subject, why, actor.login)


def withdraw(installation: Installation, code: str, request_id: uuid.UUID, actor: Actor) -> None:
    """Take back what one has asked for, while nobody has answered."""
    with installation.database.write() as session:
        row = _locked(session, installation, code)
        found = _open_request(session, row, request_id)
        if found.asked_by != actor.login:
            raise RefusedError("Whoever asked can take it back; others can refuse it.")
        _settle(session, installation, row, found, rule.WITHDRAWN, actor)


def refuse(installation: Installation, code: str, request_id: uuid.UUID, actor: Actor) -> None:
    """Refuse what somebody else has asked for."""
    with installation.database.write() as session:
        row = _locked(session, installation, code)
        found = _checked(session, installation, row, request_id, actor)
        _settle(session, installation, row, found, rule.REFUSED, actor)


def agree(installation: Installation, code: str, request_id: uuid.UUID, actor: Actor) -> None:
    """Agree to what somebody else has asked for: to delete is done now, to count by the next flush."""
    with installation.database.write() as session:
        row = _locked(session, installation, code)
        found = _checked(session, installation, row, request_id, actor)
        _settle(session, installation, row, found, rule.AGREED, actor)
        if found.action == rule.DISCARD:
            _finish(session, installation, row, found, quarantine.discard(session, row, *_place(session, found)), 0)


def due(installation: Installation) -> Sequence[str]:
    """Rounds with a group that two people want to be counted."""
    with installation.database.read() as session:
        found = select(Round.code).join(QuarantineRequest, QuarantineRequest.round_id == Round.id)
        found = found.where(QuarantineRequest.state == rule.AGREED, Round.erasure_date > installation.today())
        return session.scalars(found.distinct().order_by(Round.code)).all()


def carry_out(installation: Installation, code: str) -> tuple[int, int]:
    """Count what two people want counted; only who holds the quarantine's key can. Returns how many went and stayed.

    After the close nothing is counted any more: the request is noted as too late, and the answers stay apart.
    """
    went, stayed = 0, 0
    with installation.database.write() as session:
        row = _locked(session, installation, code)
        agreed = _requests(row).where(QuarantineRequest.state == rule.AGREED)
        for found in session.scalars(agreed.with_for_update()).all():
            if row.state != round_states.FIELD:
                found.state = rule.TOO_LATE
                continue
            done = quarantine.accept(session, installation, row, *_place(session, found))
            _finish(session, installation, row, found, *done)
            went, stayed = went + done[0], stayed + done[1]
    return went, stayed


def _requests(row: Round) -> Select[QuarantineRequest]:
    return select(QuarantineRequest).where(QuarantineRequest.round_id == row.id)


def _locked(session: Session, installation: Installation, code: str) -> Round:
    """The round, one decision at a time; RefusedError once its answers are erased."""
    row = rounds.by_code(session, code)
    session.refresh(row, with_for_update=True)
    rounds.refuse_erased(row, installation.today())
    return row


def _large_group(installation: Installation, code: str, wish: Wish) -> Group:
    """The group that is meant; RefusedError for a small one and for none, alike."""
    for group in quarantine.groups(installation):
        if (group.round, group.reason, group.desk) == (code, wish.reason, wish.desk) and group.number >= rule.FEWEST:
            return group
    raise RefusedError(f"There is no such group of at least {rule.FEWEST} answers; fewer are not decided on here.")


def _actions(row: Round, group: Group, today: date) -> tuple[str, ...]:
    """What can be done with a group: it may count only from a desk, for some reasons, while the round takes answers."""
    takes = row.state == round_states.FIELD and row.field_start <= today
    counts = group.reason in rule.ACCEPTABLE and group.desk and takes
    return (rule.ACCEPT, rule.DISCARD) if counts else (rule.DISCARD,)


def _open_request(session: Session, row: Round, request_id: uuid.UUID) -> QuarantineRequest:
    found = session.get(QuarantineRequest, request_id, with_for_update=True)
    if found is None or found.round_id != row.id:
        raise NotFoundError("There is no such request.")
    if found.state != rule.ASKED:
        raise RefusedError("This request is settled already.")
    return found


def _checked(
    session: Session, installation: Installation, row: Round, request_id: uuid.UUID, actor: Actor
) -> QuarantineRequest:
    """An open request, for somebody else who checks rounds of this unit."""
    round_roles.require(session, installation, actor, round_states.CHECKER, row.unit_id)
    found = _open_request(session, row, request_id)
    if not actor.named or found.asked_by == actor.login:
        raise RefusedError("Two people decide, each with a login: whoever asks cannot agree.")
    return found


def _settle(
    session: Session, installation: Installation, row: Round, found: QuarantineRequest, state: str, actor: Actor
) -> None:
    found.state, found.settled_at, found.settled_by = state, installation.now(), actor.login
    reason, desk = _place(session, found)
    note = f"asked by {found.asked_by}: {found.why}"
    action = f"quarantine {found.action} {state}"
    audit.note(session, installation, action, _subject(row.code, reason, desk), note, actor.login)


def _finish(
    session: Session, installation: Installation, row: Round, found: QuarantineRequest, went: int, stayed: int
) -> None:
    found.state, found.went, found.stayed = rule.DONE, went, stayed
    subject = _subject(row.code, *_place(session, found))
    said = f"{went} {found.action}ed, {stayed} stay; asked by {found.asked_by}, agreed by {found.settled_by}"
    audit.note(session, installation, f"quarantine {found.action} done", subject, said)


def _place(session: Session, found: QuarantineRequest) -> tuple[str, str]:
    """Reason and desk of the group that is meant."""
    return found.reason, _slug(session, found.unit_id)


def _slug(session: Session, unit_id: uuid.UUID | None) -> str:
    return session.get_one(Unit, unit_id).slug if unit_id else ""


def _name(session: Session, row: Round, slug: str) -> str:
    return unit_tree.name_of(session, units.unit_by_slug(session, slug).id, row.period_start) if slug else ""


def _subject(code: str, reason: str, desk: str) -> str:
    return f"{code} {reason} {desk}".strip()


def _group(group: Group, name: str, may: tuple[str, ...], taken: set[tuple[str, str]]) -> ListedGroup:
    number, asked = analysis.rounded_count(group.number), (group.reason, group.desk) in taken
    return ListedGroup(group.reason, group.desk, name, number, asked, () if asked else may)


def _request(found: QuarantineRequest, name: str, actor: Actor) -> ListedRequest:
    own = found.asked_by == actor.login
    return ListedRequest(
        id=found.id,
        reason=found.reason,
        desk_name=name,
        action=found.action,
        why=found.why,
        asked_by=found.asked_by,
        asked_at=found.asked_at,
        state=found.state,
        settled_by=found.settled_by,
        settled_at=found.settled_at,
        went=None if found.went is None else analysis.rounded_count(found.went),
        stayed=None if found.stayed is None else analysis.rounded_count(found.stayed),
        may_withdraw=own and found.state == rule.ASKED,
        may_settle=not own and found.state == rule.ASKED and round_states.CHECKER in actor.roles,
    )
