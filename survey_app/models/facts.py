"""What agencies say of their own counts before a release is signed, and what the province answers."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID


class FactStatement(Base):
    """A unit's word on its counts: right, or an objection with its reason, which the province answers."""

    __tablename__ = "fact_statement"
    __table_args__ = (
        CheckConstraint("verdict IN ('confirmed', 'objected')", name="verdict"),
        CheckConstraint("(verdict = 'objected') = (reason <> '')", name="reason"),
        CheckConstraint("answer IS NULL OR verdict = 'objected'", name="answer"),
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL)", name="answered"
        ),
        Index("ix_fact_statement_round_id", "round_id", "unit_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(400), default="")
    answer: Mapped[str | None] = mapped_column(String(400))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(String(80))
