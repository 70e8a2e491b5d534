"""The pages of releases in a real browser: accessible, fitting at every width, in both languages, without scripts."""

from datetime import timedelta

import pytest

from survey_app.models import FactStatement, RoundStep
from survey_app.services import round_roles, rounds, staff
from survey_app.services.staff import NewStaff
from tests import released
from tests.browser import looked_at
from tests.browser.chromium import PHONE, faults
from tests.factories import a_unit
from tests.figures import PASSWORD

BASE = f"/releases/{released.SECOND}/2"


def seeded(installation):
    """Published years, one of them as if it were only computed, with an objection to the counts of a commune."""
    released.two_years(installation)
    now = installation.now()
    province = a_unit(installation, released.TOP)
    unit = a_unit(installation, "xa-5", kind="commune", name="Xã Tân Phú", parent=province)
    for login, role, slug in (("xa5", "agency", "xa-5"), ("tinh", "province", released.TOP)):
        staff.create(installation, NewStaff(login, f"Nguyễn Thị {login}", role, slug, PASSWORD))
    round_roles.grant(installation, "computer", "tinh")
    with installation.database.write() as session:
        row = rounds.by_code(session, looked_at.COMPUTED)
        row.state, row.release_at = "computed", now + timedelta(days=9)
        session.add(RoundStep(round_id=row.id, state="computed", at=now, actor="tinh.toan"))
        word = {"at": now, "actor": "xa5", "verdict": "objected", "reason": "Sổ của xã ghi 602 hồ sơ."}
        session.add(FactStatement(round_id=row.id, unit_id=unit, **word))


@pytest.fixture(scope="module")
def seed():
    return seeded


@pytest.mark.parametrize(("login", "language"), [("xa5", "vi"), ("tinh", "en")])
def test_the_check_of_facts_is_accessible_and_fits(open_page, rendered, site, login, language):
    page = open_page(f"/login?lang={language}", locale=f"{language}-VN")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("main button")
    page.goto(site.url + looked_at.FACTS[login])
    assert page.locator("textarea").count() == 1
    assert faults(page, login) == []
    assert rendered & looked_at.CHECKED


def test_every_page_of_a_release_is_accessible_and_fits(open_page, rendered, site):
    page, found = open_page(), []
    for path in looked_at.RELEASES:
        for language in ("vi", "en"):
            page.goto(f"{site.url}{path}?lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            found += faults(page, f"{path} {language}")
    for language, path in looked_at.REPORTS.items():
        page.goto(f"{site.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("figure svg").first.evaluate("drawn => getComputedStyle(drawn).display") == "block"
        found += faults(page, path)
    assert found == []
    assert rendered >= looked_at.SIGNED


def test_a_reader_goes_from_the_release_to_a_unit_and_back_without_scripts(open_page):
    page = open_page(BASE, width=PHONE, javascript=False)
    with page.expect_navigation():
        page.click("th a >> text=Tân Phú")
    assert page.locator("h1").inner_text() == "Xã Tân Phú"
    assert page.locator("figure").count() == 3  # factors, questions, years
    with page.expect_navigation():
        page.click("text=Mọi đơn vị trong kỳ công bố này")
    assert page.url.split("?")[0].endswith(BASE)
