"""Releases for anyone: what was and will be published, one version with its file, and the log of corrections."""

from flask import Blueprint, Response, jsonify, render_template

from survey_app.services import release_list, rounds
from survey_app.web.current import installation


def install(blueprint: Blueprint) -> None:
    """Add the pages; their addresses are printed in bundles and never change."""
    blueprint.get("/releases")(releases)
    blueprint.get("/releases/errata.json")(errata)
    blueprint.get("/releases/<name>/<int:version>")(release)
    blueprint.get("/releases/<name>/<int:version>.zip")(bundle)


def releases() -> str:
    """List what is announced, what was published, and what was corrected or withdrawn."""
    published = release_list.public(installation())
    known = {line.round_code for line in published}
    coming = [entry for entry in rounds.calendar(installation()) if entry.code not in known and not _over(entry)]
    return render_template("public/releases.html", releases=published, coming=coming)


def release(name: str, version: int) -> str:
    """Show one version: its file, how to check it, what it corrects, and whether it still stands."""
    line, newest = release_list.public_version(installation(), name, version)
    return render_template("public/release.html", release=line, newest=newest)


def bundle(name: str, version: int) -> Response:
    """Hand out the file of a published version as it was signed."""
    path = release_list.public_file(installation(), name, version)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{version}.zip"'}
    return Response(path.read_bytes(), mimetype="application/zip", headers=headers)


def errata() -> Response:
    """Corrections and withdrawals for machines."""
    return jsonify(release_list.errata(installation()))


def _over(entry: rounds.Release) -> bool:
    """A round that was published before releases had bundles."""
    return entry.state == "published"
