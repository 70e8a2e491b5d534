"""Releases: computed, checked by a second person, signed by a third, published at the announced minute, corrected."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import release_keys, round_states
from survey_app.installation import Installation
from survey_app.models import Release, Round
from survey_app.services import (
    audit,
    facts_check,
    flush,
    publication,
    release_build,
    release_files,
    round_roles,
    rounds,
)
from survey_app.services.errors import RefusedError
from survey_app.services.public_releases import PUBLIC
from survey_app.services.release_list import Line, line_of
from survey_app.services.round_roles import Actor

REASON = 3  # letters that a reason has at least


def build(
    installation: Installation,
    code: str,
    actor: Actor = rounds.COMMAND_LINE,
    erratum: str = "",
    printer: "analysis.release.Printer | None" = None,
) -> Line:
    """Compute the bundle of a closed round, or with `erratum` a corrected version of a published one.

    The file is whole on the disk before the database names it; what was broken off is swept away by the next call.
    """
    if len(erratum.strip()) < REASON and erratum:
        raise RefusedError("Say why the figures are corrected: --reason.")
    if not erratum:
        _close_figures(installation, code)
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        _may_build(session, row, erratum)
        round_roles.require(session, installation, actor, round_states.COMPUTER, row.unit_id)
        made = release_build.make(installation, session, row, erratum.strip(), printer)
    digest = release_files.store(installation, analysis.release.packed(made.files))
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        session.refresh(row, with_for_update=True)
        _may_build(session, row, erratum)
        _discard(session, installation, row, actor)
        if row.state == round_states.CLOSED:
            rounds.advance(session, installation, row, round_states.COMPUTED, actor)
        release = _computed(installation, row, made, digest, actor, erratum.strip())
        session.add(release)
        _note(session, installation, release, "computed", actor)
        session.flush()
        known, line = release_build.known_files(session), line_of(row, release)
    release_files.sweep(installation, known)
    return line


def _computed(
    installation: Installation, row: Round, made: release_build.Made, digest: str, actor: Actor, erratum: str
) -> Release:
    """The version that a bundle is, as it is kept."""
    if row.release_at is None:
        raise RefusedError(f"{row.code} has no announced release date any more.")
    return Release(
        round_id=row.id,
        name=made.name,
        version=made.version,
        sums_sha256=release_build.digest_of(made.files),
        file_sha256=digest,
        release_at=row.release_at,
        computed_at=installation.now(),
        computed_by=actor.login,
        erratum=erratum or None,
        changes=made.changes,
    )


def check(installation: Installation, code: str, actor: Actor) -> Line:
    """Say that the computed bundle was checked: it is made again from its own cells, by a second person's command."""
    with installation.database.read() as session:
        release = release_build.by_round(session, rounds.by_code(session, code), ("computed",))
        path, sums = release_files.path_of(installation, release.file_sha256), release.sums_sha256
    wrong = analysis.release.unsigned_findings(path)
    if wrong:
        raise RefusedError("The bundle does not follow from its own cells:\n" + "\n".join(wrong))
    return _step(installation, code, ("computed", "checked"), actor, sums)


def sign(installation: Installation, code: str, actor: Actor, key_file: Path, passphrase: str) -> Line:
    """Sign the checked bundle, as a person who neither computed nor checked it."""
    if not key_file.is_file():
        raise RefusedError(f"{key_file} is not a file; `sipas keys release` makes the signing key.")
    try:
        private = release_keys.opened(key_file.read_bytes(), passphrase)
    except release_keys.ReleaseKeyError as error:
        raise RefusedError(str(error)) from None
    with installation.database.read() as session:
        release = release_build.by_round(session, rounds.by_code(session, code), ("checked",))
        _not_the_same_person(release, "signed", actor)
        files = analysis.release.opened(release_files.path_of(installation, release.file_sha256))
    if release_build.digest_of(files) != release.sums_sha256:
        raise RefusedError("The bundle on the disk is not the one that was checked.")
    digest = release_files.store(installation, analysis.release.packed(analysis.release.signed(files, private)))
    key = analysis.release.key_id(private.public_key())
    return _step(installation, code, ("checked", "signed"), actor, release.sums_sha256, file_sha256=digest, key_id=key)


def publish(installation: Installation, code: str, actor: Actor, *, scheduled: bool = False) -> Line:
    """Publish the signed release, not before its announced minute; `scheduled` leaves it to the clock of the server."""
    if scheduled:
        with installation.database.write() as session:
            row = rounds.by_code(session, code)
            release = release_build.by_round(session, row, ("signed",))
            round_roles.require(session, installation, actor, round_states.SIGNER, row.unit_id)
            if not actor.named:
                raise RefusedError("A release is published by a person: name the login with --as.")
            release.scheduled_by = actor.login
            _note(session, installation, release, "scheduled", actor)
            return line_of(row, release)
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        release = release_build.by_round(session, row, ("signed",))
        release_build.require_whole_history(session, row, release_files.path_of(installation, release.file_sha256))
        if installation.now() < release.release_at:
            moment = release.release_at.astimezone(installation.settings.zone)
            raise RefusedError(f"{release.name} is under embargo until {moment:%d/%m/%Y %H:%M}; not before.")
        _require_person(session, installation, rounds.by_code(session, code), "published", actor)
        corrects = release.version > 1
    if corrects:
        publication.refresh(installation, code, anew=True)  # the pages follow the corrected bundle, not before it
    return _step(installation, code, ("signed", "published"), actor, release.sums_sha256)


