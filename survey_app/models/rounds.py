"""Rounds, their steps, their strata (fixed before the first answer) and their counters."""

import json
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.domain import round_plan, round_states
from survey_app.models.units import WITHOUT_ROWID

STATES = ", ".join(f"'{state}'" for state in round_states.STATES)
OWN_DEVICES = json.dumps(round_plan.COLLECTORS[:2])  # how answers of rounds were collected before plans said so


class Round(Base):
    """One planned measurement: period, units, instrument, sample, method."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("period_end >= period_start AND field_end >= field_start", name="dates"),
        CheckConstraint("draw_fraction > 0 AND draw_fraction <= 1", name="draw_fraction"),
        CheckConstraint("number BETWEEN 0 AND 511", name="number"),
        CheckConstraint(f"minimum_n >= {round_plan.MINIMUM_N}", name="minimum_n"),
        CheckConstraint("release_at IS NULL OR announced_at IS NOT NULL", name="announced"),
        CheckConstraint("(approval_number IS NULL) = (approval_date IS NULL)", name="approval"),
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
    erased_at: Mapped[datetime | None] = mapped_column(Moment)  # when everything of it was gone
    approval_number: Mapped[str | None] = mapped_column(String(60))
    approval_date: Mapped[date | None]
    units: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # slugs; NULL: the whole tree
    procedures: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # national parts; NULL: all
    fields: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # NULL: all
    collectors: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: list(round_plan.COLLECTORS[:2]), server_default=OWN_DEVICES
    )
    languages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # NULL: all of the questionnaire
    recipe: Mapped[str] = mapped_column(String(60), default="instrument", server_default="instrument")
    disclosure_rules: Mapped[str] = mapped_column(String(60), default="annual", server_default="annual")
    minimum_n: Mapped[int] = mapped_column(default=round_plan.MINIMUM_N, server_default=str(round_plan.MINIMUM_N))
    design: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=lambda: dict(round_plan.DESIGN), server_default=text(f"'{json.dumps(round_plan.DESIGN)}'")
    )
    announced_at: Mapped[datetime | None] = mapped_column(Moment)
    release_at: Mapped[datetime | None] = mapped_column(Moment)  # nothing is published before


class RoundStep(Base):
    """Who took a round to a state, and when; whoever signs must not stand beside 'computed' or 'checked'."""

    __tablename__ = "round_step"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        Index("ix_round_step_round_id", "round_id", "at"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400), default="")


class RoundChange(Base):
    """One field of a plan that was changed: before, after, who, when and why."""

    __tablename__ = "round_change"
    __table_args__ = (Index("ix_round_change_round_id", "round_id", "at"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(400), default="")


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
