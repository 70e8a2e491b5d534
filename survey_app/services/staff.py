"""Staff: who may sign in, with which role over which unit."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import access, passwords
from survey_app.domain.access import Reader
from survey_app.installation import Installation
from survey_app.models import Staff, Unit
from survey_app.services import audit, round_roles, sign_in, unit_tree, units
from survey_app.services.errors import NotFoundError, RefusedError

LANGUAGES = ("vi", "en")


class OwnLoginError(RefusedError):
    """Nobody disables the login that he is using."""


class PasswordProblemError(RefusedError):
    """A new password that is not taken; `codes` says why."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        super().__init__(
            f"The password is not taken ({', '.join(codes)}): use {passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} "
            "characters, at least 5 different ones, without the login name.",
        )


@dataclass(frozen=True)
class NewStaff:
    """What is needed to let someone in."""

    login: str
    name: str
    role: str
    unit_slug: str
    password: str
    language: str = "vi"


@dataclass(frozen=True)
class StaffLine:
    """One login in a list."""

    login: str
    name: str
    role: str
    unit_name: str
    unit_slug: str
    active: bool
    round_roles: tuple[str, ...] = ()


def create(installation: Installation, new: NewStaff) -> None:
    """Let someone in; RefusedError names what must be mended."""
    login = passwords.fold_login(new.login)
    if not passwords.LOGIN.match(login):
        raise RefusedError(f"Login {new.login!r}: use 3 to 60 of a-z, 0-9, dot, hyphen, underscore, @.")
    if new.role not in access.ROLES:
        raise RefusedError(f"Role {new.role!r} is not known; use one of {', '.join(access.ROLES)}.")
    if new.language not in LANGUAGES:
        raise RefusedError(f"Language {new.language!r} is not one of {', '.join(LANGUAGES)}.")
    hashed = _hash_new(new.password, login)
    with installation.database.write() as session:
        if session.scalar(select(Staff.id).where(Staff.login == login)):
            raise RefusedError(f"Login {login!r} exists; `sipas staff passwd {login}` sets a new password.")
        unit = units.unit_by_slug(session, new.unit_slug)
        row = Staff(login=login, name=new.name.strip() or login, password_hash=hashed, role=new.role)
        row.unit_id, row.language = unit.id, new.language
        session.add(row)
        audit.note(session, installation, "staff add", login, f"{new.role} of {new.unit_slug}")


def change_password(installation: Installation, reader: Reader, old: str, new: str) -> int:
    """Replace one's own password, ending every other session; return the new session version."""
    sign_in.authenticate(installation, reader.login, old)
    hashed = _hash_new(new, reader.login)
    with installation.database.write() as session:
        return _set_password(session, installation, reader.login, hashed, reader.login)


def set_password(installation: Installation, login: str, new: str) -> None:
    """Give a login a new password, ending its sessions."""
    login = passwords.fold_login(login)
    hashed = _hash_new(new, login)
    with installation.database.write() as session:
        _set_password(session, installation, login, hashed, audit.COMMAND)


def set_active(installation: Installation, login: str, *, active: bool, by: Reader | None = None) -> None:
    """Disable a login (its sessions end at once) or enable it again.

    `by` is the administrator who does it on a page: he reaches logins of his own unit and of those under it,
    and never the login that he is using.
    """
    login = passwords.fold_login(login)
    with installation.database.write() as session:
        row = _by_login(session, login)
        if by is not None:
            if row.unit_id not in units.descendants(session, by.unit_id, installation.today()):
                raise NotFoundError(f"There is no login {login!r}.")
            if row.id == by.id:
                raise OwnLoginError("Nobody can disable the login he is using.")
        row.active = active
        row.session_version += 1
        action = "staff enable" if active else "staff disable"
        audit.note(session, installation, action, login, actor=by.login if by else audit.COMMAND)


def every(installation: Installation, within: uuid.UUID | None = None) -> tuple[StaffLine, ...]:
    """All logins by name; with `within`, those of that unit and of the units under it."""
    today = installation.today()
    with installation.database.read() as session:
        rows = session.scalars(select(Staff).order_by(Staff.login)).all()
        inside = units.descendants(session, within, today) if within else {row.unit_id for row in rows}
        asked = select(Unit).where(Unit.id.in_([row.unit_id for row in rows]))
        slugs = {unit.id: unit.slug for unit in session.scalars(asked)}
        roles = round_roles.every(session)
        return tuple(
            StaffLine(
                login=row.login,
                name=row.name,
                role=row.role,
                unit_name=unit_tree.name_of(session, row.unit_id, today),
                unit_slug=slugs[row.unit_id],
                active=row.active,
                round_roles=roles.get(row.login, ()),
            )
            for row in rows
            if row.unit_id in inside
        )


def generated_password() -> str:
    """Make a password of 99 bits that can be read out over the telephone."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _by_login(session: Session, login: str) -> Staff:
    row = session.scalar(select(Staff).where(Staff.login == login))
    if row is None:
        raise NotFoundError(f"There is no login {login!r}; `sipas staff list` shows all.")
    return row


def _hash_new(password: str, login: str) -> str:
    codes = passwords.problems(password, login)
    if codes:
        raise PasswordProblemError(codes)
    return sign_in.HASHER.hash(passwords.normal(password))


def _set_password(session: Session, installation: Installation, login: str, hashed: str, actor: str) -> int:
    row = _by_login(session, login)
    row.password_hash = hashed
    row.session_version += 1
    audit.note(session, installation, "staff passwd", login, actor=actor)
    return row.session_version
