"""The bundle of a round: its inputs read from the database, the files made by `analysis.release`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain.release_names import release_name
from survey_app.installation import Installation
from survey_app.models import Release, Round, Unit
from survey_app.services import annual_inputs, public_releases, release_files, release_history, unit_tree
from survey_app.services.errors import RefusedError
from survey_app.services.public_releases import PUBLIC


@dataclass(frozen=True)
class Made:
    """A bundle before its signature, and every figure that differs from the version before."""

    name: str
    version: int
    files: Mapping[str, bytes]
    changes: list[dict[str, Any]]


def make(
    installation: Installation,
    session: Session,
    row: Round,
    erratum: str = "",
    printer: "analysis.release.Printer | None" = None,
) -> Made:
    """Compute the bundle of a round; RefusedError if its figures cannot be computed.

    `erratum` says why the version before is corrected; blank for the first one. `printer` makes the report's PDFs.
    """
    number = 1 + max((release.version for release in versions(session, row) if release.state in PUBLIC), default=0)
    earlier = _last_published(session, row)
    try:
        inputs = annual_inputs.load(installation, session, row)
        estimated = analysis.annual.estimate(inputs.responses, inputs.frame, inputs.instrument, inputs.protocol)
        contents = analysis.release.Contents(
            _facts(installation, session, row, number, earlier, erratum),
            analysis.annual.complete(inputs.protocol, inputs.instrument),
            analysis.release.codebook(inputs.instrument),
            analysis.release.cell_table(estimated.cells),
            analysis.release.fieldwork_table(inputs.fieldwork),
            _earlier_figures(installation, earlier),
            {
                "weights": estimated.weight_report,
                "disclosure": estimated.disclosure_report,
                "integrity": inputs.integrity,
            },
            past=release_history.past(installation, session, row, inputs.protocol["tree"]),
        )
        files = analysis.release.build(contents, printer)
    except analysis.AnalysisError as error:
        raise RefusedError(f"The index of {row.code} cannot be computed: {error}") from error
    return Made(contents.facts.id, number, files, _changes(installation, session, row, files))


def versions(session: Session, row: Round) -> list[Release]:
    """Versions of a round's release, the first one first."""
    return list(session.scalars(select(Release).where(Release.round_id == row.id).order_by(Release.version)))


def name_of(session: Session, row: Round) -> str:
    """Name of a round's release in addresses: the province and the round's code."""
    return release_name(session.get_one(Unit, row.unit_id).slug, row.code)


def _facts(
    installation: Installation, session: Session, row: Round, number: int, earlier: Release | None, erratum: str
) -> "analysis.release.Facts":
    place, settings = unit_tree.name_of(session, row.unit_id, row.period_start), installation.settings
    name = name_of(session, row)
    if row.release_at is None:
        raise RefusedError(
            f"{row.code} has no announced release date; `sipas round change {row.code} --release MOMENT`."
        )
    days = f"{row.period_start:%d/%m/%Y} – {row.period_end:%d/%m/%Y}"
    return analysis.release.Facts(
        id=name,
        version=number,
        url=f"{settings.public_url.rstrip('/')}/releases/{name}/{number}",
        title_vi=f"{row.title}: chỉ số hài lòng, {place}, {days}",
        title_en=f"Satisfaction with administrative services, {place}, {days}",
        publisher=settings.publisher or place,
        place=place,
        round=row.code,
        instrument=row.instrument_key,
        period=(row.period_start.isoformat(), row.period_end.isoformat()),
        field=(row.field_start.isoformat(), row.field_end.isoformat()),
        announced=row.release_at.astimezone(settings.zone).isoformat(timespec="minutes"),
        licence=settings.licence,
        licence_url=settings.licence_url,
        software=f"sipas {version('sipas')}",
        contact=settings.contact,
        earlier=_history(session, row),
        previous=f"{earlier.name}/{earlier.version}" if earlier else "",
        erratum=erratum,
    )


def require_whole_history(session: Session, row: Round, bundle: Path) -> None:
    """Refuse a bundle that was made before another release of its province was published: it does not list it."""
    listed = json.loads(analysis.release.opened(bundle)["release.json"])["earlier"]
    if tuple(listed) != _history(session, row):
        raise RefusedError(
            f"Another release was published since that of {row.code} was computed, and every release lists all earlier "
            f"ones. Compute it again: `sipas round send-back {row.code}`, or for a correction `sipas release correct`."
        )


def _history(session: Session, row: Round) -> tuple[str, ...]:
    """SHA-256 of the SHA256SUMS of every public release of the round's province, oldest first."""
    known = select(Release.sums_sha256).join(Round, Round.id == Release.round_id)
    known = known.where(Round.unit_id == row.unit_id, Release.state.in_(PUBLIC))
    return tuple(session.scalars(known.order_by(Release.published_at, Release.id)))


def _last_published(session: Session, row: Round) -> Release | None:
    """The release that this one is compared with: of the same place and questionnaire, of the period before."""
    found = (
        select(Release)
        .join(Round, Round.id == Release.round_id)
        .where(
            Round.unit_id == row.unit_id,
            Round.instrument_key == row.instrument_key,
            Round.period_end < row.period_start,
            Release.state == "published",
            Round.id.not_in(public_releases.withdrawn_rounds(session)),
        )
        .order_by(Round.period_end.desc(), Release.version.desc())
    )
    return session.scalars(found.limit(1)).first()


def _earlier_figures(installation: Installation, earlier: Release | None) -> "analysis.release.Sheet":
    if earlier is None:
        return analysis.release.EARLIER
    files = analysis.release.opened(release_files.path_of(installation, earlier.file_sha256))
    return analysis.release.figures_for_later(files)


def _changes(
    installation: Installation, session: Session, row: Round, files: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    """Every printed figure that differs from the last public version of this round."""
    public = [release for release in versions(session, row) if release.state in PUBLIC]
    if not public:
        return []
    before = analysis.release.opened(release_files.path_of(installation, public[-1].file_sha256))
    return analysis.release.changed_figures(before, files)


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 of the list of checksums: the identity of a release."""
    return analysis.release.digest(files[analysis.release.SUMS])


def by_round(session: Session, row: Round, states: tuple[str, ...]) -> Release:
    """The newest version of a round's release in one of these states; RefusedError if there is none."""
    found = [release for release in versions(session, row) if release.state in states]
    if not found:
        wanted = " or ".join(states)
        raise RefusedError(
            f"Round {row.code} has no release that is {wanted}; `sipas release list` shows what there is."
        )
    return found[-1]


def known_files(session: Session) -> set[str]:
    """Hashes of every file that some release names."""
    return set(session.scalars(select(Release.file_sha256)))
