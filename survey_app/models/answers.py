"""Answers: sealed on arrival, moved in shuffled batches, with no column that leads back to a dossier."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID

GRADES = "'G1', 'G2', 'G3', 'G4'"


class Spent(Base):
    """A token that was used: its HMAC under the round's key. It alone decides 'one dossier, one answer'."""

    __tablename__ = "spent"
    __table_args__ = (WITHOUT_ROWID,)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # HMAC of the content keyed with the form's own random nonce, which only the browser has: tells a repeated
    # post from another one, and nobody who holds the database and every key can try answers against it.
    content_mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class Inbox(Base):
    """An answer that waits for the flush, sealed to the day's public key."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_round_id", "round_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    day: Mapped[date]  # which key opens it
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    withdrawal_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class PaperEntry(Base):
    """A sheet that was keyed in once and waits for the second time.

    Sealed with a key made from the sheet's own code, so that only who holds the sheet can open it.
    """

    __tablename__ = "paper_entry"
    __table_args__ = (Index("ix_paper_entry_desk_id", "desk_id"), WITHOUT_ROWID)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    sheet_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    desk_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Quarantine(Base):
    """An answer that cannot be counted, kept sealed and counted per unit and reason."""

    __tablename__ = "quarantine"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('second_answer', 'says_not_answered', 'before_start', 'after_close', 'expired', "
            "'unknown_address', 'not_valid', 'over_issued')",
            name="reason",
        ),
        Index("ix_quarantine_round_id", "round_id", "unit_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class QuarantineRequest(Base):
    """What somebody wants done with a whole group of the quarantine, and what somebody else said to it."""

    __tablename__ = "quarantine_request"
    __table_args__ = (
        CheckConstraint("action IN ('accept', 'discard')", name="action"),
        CheckConstraint("state IN ('asked', 'withdrawn', 'refused', 'agreed', 'done', 'too_late')", name="state"),
        CheckConstraint("(state = 'asked') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by"),
        Index("ix_quarantine_request_round_id", "round_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    reason: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))  # NULL: where no unit is known
    action: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(400))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    asked_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    settled_at: Mapped[datetime | None] = mapped_column(Moment)  # when it was withdrawn, refused or agreed to
    settled_by: Mapped[str | None] = mapped_column(String(80))
    went: Mapped[int | None]  # once done: accepted or discarded, and what stayed
    stayed: Mapped[int | None]


class Batch(Base):
    """At least 10 answers of one atom (desk and agency, instrument version, grade) that moved together."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("n >= 10", name="n"),
        CheckConstraint(f"grade IN ({GRADES})", name="grade"),
        CheckConstraint("release_month LIKE '____-__'", name="release_month"),
        Index("ix_batch_round_id", "round_id", "desk_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    desk_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))  # NULL: a pool of several desks
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))  # the parent whose small desks it pools
    instrument_key: Mapped[str] = mapped_column(String(60))
    grade: Mapped[str] = mapped_column(String(2))
    release_month: Mapped[str] = mapped_column(String(7))
    ordinal: Mapped[int]  # first, second ... batch of its atom: what an item's waiting answers are joined in
    n: Mapped[int]
    complete: Mapped[int]  # every asked scored item answered
    partial: Mapped[int]  # at least half of them
    flagged: Mapped[int] = mapped_column(default=0)
    pool_strata: Mapped[list[Any] | None] = mapped_column(JSON)  # numbers of the strata that a pool mixes


class Response(Base):
    """One answer: which batch, which stratum, what was said; no day, no dossier, no order."""

    __tablename__ = "response"
    __table_args__ = (Index("ix_response_batch_id", "batch_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"))
    stratum_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stratum.id"))  # NULL in a pool
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    # classes with at least 10 in the batch, else NULL (then only counted in trait_count)
    language: Mapped[str | None] = mapped_column(String(12))
    device: Mapped[str | None] = mapped_column(String(12))
    duration: Mapped[str | None] = mapped_column(String(12))
    assisted: Mapped[str | None] = mapped_column(String(12))
    flagged: Mapped[bool | None]  # NULL: not told apart in this batch (domain/flags.py)


class BatchCells(Base):
    """Level counts of one batch in one stratum: every index is a sum of these."""

    __tablename__ = "batch_cells"
    __table_args__ = (WITHOUT_ROWID,)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    stratum_number: Mapped[int] = mapped_column(primary_key=True)  # -1 in a pool
    n: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)  # a row of analysis.Cells: per item the count of each level


class TraitCount(Base):
    """How many answers of a unit and month had a language, device, duration band or were assisted."""

    __tablename__ = "trait_count"
    __table_args__ = (WITHOUT_ROWID,)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    trait: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int]


class SensitiveCount(Base):
    """Ethnicity and the like: counted for the whole province, never beside a unit or another answer."""

    __tablename__ = "sensitive_count"
    __table_args__ = (WITHOUT_ROWID,)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]


class WaitingSensitive(Base):
    """A sensitive background answer that waits, sealed and without unit, until ten of the round wait."""

    __tablename__ = "waiting_sensitive"
    __table_args__ = (Index("ix_waiting_sensitive_round_id", "round_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class WaitingComment(Base):
    """A comment that waits, sealed, until ten of its unit wait."""

    __tablename__ = "waiting_comment"
    __table_args__ = (Index("ix_waiting_comment_unit_id", "round_id", "unit_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Comment(Base):
    """A comment after screening: unit, month, text, nothing else."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_unit_id", "round_id", "unit_id"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[str] = mapped_column(String(7))
    text: Mapped[str] = mapped_column(Text)


class Receipt(Base):
    """'Is my answer counted?': the month of its release, and nothing else."""

    __tablename__ = "receipt"
    __table_args__ = (WITHOUT_ROWID,)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    release_month: Mapped[str] = mapped_column(String(7))
