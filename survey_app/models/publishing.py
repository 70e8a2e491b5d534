"""The ledger of every figure that was ever shown."""

import uuid
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base
from survey_app.models.units import WITHOUT_ROWID


class LedgerEntry(Base):
    """What was last shown of one figure: a later value that differs by fewer than 10 answers is refused."""

    __tablename__ = "ledger"
    __table_args__ = (CheckConstraint("n >= 0", name="n"), WITHOUT_ROWID)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    figure: Mapped[str] = mapped_column(String(300), primary_key=True)  # product, unit, split, statistic
    n: Mapped[int]  # exact answers behind it, known to us alone
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
