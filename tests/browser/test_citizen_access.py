"""Every citizen can use the pages: axe, narrow screens, large text, high contrast, targets for a thumb."""

import pytest
from sqlalchemy import select

from survey_app.models import Round
from tests.browser import walk
from tests.browser.chromium import DESK, PHONE, axe_violations, new_context, overflow
from tests.factories import a_forged_token, a_round, a_token

LANGUAGES = ["vi", "en"]
THUMB = 48
# Every element with its classes, roles and surroundings: a page that has nothing but known ones is looked at once.
MARKS = """() => [...new Set([...document.querySelectorAll("*")].map((one) => [one, one.parentElement ?? one]
  .map((part) => [part.tagName, part.className, part.getAttribute("role"), part.getAttribute("type"),
                  part.getAttribute("aria-pressed"), part.hasAttribute("checked")].join(".")).join(" in ")))]
  .sort().join()"""


@pytest.fixture(scope="module")
def seed():
    return a_round


@pytest.fixture
def round_(site):
    with site.installation.database.read() as session:
        return session.scalars(select(Round)).one()


@pytest.fixture
def fresh(site, round_, request):
    return f"/T/{a_token(site.installation, round_, request.node.name).text}"


def questionnaire(page):
    """Every state of the questionnaire, one after the other: fresh, faulty, filled, thanked, done."""
    yield "first page"
    walk.go_on(page)
    yield "first page, answer missing"
    for _page in range(15):
        if walk.has(page, "needs"):
            walk.choose(page, needs=["information", "time", "fees", "other"])
            walk.go_on(page)
            yield "too many needs"
            walk.choose(page, needs="other")
        walk.choose(page, **{n: v for n, v in {"q00": "4", "result_time": "late"}.items() if walk.has(page, n)})
        if page.locator("textarea").count():
            page.fill("textarea", "x" * 501)
            walk.go_on(page)
            yield "comment too long"
            page.fill("textarea", "Ặ Ễ Ỗ Ử ữ ệ")
        walk.go_on(page)
        yield page.title()
        if page.locator(".code").count():
            break
    page.goto(page.url)
    yield "receipt in the browser that answered"


def afterwards(page, site, round_, language):
    """Every state of the other pages."""
    at = f"?lang={language}"
    page.goto(f"{site.url}/t/{a_forged_token(round_).text}{at}")
    yield "closed"
    walk.tap_on(page, "main button")
    yield "claim"
    page.context.clear_cookies()
    page.goto(f"{site.url}/q{at}")
    yield "code"
    page.fill("#code", "ABCU")
    walk.go_on(page)
    yield "code mistyped"
    for path in ("/r", "/w"):
        page.goto(site.url + path + at)
        yield path
        page.fill("#code", "ABCD-EFGH-JKMN")
        walk.go_on(page)
        yield f"{path} sent"
    walk.go_on(page)
    yield "/w confirmed"


def states(page, site, round_, language):
    """All of them."""
    yield from questionnaire(page)
    yield from afterwards(page, site, round_, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page_at_any_width(open_page, site, round_, fresh, language):
    page = open_page(f"{fresh}?lang={language}", width=PHONE)
    found, known = {}, set()
    for name in states(page, site, round_, language):
        assert page.locator("html").get_attribute("lang") == language
        marks = page.evaluate(MARKS)
        if marks in known:
            continue
        known.add(marks)
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 800})
            found |= {f"{name} at {width}: {fault}": width for fault in axe_violations(page)}
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_a_small_phone_even_with_the_largest_text(open_page, site, round_, fresh, language):
    page = open_page(f"{fresh}?lang={language}", width=PHONE)
    walk.tap_on(page, "button[value='size:2']")
    wide = {}
    for name in states(page, site, round_, language):
        for width in (PHONE, 280):
            page.set_viewport_size({"width": width, "height": 640})
            wide[f"{name} at {width}"] = overflow(page)
    assert {name: by for name, by in wide.items() if by} == {}


