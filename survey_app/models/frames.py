"""The frozen frame of a round, what was drawn of it, and contact data that live no longer than the round."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment
from survey_app.models.units import WITHOUT_ROWID

ROLES = "'drawn', 'reserve', 'replaced', 'replacement'"


class Frame(Base):
    """The dossiers that a closed round is about, as they stood when they were frozen."""

    __tablename__ = "frame"
    __table_args__ = (CheckConstraint("size >= 1", name="size"), WITHOUT_ROWID)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    frozen_at: Mapped[datetime] = mapped_column(Moment)
    hash: Mapped[str] = mapped_column(String(64))  # SHA-256 of its lines, docs/method.md D4
    size: Mapped[int]
    lines: Mapped[bytes] = mapped_column(LargeBinary)  # domain/frames.py: sorted lines, compressed
    excluded: Mapped[dict[str, Any]] = mapped_column(JSON)  # {reason: {desk: dossiers left out}}
    returned: Mapped[list[Any]] = mapped_column(JSON)  # [desk, agency, dossiers]
    drawn_at: Mapped[datetime | None] = mapped_column(Moment)
    sample_hash: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the drawn lines, as of `lines`


class SampleCell(Base):
    """How one stratum of a closed round was sampled: what weights and standard errors are made from."""

    __tablename__ = "sample_cell"
    __table_args__ = (
        CheckConstraint("drawn >= 0 AND drawn <= dossiers", name="drawn"),
        CheckConstraint("psu_probability > 0 AND psu_probability <= 1", name="psu_probability"),
        WITHOUT_ROWID,
    )
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    stratum_number: Mapped[int] = mapped_column(primary_key=True)
    first_stage: Mapped[str] = mapped_column(String(120))  # stratum from which the first-stage unit was drawn
    psu: Mapped[str] = mapped_column(String(120))  # slug of the first-stage unit; in one stage: the domain
    psu_probability: Mapped[float]  # 1: taken for sure
    psus: Mapped[int]  # first-stage units of that stratum in the frame, without those taken for sure
    psus_drawn: Mapped[int]
    dossiers: Mapped[int]  # of the frame, N_h
    drawn: Mapped[int]  # n_h


class SampleMember(Base):
    """A dossier that was drawn, or stands in the reserve; nothing here tells whether it answered."""

    __tablename__ = "sample_member"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(role = 'replaced') = (replaced_because IS NOT NULL)", name="replaced_because"),
        Index("ix_sample_member_stratum_number", "round_id", "stratum_number", "place"),
        WITHOUT_ROWID,
    )
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    stratum_number: Mapped[int]
    place: Mapped[int]  # in the order of the draw
    role: Mapped[str] = mapped_column(String(12))
    replaced_because: Mapped[str | None] = mapped_column(String(20))


class Contact(Base):
    """Where a drawn dossier's citizen can be reached, sealed; erased with the round."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("waves >= 0", name="waves"),
        Index("ix_contact_person", "round_id", "person"),
        WITHOUT_ROWID,
    )
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    person: Mapped[bytes] = mapped_column(LargeBinary(32))  # HMAC of the phone or e-mail address, for cap and opt-out
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    waves: Mapped[int] = mapped_column(default=0)  # messages sent to this dossier, the first included
    last_sent: Mapped[date | None]


class OptOut(Base):
    """Somebody who wants no messages: an HMAC of the phone or e-mail address, which nobody can turn back."""

    __tablename__ = "opt_out"
    __table_args__ = (WITHOUT_ROWID,)
    person: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
