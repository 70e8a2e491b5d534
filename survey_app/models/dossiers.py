"""Dossiers without anything personal, what changed in them, and which were invited to which round."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID


class Dossier(Base):
    """One case of one applicant, as the one-stop software exports it."""

    __tablename__ = "dossier"
    __table_args__ = (
        CheckConstraint("applicant_kind IN ('individual', 'organisation', 'enterprise')", name="applicant_kind"),
        CheckConstraint("filing_channel IN ('counter', 'online', 'post')", name="filing_channel"),
        CheckConstraint("outcome IN ('returned', 'refused', 'withdrawn', 'supplement')", name="outcome"),
        Index("ix_dossier_returned_at", "receiving_unit_id", "returned_at"),
        Index("ix_dossier_resolving_unit_id", "resolving_unit_id", "returned_at"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    dossier_code: Mapped[str] = mapped_column(String(60), unique=True)
    procedure_code: Mapped[str | None] = mapped_column(String(20))  # national part, such as 1.011443
    procedure_suffix: Mapped[str | None] = mapped_column(String(40))
    field: Mapped[str | None] = mapped_column(String(200))
    receiving_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # the desk
    resolving_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # the agency that decides
    applicant_kind: Mapped[str | None] = mapped_column(String(20))
    filing_channel: Mapped[str | None] = mapped_column(String(10))
    received_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    extended_due_at: Mapped[datetime | None] = mapped_column(Moment)
    apology_sent: Mapped[bool | None]
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(12))
    online_level: Mapped[str | None] = mapped_column(String(20))
    origin_dossier_code: Mapped[str | None] = mapped_column(String(60))


class DossierChange(Base):
    """One column of one dossier that a later import changed."""

    __tablename__ = "dossier_change"
    __table_args__ = (Index("ix_dossier_change_dossier_id", "dossier_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    source: Mapped[str] = mapped_column(String(200))  # file name, or "api"
    column: Mapped[str] = mapped_column(String(40))
    old: Mapped[str | None] = mapped_column(String(300))
    new: Mapped[str | None] = mapped_column(String(300))


class Invitation(Base):
    """A dossier that was given an address to one round; the address itself is stored nowhere."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_stratum_id", "stratum_id", "invited_on"), WITHOUT_ROWID)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    stratum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stratum.id"))
    invited_on: Mapped[date]
    drawn: Mapped[bool]
