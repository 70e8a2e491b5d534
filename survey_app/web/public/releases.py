"""Releases for anyone: what is announced, every published version with its units, and the log of corrections."""

from base64 import b64encode
from hashlib import sha256

from flask import Blueprint, Response, jsonify, render_template

from survey_app.services import release_list, release_reading, rounds
from survey_app.web import language
from survey_app.web.current import installation
from survey_app.web.release_view import release_view, unit_view

BASE = "/releases/<name>/<int:version>"
MOST = 200  # changed figures of one correction that stand on the page


def install(blueprint: Blueprint) -> None:
    """Add the pages; their addresses are printed in bundles and never change."""
    blueprint.get("/releases")(releases)
    blueprint.get("/releases/calendar")(calendar)
    blueprint.get("/releases/errata")(errata)
    blueprint.get("/releases/errata.json")(errata_table)
    blueprint.get(BASE)(release)
    blueprint.get(f"{BASE}.zip")(bundle)
    blueprint.get(f"{BASE}/<slug>")(release_unit)
    blueprint.get(f"{BASE}/report/<language>.<kind>")(report)


def releases() -> str:
    """List what is announced and what was published."""
    published = release_list.public(installation())
    known = {line.round_code for line in published}
    coming = [entry for entry in rounds.calendar(installation()) if entry.code not in known and not _over(entry)]
    return render_template("public/releases.html", releases=published, coming=coming)


def calendar() -> str:
    """Every announced minute, what it was put off from, and what came of it."""
    released: dict[str, release_list.Line] = {}
    for line in release_list.public(installation()):
        released.setdefault(line.round_code, line)  # the newest version stands first
    entries = [(entry, released.get(entry.code)) for entry in rounds.calendar(installation())]
    return render_template("public/calendar.html", entries=entries, now=installation().now())


def release(name: str, version: int) -> str:
    """Show one version: what it found, its units, its file, what it corrects, and whether it still stands."""
    line, newest, released = release_reading.of_version(installation(), name, version, language.current())
    view = release_view(released) if released else None
    printed = release_list.public_reports(installation(), name, version)
    return render_template("public/release.html", release=line, newest=newest, view=view, reports=printed)


def release_unit(name: str, version: int, slug: str) -> str | tuple[str, int]:
    """Show one unit of a published version as it was signed; of a withdrawn one the reason alone."""
    line, newest, released = release_reading.of_version(installation(), name, version, language.current())
    if released is None:
        return render_template("public/release.html", release=line, newest=newest, view=None), 410
    unit = release_reading.unit_of(released, slug)
    others = release_reading.others(installation(), name, slug, language.current())
    return render_template(
        "public/release_unit.html",
        release=line,
        newest=newest,
        released=released,
        view=unit_view(released, unit),
        others=others,
    )


def bundle(name: str, version: int) -> Response:
    """Hand out the file of a published version as it was signed."""
    path = release_list.public_file(installation(), name, version)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{version}.zip"'}
    return Response(path.read_bytes(), mimetype="application/zip", headers=headers)


def report(name: str, version: int, language: str, kind: str) -> Response:
    """Show the report of a published version as it was signed: a page, or a PDF."""
    content = release_list.public_report(installation(), name, version, f"report/{language}.{kind}")
    if kind != "html":
        return Response(content, mimetype="application/pdf")
    sheet = content.partition(b"<style>")[2].partition(b"</style>")[0]
    policy = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(sheet).digest()).decode()}'; img-src data:; "
    headers = {"Content-Security-Policy": policy + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
    return Response(content, mimetype="text/html", headers=headers)


def errata() -> str:
    """Corrections and withdrawals in words, with every figure that changed."""
    return render_template("public/errata.html", entries=release_list.errata(installation()), most=MOST)


def errata_table() -> Response:
    """Corrections and withdrawals for machines."""
    return jsonify(release_list.errata(installation()))


def _over(entry: rounds.Release) -> bool:
    """A round that was published before releases had bundles."""
    return entry.state == "published"
