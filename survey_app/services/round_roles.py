"""Who takes part in a round: roles granted to logins, and the actor that a step is written down with."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import passwords, round_states
from survey_app.domain.access import Reader
from survey_app.installation import Installation
from survey_app.models import Staff, StaffRole
from survey_app.services import audit, sign_in, units
from survey_app.services.errors import NotFoundError, RefusedError


@dataclass(frozen=True)
class Actor:
    """Whoever takes a step: a login with its roles in rounds of its unit, or the command line."""

    login: str
    roles: frozenset[str]
    unit_id: uuid.UUID | None  # None: the command line, which has no login

    @property
    def named(self) -> bool:
        """Whether a person stands behind it who can be asked."""
        return self.unit_id is not None


COMMAND_LINE = Actor(audit.COMMAND, frozenset(), None)


class RoleMissingError(RefusedError):
    """A step was asked for by somebody who does not have its role."""


def of_login(session: Session, login: str) -> Actor:
    """The actor of a login; NotFoundError if there is none that may sign in."""
    row = session.scalar(select(Staff).where(Staff.login == passwords.fold_login(login), Staff.active))
    if row is None:
        raise NotFoundError(f"There is no login {login!r} that may sign in; `sipas staff list` shows all.")
    return Actor(row.login, roles_of(session, row.id), row.unit_id)


def of_reader(session: Session, reader: Reader) -> Actor:
    """The actor of somebody who has signed in on a page."""
    return Actor(reader.login, roles_of(session, reader.id), reader.unit_id)


def signed_in(installation: Installation, login: str, password: str) -> Actor:
    """The actor of a login on the command line, which must show its password as on a page."""
    sign_in.authenticate(installation, login, password)
    with installation.database.read() as session:
        return of_login(session, login)


def roles_of(session: Session, staff_id: uuid.UUID) -> frozenset[str]:
    """Roles of one login."""
    return frozenset(session.scalars(select(StaffRole.role).where(StaffRole.staff_id == staff_id)))


def every(session: Session) -> dict[str, tuple[str, ...]]:
    """Roles of every login that has one, in the order of the steps of a round."""
    found: dict[str, set[str]] = {}
    pairs = select(Staff.login, StaffRole.role).join(StaffRole, StaffRole.staff_id == Staff.id)
    for login, role in session.execute(pairs):
        found.setdefault(login, set()).add(role)
    return {login: tuple(r for r in round_states.ROLES if r in roles) for login, roles in found.items()}


def grant(installation: Installation, role: str, login: str, by: Reader | None = None) -> None:
    """Give a login a role in rounds; once more changes nothing."""
    with installation.database.write() as session:
        row = _row(session, installation, role, login, by)
        if session.get(StaffRole, (row.id, role)) is None:
            session.add(StaffRole(staff_id=row.id, role=role))
            audit.note(session, installation, "staff grant", row.login, role, by.login if by else audit.COMMAND)


def revoke(installation: Installation, role: str, login: str, by: Reader | None = None) -> None:
    """Take a role in rounds from a login; what it has done in them stays written down."""
    with installation.database.write() as session:
        row = _row(session, installation, role, login, by)
        held = session.get(StaffRole, (row.id, role))
        if held is not None:
            session.delete(held)
            audit.note(session, installation, "staff revoke", row.login, role, by.login if by else audit.COMMAND)


def set_all(installation: Installation, login: str, roles: Collection[str], by: Reader) -> None:
    """Give a login these roles in rounds and no others."""
    unknown = set(roles) - set(round_states.ROLES)
    if unknown:
        raise RefusedError(f"Roles {sorted(unknown)} are not known; use some of {', '.join(round_states.ROLES)}.")
    for role in round_states.ROLES:
        (grant if role in roles else revoke)(installation, role, login, by)


def require(session: Session, installation: Installation, actor: Actor, role: str, unit_id: uuid.UUID) -> None:
    """Refuse whoever may not take a step of a round of this unit, and say what to do.

    The command line stands in for a role only while nobody over the unit has it.
    """
    today = installation.today()
    above = (unit_id, *units.ancestors(session, unit_id, today))
    if actor.named:
        if actor.unit_id not in above:
            raise NotFoundError("There is no such round for this login.")
        if role not in actor.roles:
            raise RoleMissingError(
                f"{actor.login} does not have the role {role}; an administrator grants it: "
                f"`sipas staff grant {role} {actor.login}`.",
            )
        return
    holders = (
        select(Staff.login)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(StaffRole.role == role, Staff.active, Staff.unit_id.in_(above))
        .order_by(Staff.login)
    )
    known = session.scalars(holders).all()
    if known:
        raise RoleMissingError(f"This step belongs to the {role}: name the person with --as ({', '.join(known)}).")


def _row(session: Session, installation: Installation, role: str, login: str, by: Reader | None) -> Staff:
    """The login that is meant; an administrator reaches those of his unit and of the units under it."""
    if role not in round_states.ROLES:
        raise RefusedError(f"Role {role!r} is not known; use one of {', '.join(round_states.ROLES)}.")
    row = session.scalar(select(Staff).where(Staff.login == passwords.fold_login(login)))
    if row is None or (by and row.unit_id not in units.descendants(session, by.unit_id, installation.today())):
        raise NotFoundError(f"There is no login {login!r}; `sipas staff list` shows all.")
    return row
