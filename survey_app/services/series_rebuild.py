"""Rebuilding the past of a unit from released answers, where all units that it was made from went over as a whole."""

import uuid
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.load import shipped
from survey_app.installation import Installation
from survey_app.models import Round, Stratum
from survey_app.services import audit, ledger, publication, register, released, series_units, units
from survey_app.services.publication import ALL, ANNUAL
from survey_app.services.released import Sample
from survey_app.services.series import REBUILT


def rebuild(installation: Installation, slug: str) -> int:
    """Compute what the answers allow (method.md, formula U3) and put it into the ledger; return how many rounds."""
    done = 0
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, slug)
        known, made = series_units.succession(session), series_units.measured(session, published_only=False)
        wanted: list[tuple[Round, set[uuid.UUID]]] = []
        for period in made.periods:
            parts = series_units.origins(known, made, period, unit.id, installation.today())
            rows = {row.id: row for part in parts if (row := made.round_of(period, part)) is not None}
            whole = set(parts.values()) == {Decimal(1)} and set(parts) != {unit.id}
            if whole and len(rows) == 1 and all(made.round_of(period, part) for part in parts):
                under = {one for part in parts for one in made.existing(period)[part]}
                wanted.append((next(iter(rows.values())), under))
        figures = {row.id: _figures(session, slug, row, under) for row, under in wanted}
    for round_id, found in figures.items():
        done += bool(found)
        ledger.write(installation, round_id, found)
    with installation.database.write() as session:
        audit.note(session, installation, "series.rebuild", slug, f"{done} rounds")
    return done


def _figures(
    session: Session, slug: str, row: Round, under: Collection[uuid.UUID]
) -> dict[str, tuple[int, dict[str, Any]]]:
    """The overall index of several old units together, as it may be shown."""
    instrument = shipped(row.instrument_key)
    strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
    mine = [s for s in strata if s.desk_id in under or s.agency_id in under]
    parts = [
        part
        for part in released.parts_of(session, row.id)
        if part.batch.grade in ANNUAL.grades and released.belongs(part.batch, under)
    ]
    sample = Sample(parts, instrument, register.load(session, row).by_stratum, mine)
    made = publication.figures_of(session, sample, {s.id: s.number for s in strata}) if parts else {}
    minimum = publication.minimum_of(ANNUAL, row)
    if publication.hidden_factor(instrument, made.get(ALL, [])):
        return {}
    return {
        publication.key(ANNUAL, slug, REBUILT, "overall"): (
            figure.n,
            publication.show(figure, ANNUAL, minimum, sample.n),
        )
        for figure in made.get(ALL, [])
        if figure.statistic == "overall"
    }
