"""Units with dated names, kinds, parents and codes: a code is an alias, never an identity."""

import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.db import Base, random_key

WITHOUT_ROWID = {"sqlite_with_rowid": False}
KINDS = "'country', 'province', 'district', 'commune', 'department', 'service_centre', 'desk'"


class Unit(Base):
    """A unit's lasting identity; everything that can change about it is dated in UnitState and UnitAlias."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("slug"), WITHOUT_ROWID)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    slug: Mapped[str] = mapped_column(String(80))  # own stable short name, used on the command line and in addresses


class UnitState(Base):
    """Name, kind and parent of a unit from `valid_from` to the day before `valid_to`."""

    __tablename__ = "unit_state"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        CheckConstraint("parent_id IS NULL OR parent_id <> unit_id", name="own_parent"),
        UniqueConstraint("unit_id", "valid_from"),
        Index("ix_unit_state_parent_id", "parent_id"),
        Index("ix_unit_state_folded", "folded"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200))  # domain.units.fold(name): finds Hoà by Hòa
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UnitAlias(Base):
    """A code or other name of a unit during a time; the same code may have belonged to another unit before."""

    __tablename__ = "unit_alias"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        UniqueConstraint("unit_id", "scheme", "folded", "valid_from"),
        Index("ix_unit_alias_folded", "scheme", "folded"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    scheme: Mapped[str] = mapped_column(String(20))  # gso, h_code, name, vendor ...
    value: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UnitEvent(Base):
    """A reorganisation, with its date and legal basis."""

    __tablename__ = "unit_event"
    __table_args__ = (
        CheckConstraint("kind IN ('merge', 'split', 'rename', 'retype', 'abolish', 'move')", name="kind"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    kind: Mapped[str] = mapped_column(String(10))
    effective: Mapped[date]
    legal_basis: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(120), unique=True)  # the file's own key: loading twice adds nothing


class UnitEventPart(Base):
    """What went from one unit to another; `share` of the old one, NULL where no source gives it."""

    __tablename__ = "unit_event_part"
    __table_args__ = (
        CheckConstraint("share IS NULL OR (share > 0 AND share <= 1)", name="share"),
        UniqueConstraint("event_id", "from_unit_id", "to_unit_id"),
        Index("ix_unit_event_part_from_unit_id", "from_unit_id"),
        Index("ix_unit_event_part_to_unit_id", "to_unit_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_key)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit_event.id"))
    from_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    to_unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    share: Mapped[Decimal | None] = mapped_column(Numeric(9, 8))
