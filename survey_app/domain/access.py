"""Who may open which page: a role opens a kind of page, a unit opens itself and everything under it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

AGENCY, PROVINCE, ADMIN = "agency", "province", "admin"
ROLES = (AGENCY, PROVINCE, ADMIN)

# Kinds of page that each role opens.
_OPENS = {AGENCY: {AGENCY}, PROVINCE: {AGENCY, PROVINCE}, ADMIN: {AGENCY, PROVINCE, ADMIN}}


@dataclass(frozen=True)
class Reader:
    """Someone who has signed in."""

    id: uuid.UUID
    login: str
    name: str
    role: str
    unit_id: uuid.UUID
    language: str


def opens(role: str, area: str) -> bool:
    """Whether a role opens a kind of page at all; an unknown role opens nothing."""
    return area in _OPENS.get(role, set())


def may_see(reader: Reader, area: str, unit_id: uuid.UUID, ancestors: Collection[uuid.UUID]) -> bool:
    """Whether a reader may see the page of a unit, given the ids of the units above it."""
    inside = unit_id == reader.unit_id or reader.unit_id in ancestors
    return inside and opens(reader.role, area)