def test_text_of_200_per_cent_stays_on_the_page(open_page, site, round_, fresh):
    page = open_page(fresh, width=PHONE)
    wide = {}
    for name in states(page, site, round_, "vi"):
        page.evaluate("() => { document.documentElement.style.fontSize = '32px' }")
        clipped = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
                 && getComputedStyle(e).display !== 'inline' && e.tagName !== 'TEXTAREA' && e.tagName !== 'INPUT'
                 && !e.closest('.unseen')).map(e => e.outerHTML.slice(0, 80))""",
        )
        wide[name] = (overflow(page), clipped)
    assert {name: state for name, state in wide.items() if state != (0, [])} == {}


@pytest.mark.parametrize("width", [PHONE, 768, DESK])
def test_targets_are_large_enough_for_a_thumb(open_page, site, round_, fresh, width):
    page = open_page(fresh, width=width)
    small = {}
    for name in states(page, site, round_, "vi"):
        boxes = page.eval_on_selector_all(
            "button:not(.unseen), .choice, .tools a, textarea, .text, .button, .errors a",
            "all => all.map(e => [e.outerHTML.slice(0, 70), ...Object.values(e.getBoundingClientRect().toJSON())])",
        )
        assert boxes or "?" not in page.url
        for html, _x, _y, box_width, box_height, *_edges in boxes:
            least = 44 if "href=" in html else THUMB
            if box_width < least or box_height < least:
                small[f"{name}: {html}"] = (box_width, box_height)
    assert small == {}


@pytest.mark.parametrize("width", [PHONE, 768, DESK])
def test_the_five_grades_are_the_same_size_in_fixed_order_and_none_is_chosen(open_page, fresh, width):
    page = open_page(fresh, width=width)
    for _page in range(2):
        for question in page.locator("fieldset").all():
            boxes = [choice.bounding_box() for choice in question.locator(".row .choice").all()]
            assert len(boxes) == 5
            assert len({(round(box["width"]), round(box["height"])) for box in boxes}) == 1
            places = [(round(box["y"]), round(box["x"])) for box in boxes]
            assert places == sorted(places)
            assert len({(y if width > PHONE else x) for y, x in places}) == 1, "one row, on the phone one column"
            apart = question.locator(".apart .choice")
            if apart.count():
                assert apart.bounding_box()["y"] > boxes[-1]["y"] + boxes[-1]["height"] + 8
        assert page.locator("input:checked").count() == 0
        walk.choose(page, q00="3") if walk.has(page, "q00") else None
        walk.go_on(page)


def test_the_choice_is_seen_without_colours(chromium, site, fresh):
    context = new_context(chromium, viewport={"width": PHONE, "height": 900}, forced_colors="active")
    page = context.new_page()
    page.goto(site.url + fresh)
    rows = page.locator(".row .choice")
    plain = [row.screenshot() for row in rows.all()]
    rows.nth(3).click()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    chosen = [row.screenshot() for row in rows.all()]
    assert [a == b for a, b in zip(plain, chosen, strict=True)] == [True, True, True, False, True]
    assert page.locator("input:checked + .box").evaluate("e => getComputedStyle(e, '::after').content") == '"✓"'
    rows.nth(3).locator("input").focus()
    page.keyboard.press("ArrowUp")
    outline = page.locator("input:focus + .box").evaluate("e => getComputedStyle(e).outlineWidth")
    assert outline == "3px"
    context.close()


def test_the_thank_you_page_prints_its_codes_and_nothing_to_press(open_page, fresh):
    page = open_page(fresh)
    walk.to_the_end(page)
    walk.go_on(page)
    page.emulate_media(media="print")
    assert all(code.is_visible() for code in page.locator(".code").all())
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switch_says_which_language_it_is(open_page, fresh, language):
    page = open_page(fresh, width=PHONE)
    walk.tap_on(page, f"button[value='language:{language}']")
    pressed = page.locator(".tools button[aria-pressed='true']").first
    assert pressed.get_attribute("lang") == page.locator("html").get_attribute("lang") == language
