"""Devices of the office: what they are, what they last told, and which of their numbers have arrived.

Nothing here stands beside an answer: no answer knows a device, and no device knows an answer.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID


class Kiosk(Base):
    """A device in a hall: it belongs to a desk, never to an officer, and signs what it sends with its own key."""

    __tablename__ = "kiosk"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("waiting IS NULL OR waiting >= 0", name="waiting"),
        CheckConstraint("battery IS NULL OR (battery >= 0 AND battery <= 1)", name="battery"),
        CheckConstraint("answers >= 0 AND rejected >= 0 AND reused >= 0", name="counts"),
        CheckConstraint("replaces_id IS NULL OR replaces_id <> id", name="replaces"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    number: Mapped[int] = mapped_column(unique=True)  # 'kiosk 17': what people call it by
    name: Mapped[str] = mapped_column(String(80))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(65))  # ECDSA P-256 point; its other half never leaves it
    pin_salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    pin_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kiosk.id"))
    enrolled_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    # what it told last
    last_seen: Mapped[datetime | None] = mapped_column(Moment)  # to the minute
    version: Mapped[str] = mapped_column(String(40))
    waiting: Mapped[int | None]
    persisted: Mapped[bool | None]  # whether the browser promised not to clear its store
    battery: Mapped[float | None]
    drift: Mapped[int | None]  # seconds by which its clock is ahead of ours
    answers: Mapped[int] = mapped_column(default=0)  # received, counted once each
    rejected: Mapped[int] = mapped_column(default=0)
    reused: Mapped[int] = mapped_column(default=0)  # answers that came with a number that was there already


class KioskCode(Base):
    """A code that enrols one device once, within fifteen minutes; kept as a keyed hash."""

    __tablename__ = "kiosk_code"
    __table_args__ = (WITHOUT_ROWID,)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(80))
    pin_salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    pin_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kiosk.id"))
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    kiosk_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kiosk.id"))  # the device that used it


class KioskRange(Base):
    """Running numbers of a device that have arrived, first to last without a gap."""

    __tablename__ = "kiosk_range"
    __table_args__ = (CheckConstraint("first >= 1 AND last >= first", name="order"), WITHOUT_ROWID)
    kiosk_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class KioskDay(Base):
    """What came from a device on a day: a silent, a too busy or a faulty device shows."""

    __tablename__ = "kiosk_day"
    __table_args__ = (CheckConstraint("answers >= 0 AND rejected >= 0 AND reused >= 0", name="counts"), WITHOUT_ROWID)
    kiosk_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    answers: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0, server_default="0")
    reused: Mapped[int] = mapped_column(default=0, server_default="0")  # numbers used twice: a copied store


class KioskRound(Base):
    """What the kiosks of a round do when nobody touches them; without a row the defaults of the program."""

    __tablename__ = "kiosk_round"
    __table_args__ = (
        CheckConstraint("idle_seconds BETWEEN 15 AND 600", name="idle_seconds"),
        CheckConstraint("on_timeout IN ('discard', 'keep_partial')", name="on_timeout"),
        WITHOUT_ROWID,
    )
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    idle_seconds: Mapped[int]
    on_timeout: Mapped[str] = mapped_column(String(12))


class KioskWalkUp(Base):
    """The round that a device asks people without a slip about; without a row the newest one."""

    __tablename__ = "kiosk_walk_up"
    __table_args__ = (WITHOUT_ROWID,)
    kiosk_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))


class DeadLetter(Base):
    """What a kiosk sent and nobody could read, kept sealed to the quarantine's key and counted per desk."""

    __tablename__ = "dead_letter"
    __table_args__ = (CheckConstraint("reason IN ('damaged', 'unknown_round')", name="reason"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # made of what was sent: sent again it is the same
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
