"""Every staff and public page in a real browser: accessible, at any width, by keyboard, on paper."""

import re

import pytest

from survey_app.services import invitations
from tests.browser.chromium import DESK, PHONE, TABLET, new_context, overflow
from tests.browser.conftest import served
from tests.figures import LIVE, PASSWORD, PUBLISHED

PAGES = [
    (None, "/"),
    (None, "/method"),
    (None, "/releases"),
    (None, "/accessibility"),
    (None, "/login"),
    (None, f"/rounds/{PUBLISHED}"),
    (None, f"/rounds/{PUBLISHED}/xa-1"),
    (None, "/nothing"),
    ("agency1", f"/agency/xa-1/{LIVE}"),
    ("agency1", "/account/password"),
    ("agency1", "/paper/"),
    ("province", f"/agency/xa-6/{LIVE}"),
    ("province", f"/agency/xa-5/{LIVE}"),
    ("province", f"/province/minh-hai/{LIVE}"),
    ("far", "/province/tinh-khac"),
    ("admin", "/admin/"),
    ("admin", "/admin/staff"),
    ("admin", "/admin/units"),
    ("admin", "/admin/audit"),
    ("admin", "/admin/kiosks"),
    ("admin", "/admin/kiosks/3"),
    ("province", "/province/minh-hai/-/kiosks"),
    ("province", "/province/minh-hai/-/rules"),
    ("province", f"/province/minh-hai/{LIVE}/fieldwork"),
    ("province", "/province/minh-hai/-/rounds"),
    ("province", f"/province/minh-hai/-/rounds/{PUBLISHED}"),
    ("province", "/province/minh-hai/-/plan"),
    ("admin", "/admin/staff/province/roles"),
]
NAMES = [path for _, path in PAGES]


@pytest.fixture(scope="module")
def site(province):
    with served(province) as running:
        yield running


@pytest.fixture(scope="module")
def cookies(site, chromium):
    """The session of each login: signed in once, by the form."""
    found = {}

    def of(login):
        if login not in found:
            context = new_context(chromium)
            page = context.new_page()
            page.goto(site.url + "/login")
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            with page.expect_navigation():
                page.click("main button")
            found[login] = context.cookies()
            context.close()
        return found[login]

    return of


@pytest.fixture
def visit(open_page, cookies):
    """Open a page as someone, at some width, in some language."""

    def opened(login, path, *, width=DESK, language="vi", **options):
        held = cookies(login) if login else ()
        return open_page(f"{path}?lang={language}", width=width, locale=f"{language}-VN", cookies=held, **options)

    return opened


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("login", "path"), PAGES, ids=NAMES)
def test_a_page_is_accessible_and_fits_its_window(visit, axe, login, path, language):
    page = visit(login, path, language=language)
    assert page.locator("html").get_attribute("lang") == language
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0
        closed = page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        assert overflow(page) == 0
        axe(page)


@pytest.mark.parametrize(("login", "path"), PAGES[3:7] + PAGES[12:16], ids=NAMES[3:7] + NAMES[12:16])
def test_a_page_reflows_when_its_text_is_twice_as_large(visit, login, path):
    page = visit(login, path, width=TABLET)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_sheet_of_paper_is_keyed_in_on_an_accessible_page(visit, axe, site, language):
    code = invitations.roll(site.installation, LIVE, "desk-1", 50).slips[0].token
    page = visit("agency1", "/paper/", language=language)

    def send(button, **typed):
        for name, text in typed.items():
            page.fill(f"#{name}", text)
        with page.expect_navigation():
            page.click(button)

    def check():
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) == 0
            axe(page)

    send("main form button", code="ABC")
    check()
    send("main form button", code=code)
    check()
    send(".keying > button", q00="8")
    check()
    send(".keying > button", q00="4", q01="5")
    check()
    send("main form button", code=code)
    send(".keying > button", q00="4", q01="2")
    assert page.locator("#errors a").count() == 1
    check()


def test_the_first_screen_answers_three_questions_without_scrolling(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    for question in ("how", "real", "first"):
        box = page.locator(f"section[aria-labelledby={question}]").bounding_box()
        assert box["y"] + box["height"] <= 800


def test_charts_change_their_form_with_the_window(visit):
    wide = visit("agency1", f"/agency/xa-1/{LIVE}", width=DESK)
    narrow = visit("agency1", f"/agency/xa-1/{LIVE}", width=PHONE)
    for page, form, other in ((wide, "wide", "narrow"), (narrow, "narrow", "wide")):
        assert page.locator(f".chart .{form} svg").first.is_visible()
        assert not page.locator(f".chart .{other} svg").first.is_visible()
    size = narrow.locator(".chart .narrow svg text").first.evaluate("e => e.getBoundingClientRect().height")
    assert size > 10  # still letters, not dust


def test_words_in_a_chart_can_be_selected_with_their_diacritics(visit):
    page = visit("province", f"/province/minh-hai/{LIVE}")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.chart .wide'))")
    assert "Phường Ặ Ễ Ỗ Ử ữ ệ" in page.evaluate("getSelection().toString()")


def test_words_in_a_chart_do_not_lie_on_each_other(visit):
    """In the fonts of this machine, which are not those that widths were reckoned with."""
    for width, form in ((DESK, "wide"), (PHONE, "narrow")):
        page = visit("agency1", f"/agency/xa-1/{LIVE}", width=width)
        overlaps = page.evaluate(
            """form => [...document.querySelectorAll(`.chart .${form} svg`)].flatMap(svg => {
                const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
                return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
                    .filter(([, q]) => p.left + 1 < q.right && q.left + 1 < p.right
                                    && p.top + 4 < q.bottom && q.top + 4 < p.bottom)
                    .map(([b]) => `${a} | ${b}`));
            })""",
            form,
        )
        assert overlaps == []


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("document.activeElement.tagName") in ("SUMMARY", "A", "BUTTON"):
            assert style == "solid"
    assert {"A", "SUMMARY"} <= reached
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None


def test_one_signs_in_by_keyboard_and_a_mistake_leads_to_its_field(visit, site):
    page = visit(None, "/login")
    page.locator("#login").focus()
    page.keyboard.type("agency2")
    page.keyboard.press("Tab")
    page.keyboard.type("sai mật khẩu rồi")
    page.keyboard.press("Enter")
    page.wait_for_selector("#errors")
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page.inner_text("#errors")
    page.locator("#errors a").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/agency/xa-2"))
    assert page.url.startswith(site.url)


def test_targets_are_large_enough_for_a_finger(visit):
    page = visit("admin", "/admin/staff", width=PHONE)
    for target in page.locator("button, header a, nav a").all():
        if target.is_visible():
            assert target.bounding_box()["height"] >= 24


def test_an_office_can_file_the_page_on_paper(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator("footer").is_visible()
    assert page.locator(".chart .wide svg").first.is_visible()
    assert page.locator(".source").is_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_without_scripts_every_page_works_the_same(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}", javascript=False)
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()
