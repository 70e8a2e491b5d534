"""Pages on which an administration adds recordings and pictures."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_app.domain.recordings import MAX_SOUND_BYTES, MediumError
from survey_app.language_folder import PICTURES, SCREENS
from survey_app.services import recordings
from survey_app.services.errors import InFieldError, RefusedError
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import reader


def install(blueprint: Blueprint) -> None:
    """Add the pages to the administration's blueprint."""
    blueprint.add_url_rule("/recordings", view_func=every, methods=["GET"], endpoint="recordings")
    blueprint.add_url_rule("/recordings", view_func=upload, methods=["POST"], endpoint="recording_upload")
    blueprint.add_url_rule("/recordings/remove", view_func=remove, methods=["POST"], endpoint="recording_remove")


def every() -> str:
    """List the texts of a part in a language, each with its recording and its picture."""
    return _page(request.args.get("language", "vi"), request.args.get("part", SCREENS))


def upload() -> Response | tuple[str, int]:
    """Take one file over."""
    language, part, key = (request.form.get(name, "") for name in ("language", "part", "key"))
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(language, part, _("Choose a file.")), 400
    content = file.stream.read(MAX_SOUND_BYTES + 1)
    try:
        recordings.upload(installation(), reader(), language, (part, key), file.filename, content)
    except (MediumError, RefusedError) as error:
        return _page(language, part, f"{key}: {_reason(error)}"), 409 if isinstance(error, RefusedError) else 400
    flash(_("The file is kept and goes to kiosks when they are next connected."))
    return redirect(url_for("admin.recordings", language=language, part=part))


def remove() -> Response | tuple[str, int]:
    """Take a recording or picture away."""
    language, part, key = (request.form.get(name, "") for name in ("language", "part", "key"))
    of = PICTURES if request.form.get("kind") == "picture" else language
    try:
        recordings.take_away(installation(), reader(), of, f"{part}:{key}")
    except RefusedError as error:
        return _page(language, part, f"{key}: {_reason(error)}"), 409
    return redirect(url_for("admin.recordings", language=language, part=part))


def _reason(error: MediumError | RefusedError) -> str:
    """Say in the reader's language why a file cannot be taken, or must stay."""
    if isinstance(error, MediumError):
        return _(error.text, **error.values)
    if not isinstance(error, InFieldError):
        return str(error)
    return _(
        "A round is asking people with this: %(places)s. Whoever answers later would hear or see something else, so it "
        "stays until the round is over. If it is wrong, the person who runs the server can change it with the option "
        "--in-field and the reason, which is kept in the audit log.",
        places=error.places,
    )


def _page(language: str, part: str, problem: str = "") -> str:
    rows = recordings.rows(installation(), language, part)
    return render_template(
        "admin/recordings.html",
        rows=rows,
        recorded=sum(row.medium is not None and not row.outdated for row in rows),
        chosen=language,
        part=part,
        problem=problem,
        tongues=recordings.languages(installation()),
        parts=recordings.scopes(),
        may_change=recordings.may_change(installation(), reader()),
    )
