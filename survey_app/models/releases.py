"""Releases: which versions of a round's bundle there are, who computed, checked and signed them, and their files."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, Moment, random_key
from survey_app.models.units import WITHOUT_ROWID

STATES = "'computed', 'checked', 'signed', 'published', 'withdrawn'"


class Release(Base):
    """One version of the bundle of a round; the file lies in the release folder under the hash of its content."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("round_id", "version"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("version >= 1 AND (version = 1) = (erratum IS NULL)", name="version"),
        CheckConstraint("state = 'computed' OR checked_by IS NOT NULL", name="checked"),
        CheckConstraint("state IN ('computed', 'checked') OR signed_by IS NOT NULL", name="signed"),
        CheckConstraint("signed_by IS NULL OR (signed_by <> computed_by AND signed_by <> checked_by)", name="persons"),
        CheckConstraint("checked_by IS NULL OR checked_by <> computed_by", name="second_person"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_because IS NOT NULL)", name="withdrawn"),
        CheckConstraint("(published_at IS NOT NULL) = (state IN ('published', 'withdrawn'))", name="published"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(80))  # in addresses, such as song-may-sm-2026-01
    version: Mapped[int]  # 1, and one more for each correction
    state: Mapped[str] = mapped_column(String(10), default="computed")
    sums_sha256: Mapped[str] = mapped_column(String(64))  # of SHA256SUMS: what a signature is over
    file_sha256: Mapped[str] = mapped_column(String(64))  # of the zip as it lies in the release folder
    key_id: Mapped[str | None] = mapped_column(String(16))  # which public key the signature is checked with
    release_at: Mapped[datetime] = mapped_column(Moment)  # the announced minute: nothing of it is public before
    computed_at: Mapped[datetime] = mapped_column(Moment)
    computed_by: Mapped[str] = mapped_column(String(80))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_by: Mapped[str | None] = mapped_column(String(80))
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    signed_by: Mapped[str | None] = mapped_column(String(80))
    scheduled_by: Mapped[str | None] = mapped_column(String(80))  # who asked for publication at the announced minute
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_because: Mapped[str | None] = mapped_column(String(400))
    erratum: Mapped[str | None] = mapped_column(String(400))  # why the version before was corrected
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # every figure that the erratum changed
