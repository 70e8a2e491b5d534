"""The checks of the browser tests bite: a page with known faults is caught."""

from tests.browser.chromium import axe_violations, overflow

FAULTY = """<!doctype html><html><head></head><body><img src="data:,"><input>
<p style="width: 900px; color: #ccc; background: #fff">pale</p></body></html>"""


def test_axe_finds_the_faults_of_a_faulty_page(chromium):
    page = chromium.new_page(viewport={"width": 320, "height": 600})
    page.set_content(FAULTY)
    found = {line.split(":")[0] for line in axe_violations(page)}
    assert {"html-has-lang", "document-title", "image-alt", "label", "color-contrast"} <= found
    assert overflow(page) > 500
    page.close()


def test_a_page_of_the_server_opens_and_nothing_else_is_asked(open_page, site):
    page = open_page("/no-such-page")
    assert page.url == f"{site.url}/no-such-page"
