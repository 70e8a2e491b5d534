"""The figures of a year on the pages: to nobody before their release, then those of the release that stands."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

import analysis
from survey_app.models import Release
from survey_app.services import indices, release_files, release_list, releases, rounds, series, units
from survey_app.services.errors import RefusedError
from survey_app.services.rounds import TakenError
from tests import province
from tests.ready_to_release import CODE, closed_round, later, published, sign


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def place(installation):
    return closed_round(installation)


def page(installation, slug="xa-1"):
    with installation.database.read() as session:
        row, unit = rounds.by_code(session, CODE), units.unit_by_slug(session, slug)
    return indices.unit_page(installation, row.id, unit.id, "vi")


def corrected(installation, place, erratum="Sổ hồ sơ của xã 2 thiếu."):
    """A second version after the register was mended, up to its publication."""
    with installation.database.read() as session:
        desk, commune = (units.unit_by_slug(session, slug).id for slug in ("desk-2", "xa-2"))
    province.dossiers(installation, "M02", desk, commune, 600, date(2026, 1, 5), 50, random.Random(3))
    after = later(installation, hours=3)
    releases.build(after, CODE, place.computes, erratum)
    releases.check(after, CODE, place.checks)
    sign(after, place.signs)
    return after


def test_pages_follow_a_correction_when_it_is_published_and_not_before(installation, place):
    published(installation, place)
    before = page(installation, "minh-hai").overall
    after = corrected(installation, place)
    assert page(installation, "minh-hai").overall == before
    releases.publish(after, CODE, place.signs)
    mended = page(installation, "minh-hai").overall
    assert mended.n == before.n
    assert mended.high - mended.low > before.high - before.low  # the same answers stand for more dossiers


def test_withdrawn_figures_stand_on_no_page_and_what_they_corrected_stands_no_more_either(installation, place):
    line = published(installation, place)
    after = corrected(installation, place)
    releases.publish(after, CODE, place.signs)
    releases.withdraw(after, CODE, place.signs, "Quyền số sai.")
    assert page(installation).product == "live"
    assert release_list.standing(installation) == []
    assert series.of_slug(installation, "xa-1", published_only=True).rebuilt == ()
    assert release_list.public_version(after, line.name, 1)[1] == 0


def test_a_step_meant_for_one_bundle_is_not_taken_by_another(installation, place, monkeypatch):
    published(installation, place)
    after = later(installation, hours=3)
    releases.build(after, CODE, place.computes, "Tên xã viết sai.")
    path_of = releases.release_files.path_of

    def meanwhile(installation, digest):
        found = path_of(installation, digest)
        monkeypatch.setattr(releases.release_files, "path_of", path_of)
        releases.build(installation, CODE, place.computes, "Tên tỉnh cũng viết sai.")
        return found

    monkeypatch.setattr(releases.release_files, "path_of", meanwhile)
    with pytest.raises(RefusedError, match="built anew meanwhile"):
        releases.check(after, CODE, place.checks)


def test_a_round_whose_release_would_have_the_address_of_another_is_refused(installation):
    with installation.database.read() as session:
        plan = rounds.round_plans.plan_of(session, rounds.by_code(session, CODE))
    for code in (CODE, CODE.lower(), f"{CODE}-", f"_{CODE}"):
        with pytest.raises(TakenError, match="choose another code"):
            rounds.create(installation, rounds.Plan(**{**vars(plan), "code": code, "release_at": None}))


def test_a_plan_with_an_early_morning_release_can_still_be_changed(installation):
    with installation.database.read() as session:
        plan = rounds.round_plans.plan_of(session, rounds.by_code(session, CODE))
    field_end = (installation.now() + timedelta(days=40)).date()
    office = (installation.now() + timedelta(days=41)).replace(hour=5)  # in UTC still the last day of the field
    given = {"code": "SOM", "release_at": office, "field_start": field_end - timedelta(days=30), "field_end": field_end}
    rounds.create(installation, rounds.Plan(**{**vars(plan), **given}))
    assert rounds.amend(installation, "SOM", {"title": "Tên khác"}) == ("title",)
    near = later(installation, days=20)  # less than 28 days ahead: the announcement was in time
    assert rounds.amend(near, "SOM", {"title": "Tên khác nữa"}) == ("title",)


def built(installation, place):
    """Files of the release of a round that was just computed."""
    releases.build(installation, CODE, place.computes)
    with installation.database.read() as session:
        digest = session.scalars(select(Release.file_sha256)).one()
    return analysis.release.opened(release_files.path_of(installation, digest))


def test_a_release_is_published_by_the_province_under_an_open_licence_unless_told_otherwise(installation, place):
    facts = json.loads(built(installation, place)["release.json"])
    assert (facts["publisher"], facts["contact"], facts["licence"]) == ("Tỉnh Minh Hải", "", "CC-BY-4.0")
    assert facts["licence_url"] == "https://creativecommons.org/licenses/by/4.0/"


def test_publisher_contact_and_licence_are_those_of_the_installation(installation, place):
    odbl = "https://opendatacommons.org/licenses/odbl/1-0/"
    chosen = {"publisher": "UBND tỉnh Minh Hải", "contact": "sipas@minhhai.example", "licence": "ODbL-1.0"}
    settings = replace(installation.settings, **chosen, licence_url=odbl)
    files = built(replace(installation, settings=settings), place)
    facts = json.loads(files["release.json"])
    assert {name: facts[name] for name in chosen} == chosen
    assert json.loads(files["datapackage.json"])["licenses"] == [{"name": "ODbL-1.0", "path": odbl}]
    for page in ("README.vi.md", "report/vi.html", "ddi-codebook.xml"):
        assert "sipas@minhhai.example" in files[page].decode(), page
    assert "CC-BY" not in files["README.en.md"].decode()
