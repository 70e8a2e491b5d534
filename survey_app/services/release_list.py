"""What releases there are: every version for staff, published ones and tombstones for anybody, the log of errata."""

import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

import analysis
from survey_app.installation import Installation
from survey_app.models import Release, Round
from survey_app.services import audit, release_build, release_files, rounds
from survey_app.services.errors import NotFoundError
from survey_app.services.public_releases import PUBLIC


@dataclass(frozen=True)
class Line:
    """One version of a release as lists show it."""

    round_code: str
    title: str
    name: str
    version: int
    state: str
    release_at: datetime
    published_at: datetime | None
    sums_sha256: str
    key_id: str | None
    erratum: str | None
    withdrawn_because: str | None


@dataclass(frozen=True)
class Printed:
    """One report of a release: language, html or pdf, bytes."""

    language: str
    kind: str
    size: int


def every(installation: Installation) -> list[Line]:
    """All versions of all releases, the newest announced first."""
    with installation.database.read() as session:
        found = select(Round, Release).join(Release, Release.round_id == Round.id)
        ordered = found.order_by(Release.release_at.desc(), Release.name, Release.version.desc())
        return [line_of(row, release) for row, release in session.execute(ordered)]


def public(installation: Installation) -> list[Line]:
    """What anybody may know: published versions, and the tombstones of withdrawn ones."""
    return [line for line in every(installation) if line.state in PUBLIC]


def standing(installation: Installation) -> list[Line]:
    """The newest version of every release, the last published first; none of a release that was withdrawn.

    A version that was corrected does not come back when its correction is withdrawn.
    """
    newest: dict[str, Line] = {}
    for line in public(installation):
        newest.setdefault(line.name, line)  # the newest version of a name stands first
    return [line for line in newest.values() if line.state == "published"]


def of_round(installation: Installation, code: str) -> Line:
    """The newest public version of a round's release, withdrawn or not; NotFoundError if there is none."""
    known = [line for line in public(installation) if line.round_code == code]
    if not known:
        raise NotFoundError(f"There is no published round {code!r}.")
    return max(known, key=lambda line: line.version)


def public_version(installation: Installation, name: str, version: int) -> tuple[Line, int]:
    """A published or withdrawn version and the newest one that stands (0: none); NotFoundError for anything else."""
    known = [line for line in public(installation) if line.name == name]
    for line in known:
        if line.version == version:
            newest = max(
                known, key=lambda other: other.version
            )  # one that corrected an error is not followed by the error
            return line, newest.version if newest.state == "published" else 0
    raise NotFoundError("There is no such release.")


def public_file(installation: Installation, name: str, version: int) -> Path:
    """The file of a published version; NotFoundError for anything else, whether it exists or not."""
    with installation.database.read() as session:
        wanted = select(Release).where(Release.name == name, Release.version == version, Release.state == "published")
        release = session.scalars(wanted).first()
        if release is None or installation.now() < release.release_at:
            raise NotFoundError("There is no such release.")
        return release_files.path_of(installation, release.file_sha256)


def public_report(installation: Installation, name: str, version: int, path: str) -> bytes:
    """A page or PDF of the report of a published version; NotFoundError for anything else."""
    with zipfile.ZipFile(public_file(installation, name, version)) as bundle:
        if path not in bundle.namelist():
            raise NotFoundError("There is no such report.")
        return bundle.read(path)


def public_reports(installation: Installation, name: str, version: int) -> list[Printed]:
    """The reports in the file of a published version, in the order of their languages; none if it is not public."""
    wanted = [
        (language, kind, by_language[language])
        for language in analysis.report.LANGUAGES
        for kind, by_language in (("html", analysis.release.REPORT), ("pdf", analysis.release.REPORT_ON_PAPER))
    ]
    try:
        path = public_file(installation, name, version)
    except NotFoundError:
        return []
    with zipfile.ZipFile(path) as bundle:
        sizes = {member.filename: member.file_size for member in bundle.infolist()}
    return [Printed(language, kind, sizes[file]) for language, kind, file in wanted if file in sizes]


def copy_out(installation: Installation, code: str, out: Path, number: int | None = None) -> Line:
    """Copy the file of a version, the newest one if none is named, for whoever checks or signs elsewhere."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        known = [release for release in release_build.versions(session, row) if number in (None, release.version)]
        if not known:
            raise NotFoundError(f"Round {code} has no such release; `sipas release list` shows what there is.")
        audit.note(session, installation, "release copied", known[-1].name, f"version {known[-1].version} to {out}")
        release_files.copy(installation, known[-1].file_sha256, out)
        return line_of(row, known[-1])


def errata(installation: Installation) -> list[dict[str, object]]:
    """Log of corrections and withdrawals for machines: which version, why, which figures changed."""
    with installation.database.read() as session:
        found = select(Release).where(Release.state.in_(PUBLIC)).order_by(Release.published_at, Release.version)
        return [
            {
                "release": release.name,
                "version": release.version,
                "published": release.published_at.isoformat() if release.published_at else None,
                "erratum": release.erratum,
                "changes": release.changes,
                "withdrawn": release.withdrawn_at.isoformat() if release.withdrawn_at else None,
                "withdrawn_because": release.withdrawn_because,
            }
            for release in session.scalars(found)
            if release.erratum or release.withdrawn_because
        ]


def line_of(row: Round, release: Release) -> Line:
    """Show a version as lists do."""
    return Line(
        row.code,
        row.title,
        release.name,
        release.version,
        release.state,
        release.release_at,
        release.published_at,
        release.sums_sha256,
        release.key_id,
        release.erratum,
        release.withdrawn_because,
    )
