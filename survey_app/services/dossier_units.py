"""Which unit a dossier's row means on its day, each text asked of the database once per unit list."""

import uuid
from bisect import bisect_right
from datetime import date
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from survey_app.domain.dossiers import Problem
from survey_app.models import UnitAlias, UnitState
from survey_app.services import units


class DossierUnits:
    """Looks units up within one session; between two changes of the unit list a text means the same every day."""

    def __init__(self, session: Session, scope: uuid.UUID | None, defaults: dict[str, uuid.UUID]) -> None:
        self.session, self.scope, self.defaults = session, scope, defaults
        changes = union(
            *(select(column) for table in (UnitState, UnitAlias) for column in (table.valid_from, table.valid_to))
        )
        self._changes = sorted(day for day in session.scalars(changes) if day)
        self._found: dict[tuple[str, int], list[units.UnitOn]] = {}
        self._scopes: dict[int, set[uuid.UUID]] = {}

    def place(self, values: dict[str, Any], today: date) -> list[Problem]:
        """Put unit ids in the place of unit texts, as of the last day that the row itself tells."""
        day = next((values[f].date() for f in ("returned_at", "finished_at", "received_at") if values.get(f)), today)
        problems: list[Problem] = []
        for name in ("receiving_unit", "resolving_unit"):
            text = values.pop(name, None)
            unit_id = self._resolve(name, text, day, problems) if text else self.defaults.get(name)
            values[f"{name}_id"] = unit_id
            if unit_id is None and not text:
                problems.append(Problem(name, "", "unit_missing"))
        desk = values["receiving_unit_id"]
        if desk and self.scope and desk not in self.beneath_scope(day):
            problems.append(Problem("receiving_unit", "", "unit_scope"))
        return problems

    def beneath_scope(self, day: date) -> set[uuid.UUID]:
        """The units that may be written to on a day."""
        time = self._time(day)
        if self.scope is not None and time not in self._scopes:
            self._scopes[time] = units.descendants(self.session, self.scope, day)
        return self._scopes.get(time, set())

    def scope_of_all(self, today: date) -> frozenset[uuid.UUID]:
        """The units that may be written to on any day that was asked about, and today."""
        return frozenset(self.beneath_scope(today).union(*self._scopes.values()))

    def _resolve(self, name: str, text: str, day: date, problems: list[Problem]) -> uuid.UUID | None:
        key = (text, self._time(day))
        if key not in self._found:
            self._found[key] = units.meanings(self.session, text, day)
        found = self._found[key]
        if len(found) == 1:
            return found[0].id
        params = {"day": f"{day:%d/%m/%Y}", "units": ", ".join(unit.slug for unit in found[: units.SHOWN])}
        problems.append(Problem(name, text, "unit_ambiguous" if found else "unit_unknown", params))
        return None

    def _time(self, day: date) -> int:
        return bisect_right(self._changes, day)
