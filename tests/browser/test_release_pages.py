"""The pages of releases in a real browser: accessible, fitting at every width, in both languages, without scripts."""

import pytest

from tests import released
from tests.browser import looked_at
from tests.browser.chromium import PHONE, faults

BASE = f"/releases/{released.SECOND}/2"


@pytest.fixture(scope="module")
def seed():
    return released.two_years


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
    assert page.locator("figure").count() == 2
    with page.expect_navigation():
        page.click("text=Mọi đơn vị trong kỳ công bố này")
    assert page.url.split("?")[0].endswith(BASE)
