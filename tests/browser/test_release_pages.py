"""The pages of releases in a real browser: accessible, fitting at every width, in both languages, without scripts."""

import pytest

from tests import released
from tests.browser.chromium import DESK, PHONE, overflow

BASE = f"/releases/{released.SECOND}/2"
PAGES = [
    (BASE, "vi"),
    (BASE, "en"),
    (f"{BASE}/xa-5", "vi"),
    (f"{BASE}/xa-5", "en"),
    (f"{BASE}/{released.TOO_FEW}", "vi"),
    ("/releases/calendar", "en"),
    ("/releases/errata", "vi"),
]


@pytest.fixture(scope="module")
def seed():
    return released.two_years


@pytest.mark.parametrize(("path", "language"), PAGES)
def test_a_page_of_a_release_is_accessible_and_fits(open_page, axe, path, language):
    page = open_page(f"{path}?lang={language}", width=PHONE, locale=f"{language}-VN")
    assert page.locator("html").get_attribute("lang") == language
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        closed = page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        assert overflow(page) == 0
        axe(page)


def test_a_reader_goes_from_the_release_to_a_unit_and_back_without_scripts(open_page):
    page = open_page(BASE, width=PHONE, javascript=False)
    with page.expect_navigation():
        page.click("th a >> text=Tân Phú")
    assert page.locator("h1").inner_text() == "Xã Tân Phú"
    assert page.locator("figure").count() == 2
    with page.expect_navigation():
        page.click("text=Mọi đơn vị trong kỳ công bố này")
    assert page.url.split("?")[0].endswith(BASE)
