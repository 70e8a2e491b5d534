"""People who work with the figures, keys of other programs, and what was done."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.domain import round_states
from survey_app.models.units import WITHOUT_ROWID

ROUND_ROLES = ", ".join(f"'{role}'" for role in round_states.ROLES)


class Staff(Base):
    """A login: role and the unit that it may see (with everything under it)."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("role IN ('agency', 'province', 'admin')", name="role"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    login: Mapped[str] = mapped_column(String(60), unique=True)  # case-folded
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    role: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)  # raised to end every session of this login
    language: Mapped[str] = mapped_column(String(12), default="vi")


class StaffRole(Base):
    """A part that a login has in rounds of its unit: who plans, collects, computes, checks, signs."""

    __tablename__ = "staff_role"
    __table_args__ = (CheckConstraint(f"role IN ({ROUND_ROLES})", name="role"), WITHOUT_ROWID)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12), primary_key=True)


class LoginFailure(Base):
    """Failed logins of a name, known or not: slows guessing without a lock by address."""

    __tablename__ = "login_failure"
    __table_args__ = (WITHOUT_ROWID,)
    login_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment)


class ApiKey(Base):
    """Key of a unit's one-stop software; only its hash is kept."""

    __tablename__ = "api_key"
    __table_args__ = (WITHOUT_ROWID,)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(120))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class AuditEntry(Base):
    """Who did what: staff and commands, never citizens."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text, default="")
