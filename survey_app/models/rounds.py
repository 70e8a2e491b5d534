"""Rounds, their strata (fixed before the first answer) and their counters."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID


class Round(Base):
    """One planned measurement: period, units, instrument, sample, method."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("state IN ('plan', 'frozen', 'field', 'closed', 'published')", name="state"),
        CheckConstraint("period_end >= period_start AND field_end >= field_start", name="dates"),
        CheckConstraint("draw_fraction > 0 AND draw_fraction <= 1", name="draw_fraction"),
        CheckConstraint("number BETWEEN 0 AND 511", name="number"),
        CheckConstraint("flush_weekday BETWEEN 0 AND 6 AND flush_hour BETWEEN 0 AND 23", name="flush"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)  # what a token carries
    title: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # the province
    instrument_key: Mapped[str] = mapped_column(String(60))
    instrument_hash: Mapped[str] = mapped_column(String(64))
    period_start: Mapped[date]  # dossiers returned in this period are asked
    period_end: Mapped[date]
    field_start: Mapped[date]  # answers are taken in this time
    field_end: Mapped[date]
    token_life_days: Mapped[int] = mapped_column(default=90)
    draw_fraction: Mapped[float] = mapped_column(default=1.0)
    seed_commitment: Mapped[str] = mapped_column(String(64))  # SHA-256 of the seed, shown before the round
    flush_weekday: Mapped[int] = mapped_column(default=0)  # 0 = Monday
    flush_hour: Mapped[int] = mapped_column(default=6)
    last_flush: Mapped[datetime | None] = mapped_column(Moment)
    strata_rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="plan")
    erasure_date: Mapped[date]


class Stratum(Base):
    """A group of dossiers that answers are traced to, never finer: at least 50 within one token life."""

    __tablename__ = "stratum"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number BETWEEN 0 AND 16383", name="number"),
        CheckConstraint("issued >= 0 AND handed_out >= 0", name="counts"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    desk_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # a group of small desks: their parent
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))  # NULL: several, merged
    classes: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"outcome": ["returned"], "channel": null (merged) ...}
    register_count: Mapped[int]  # dossiers of last year's register that fall in it
    issued: Mapped[int] = mapped_column(default=0)
    handed_out: Mapped[int] = mapped_column(default=0)  # roll slips that the desk says it handed out
    merged_because: Mapped[str | None] = mapped_column(String(200))  # why a unit has no figure of its own
    only_at_close: Mapped[bool] = mapped_column(default=False)


class Counter(Base):
    """How often something happened at a unit in a week: invited, repeated, opened, not_answered_claim ..."""

    __tablename__ = "counter"
    __table_args__ = (CheckConstraint("value >= 0", name="value"), WITHOUT_ROWID)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)  # its Monday
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class RollPacket(Base):
    """Random identifiers of a packet are stored nowhere; only how many slips each packet has."""

    __tablename__ = "roll_packet"
    __table_args__ = (CheckConstraint("slips >= 50", name="slips"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    stratum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stratum.id"))
    made_on: Mapped[date]
    slips: Mapped[int]
