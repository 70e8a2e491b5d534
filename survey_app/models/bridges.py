"""Declared bridges between questionnaires whose figures are otherwise not compared."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, random_key
from survey_app.models.units import WITHOUT_ROWID


class InstrumentBridge(Base):
    """Somebody answers for it that overall indices of two questionnaires may be compared, and says why."""

    __tablename__ = "instrument_bridge"
    __table_args__ = (
        UniqueConstraint("earlier_key", "later_key"),
        CheckConstraint("earlier_key <> later_key", name="keys"),
        CheckConstraint("margin >= 0 AND margin <= 100", name="margin"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    earlier_key: Mapped[str] = mapped_column(String(60))  # id/version
    later_key: Mapped[str] = mapped_column(String(60))
    shift: Mapped[float]  # points to be added to the earlier index
    margin: Mapped[float]  # half length of the 95 % interval of the shift
    declared_by: Mapped[str] = mapped_column(String(200))
    declared_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))  # the study or decision that it rests on