def due(installation: Installation) -> Sequence[str]:
    """Rounds whose release its signer left to the clock and whose announced minute has come."""
    with installation.database.read() as session:
        left = select(Round.code).join(Release, Release.round_id == Round.id)
        left = left.where(Release.state == "signed", Release.scheduled_by.is_not(None))
        left = left.where(Round.state.in_((round_states.SIGNED, round_states.PUBLISHED)))  # not what was sent back
        return session.scalars(left.where(Release.release_at <= installation.now())).all()


def publish_scheduled(installation: Installation, code: str) -> Line:
    """Publish, in the name of the signer who left it to the clock, the release of a round."""
    with installation.database.read() as session:
        login = release_build.by_round(session, rounds.by_code(session, code), ("signed",)).scheduled_by
        actor = round_roles.of_login(session, login or "")
    return publish(installation, code, actor)


def withdraw(installation: Installation, code: str, actor: Actor, reason: str) -> Line:
    """Take the newest published version back: it stays listed with the reason, its file is no longer handed out."""
    if len(reason.strip()) < REASON:
        raise RefusedError("Say why the release is withdrawn: --reason.")
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        release = release_build.by_round(session, row, ("published",))
        _require_person(session, installation, row, "published", actor)
        release.state, release.withdrawn_because = "withdrawn", reason.strip()
        release.withdrawn_at = installation.now()
        _note(session, installation, release, "withdrawn", actor, reason.strip())
        return line_of(row, release)


def _close_figures(installation: Installation, code: str) -> None:
    """Bring the pages' figures of a closed round up to date; what a broken-off close left waiting moves first."""
    with installation.database.read() as session:
        closed = rounds.by_code(session, code).state == round_states.CLOSED
    if closed:
        flush.close(installation, code)
        publication.refresh(installation, code, anew=True)


def _discard(session: Session, installation: Installation, row: Round, actor: Actor) -> None:
    """Remove versions that nobody published: of a round that was sent back, or of a correction computed anew."""
    for waiting in release_build.versions(session, row):
        if waiting.state not in PUBLIC:
            _note(session, installation, waiting, "discarded", actor)
            session.delete(waiting)
    session.flush()


def _may_build(session: Session, row: Round, erratum: str) -> None:
    """Refuse a bundle of a round that is not there yet, a second first version, a correction of nothing."""
    if row.state not in round_states.ENDED:
        raise RefusedError(f"Round {row.code} is {row.state}; it must be closed first: `sipas round close {row.code}`.")
    versions = release_build.versions(session, row)
    if row.state in round_states.SENDS_BACK and versions:
        raise RefusedError(
            f"The release of {row.code} is {versions[-1].state}; `sipas round send-back` lets it be computed anew."
        )
    known = [release for release in versions if release.state in PUBLIC]
    if known and not erratum:
        raise RefusedError(
            f"{row.code} has a release; `sipas release correct {row.code} --reason` makes a new version."
        )
    if erratum and not known:
        raise RefusedError(f"{row.code} has no published release to correct.")


def _step(
    installation: Installation, code: str, states: tuple[str, str], actor: Actor, sums: str, **values: str
) -> Line:
    """Take the release with these checksums, and its round where it stands there too, one step further."""
    before, after = states
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        release = release_build.by_round(session, row, (before,))
        session.refresh(release, with_for_update=True)
        if release.state != before:
            raise RefusedError(f"The release of {code} is {release.state} already.")
        if release.sums_sha256 != sums:
            raise RefusedError(f"The release of {code} was built anew meanwhile; look at the new one.")
        _require_person(session, installation, row, after, actor)
        _not_the_same_person(release, after, actor)
        if after == "signed":
            facts_check.refuse_open(session, row)
        if row.state == before:
            rounds.advance(session, installation, row, after, actor)
        elif row.state != round_states.PUBLISHED:  # published already: a correction, or figures from before releases
            raise RefusedError(f"Round {code} is {row.state}: it was sent back, and its release is built anew.")
        release.state = after
        moment = {f"{after}_at": installation.now()} | ({f"{after}_by": actor.login} if after != "published" else {})
        for name, value in (moment | values).items():
            setattr(release, name, value)
        _note(session, installation, release, after, actor)
        return line_of(row, release)


def _require_person(session: Session, installation: Installation, row: Round, state: str, actor: Actor) -> None:
    if not actor.named:
        raise RefusedError(f"A release becomes {state} by a person: name the login with --as.")
    round_roles.require(session, installation, actor, round_states.role_for(row.state, state), row.unit_id)


def _not_the_same_person(release: Release, state: str, actor: Actor) -> None:
    """Whoever checks did not compute; whoever signs did neither."""
    done = {"checked": (release.computed_by,), "signed": (release.computed_by, release.checked_by)}.get(state, ())
    if actor.login in done:
        raise RefusedError(f"{actor.login} computed or checked this release; another person must have it {state}.")


def _note(
    session: Session, installation: Installation, release: Release, what: str, actor: Actor, reason: str = ""
) -> None:
    detail = f"version {release.version}, {release.sums_sha256[:16]}" + (f": {reason}" if reason else "")
    audit.note(session, installation, f"release {what}", release.name, detail, actor.login)
