"""Rows that tests need: a province with desks, a round in the field, tokens of it; sensible unless told otherwise."""

import uuid
from datetime import date, timedelta
from hashlib import sha256
from types import SimpleNamespace

from sqlalchemy import func, select

import instruments
from survey_app.domain import tokens
from survey_app.domain.periods import months_between
from survey_app.domain.tokens import Kind, Token
from survey_app.installation import Installation
from survey_app.models import Round, Staff, StaffRole, Stratum, Unit, UnitState
from survey_app.services import rounds
from survey_app.services.round_roles import Actor
from tests.made_once import made_once

SINCE = date(2020, 1, 1)


def a_unit(installation: Installation, slug: str, *, kind="desk", name=None, parent=None) -> uuid.UUID:
    """Make a unit that has existed for years; asking again for the same slug gives the same one."""
    with installation.database.write() as session:
        known = session.scalar(select(Unit.id).where(Unit.slug == slug))
        if known is not None:
            return known
        unit = Unit(slug=slug)
        session.add(unit)
        session.flush()
        name = name or slug
        state = {"kind": kind, "name": name, "folded": name.casefold(), "parent_id": parent, "valid_from": SINCE}
        session.add(UnitState(unit_id=unit.id, **state))
        return unit.id


@made_once
def a_round(installation: Installation, *, desks=("hai-chau",), **changes) -> SimpleNamespace:
    """Make a round in the field with its keys and one stratum per desk; `changes` are columns of the round.

    Gives id, code, number, field_start and the ids of province and desks (stratum numbers 1, 2 ... in their order).
    """
    province = a_unit(installation, "minh-hai", kind="province", name="Tỉnh Minh Hải")
    desk_ids = [a_unit(installation, slug, parent=province) for slug in desks]
    with installation.database.write() as session:
        number = changes.pop("number", 1 + (session.scalar(select(func.max(Round.number))) or 0))
        values = {
            "code": f"R{number}",
            "title": "Đo lường sự hài lòng năm 2026",
            "instrument_key": "sipas-2017/1",
            "period_start": date(2026, 1, 1),
            "period_end": date(2026, 12, 31),
            "field_start": date(2026, 1, 1),
            "field_end": date(2026, 12, 31),
            "erasure_date": date(2028, 12, 31),
            "state": "field",
        } | changes
        installation.keys.create_round(values["code"])
        values.setdefault("instrument_hash", instruments.shipped(values["instrument_key"]).structure_hash)
        values.setdefault("seed_commitment", sha256(installation.keys.seed(values["code"])).hexdigest())
        row = Round(number=number, unit_id=province, **values)
        session.add(row)
        session.flush()
        for place, desk in enumerate(desk_ids, start=1):
            session.add(Stratum(round_id=row.id, number=place, desk_id=desk, classes={}, register_count=100))
        made = SimpleNamespace(id=row.id, number=number, province=province, desks=desk_ids, **values)
    installation.keys.prepare_days(installation.today())
    installation.keys.prepare_pools()
    installation.keys.prepare_kiosks()
    return made


def a_person(installation: Installation, login: str, unit_id: uuid.UUID, *roles, role="province") -> Actor:
    """Make a login with roles in rounds; give back whoever takes steps as it."""
    with installation.database.write() as session:
        row = Staff(login=login, name=login, password_hash="none", role=role, unit_id=unit_id)
        session.add(row)
        session.flush()
        session.add_all(StaffRole(staff_id=row.id, role=one) for one in roles)
        return Actor(login, frozenset(roles), unit_id)


def advance(installation: Installation, code: str, state: str, actor: Actor = rounds.COMMAND_LINE, reason="") -> None:
    """Take a round a step further as its release does, without a bundle."""
    with installation.database.write() as session:
        rounds.advance(session, installation, rounds.by_code(session, code), state, actor, reason)


def publish(installation: Installation, code: str) -> None:
    """Publish a closed round by two people as rounds were before releases: on its day, without a bundle."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        row.announced_at, row.release_at = installation.now() - timedelta(days=40), installation.now()
        unit_id = row.unit_id
    analyst = a_person(installation, "tinh.toan", unit_id, "computer", "checker")
    leader = a_person(installation, "lanh.dao", unit_id, "signer")
    for state, actor in (("computed", analyst), ("checked", analyst), ("signed", leader), ("published", leader)):
        advance(installation, code, state, actor)


def a_token(
    installation: Installation, of: SimpleNamespace, dossier="H00-1", *, stratum=1, kind=Kind.DRAWN, invited=None
) -> Token:
    """Make the token of a dossier, as if invited today (or on `invited`); the same dossier gives the same token."""
    month = months_between(of.field_start, invited or installation.today())
    identity = tokens.identifier(installation.keys.issuing_key(of.code), of.code, dossier)
    return tokens.issue(installation.keys.round_keys(of.code).token, of.number, stratum, month, identity, kind)


def a_forged_token(of: SimpleNamespace, *, stratum=1, month=2, number=None) -> Token:
    """Make a token with right check characters and a wrong MAC."""
    return Token(month, of.number if number is None else number, stratum, b"0123456789", b"not our mac"[:10])
