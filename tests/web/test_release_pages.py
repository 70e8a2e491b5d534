"""What anyone may read of releases: nothing before the announced minute, everything after it, tombstones for good."""

from datetime import timedelta
from hashlib import sha256

import pytest

from survey_app.app import create_app
from survey_app.services import releases
from tests.conftest import Clock, copied_province, empty_database, opened_installation
from tests.services.test_releases import CODE, closed_round, sign
from tests.web.pages import Visitor

LIST, FIRST, ERRATA = "/releases", "/releases/minh-hai-r2026/1", "/releases/errata.json"
FILE = f"{FIRST}.zip"
WHY = "Số của Xã 1 <b>sai</b>."


@pytest.fixture(scope="module")
def told(request, tmp_path_factory):
    """What a visitor is told before a release is published, while it stands, and after it was withdrawn."""
    folder = tmp_path_factory.mktemp("releases")
    with (
        empty_database("sqlite", request, folder) as url,
        opened_installation(url, folder, Clock()) as installation,
    ):
        place = closed_round(installation)
        visitor = Visitor(create_app(installation))

        def look():
            return {path: visitor.get(path) for path in (LIST, FIRST, FILE, ERRATA, f"{FIRST[:-1]}2")}

        releases.build(installation, CODE, place.computes)
        releases.check(installation, CODE, place.checks)
        sign(installation, place.signs)
        pages = {"before": look()}
        installation.clock.now += timedelta(hours=2)
        releases.publish(installation, CODE, place.signs)
        pages["published"] = look()
        pages["stored"] = {file.stem for file in installation.settings.release_folder.rglob("*") if file.is_file()}
        releases.withdraw(installation, CODE, place.signs, WHY)
        pages["withdrawn"] = look()
    return pages


def test_before_the_announced_minute_only_the_date_is_known(told):
    before = told["before"]
    assert before[FIRST].status == before[FILE].status == 404
    assert "Đo lường sự hài lòng năm 2026: Thứ Hai 02/03/2026 11:00" in before[LIST].words
    assert FIRST not in before[LIST].links


def test_a_published_release_is_listed_and_its_file_is_the_signed_one(told):
    published = told["published"]
    assert FIRST in published[LIST].links
    assert published[FIRST].heading == "minh-hai-r2026, bản 1"
    assert FILE in published[FIRST].links
    answer = published[FILE].response
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="minh-hai-r2026-1.zip"'
    assert sha256(answer.get_data()).hexdigest() in told["stored"]
    assert published[ERRATA].response.json == []


def test_a_version_that_was_never_published_is_not_there(told):
    assert told["published"][f"{FIRST[:-1]}2"].status == 404


def test_a_withdrawn_release_keeps_its_page_and_its_reason_but_not_its_file(told):
    after = told["withdrawn"]
    assert f"Bản này đã bị thu hồi: {WHY}" in after[FIRST].words  # as text, whatever it holds
    assert FILE not in after[FIRST].links
    assert after[FILE].status == 404
    assert [(line["version"], line["withdrawn_because"]) for line in after[ERRATA].response.json] == [(1, WHY)]


def test_an_installation_without_releases_says_how_a_date_is_announced(province_template, tmp_path):
    with copied_province(province_template, tmp_path) as installation:
        page = Visitor(create_app(installation)).get("/releases?lang=en")
        assert "announced at least four weeks ahead" in page.words
