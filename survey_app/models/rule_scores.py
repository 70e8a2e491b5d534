"""What legal rule sets made of a unit's dossiers and released answers."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment
from survey_app.models.units import WITHOUT_ROWID


class RuleScore(Base):
    """The score of one unit in one closed period by one rule set: what pages show, computed by `sipas rules score`."""

    __tablename__ = "rule_score"
    __table_args__ = (WITHOUT_ROWID,)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    rules: Mapped[str] = mapped_column(String(60), primary_key=True)  # id of the rule set
    period: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026, 2026-H1, 2026-Q1, 2026-01
    rules_hash: Mapped[str] = mapped_column(String(64))  # of the rule set's content
    round_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("round.id"))  # whose answers were used
    computed_at: Mapped[datetime] = mapped_column(Moment)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)  # lines, total, reachable; of grades what may be shown
