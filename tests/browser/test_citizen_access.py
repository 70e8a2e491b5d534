"""Every citizen can use the pages: axe, narrow screens, large text, high contrast, targets for a thumb.

One walk per language meets every state of every page; each state is looked at in every way before the walk goes on.
"""

from secrets import token_bytes
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from survey_app.models import Round
from survey_app.services import collection
from survey_app.services.collection import Submission
from tests.browser import looked_at, walk
from tests.browser.chromium import DESK, PHONE, TABLET, axe_violations, new_context, overflow
from tests.factories import a_forged_token, a_round, a_token

LANGUAGES = ["vi", "en"]
THUMB = 48
LINK = 44
SMALLEST = 280
LARGEST_TEXT = "size-2"
# What was sent cannot be read here, so nobody knows the language any more.
SPEECHLESS = {"form of another browser", "keys are missing", "too much"}
# Every element with its classes, roles and surroundings: a page that has nothing but known ones is looked at once.
MARKS = """() => [...new Set([...document.querySelectorAll("*")].map((one) => [one, one.parentElement ?? one]
  .map((part) => [part.tagName, part.className, part.getAttribute("role"), part.getAttribute("type"),
                  part.getAttribute("aria-pressed"), part.hasAttribute("checked")].join(".")).join(" in ")))]
  .sort().join()"""
TARGETS = "button:not(.unseen), .choice, .tools a, textarea, .text, .button, .errors a"
BOXES = """all => all.map((one) => {
  const { width, height } = one.getBoundingClientRect();
  return [one.outerHTML.slice(0, 70), width, height]; })"""
CLIPPED = """() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
  && getComputedStyle(e).display !== 'inline' && e.tagName !== 'TEXTAREA' && e.tagName !== 'INPUT'
  && !e.closest('.unseen')).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def seed():
    def filled(installation):
        a_round(installation)
        a_round(installation, instrument_key="kiosk-short/1", code="SHORT")
        a_round(installation, collectors=["desk_device"], code="DESK")

    return filled


def round_of(site, code):
    with site.installation.database.read() as session:
        return session.scalars(select(Round).where(Round.code == code)).one()


@pytest.fixture
def round_(site):
    return round_of(site, "R1")


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


def afterwards(page, site, round_, at):
    """Every state of the other pages."""
    page.goto(f"{site.url}/t/{a_forged_token(round_).text}{at}")
    yield "closed"
    page.goto(f"{site.url}/t/{a_forged_token(round_of(site, 'DESK')).text}{at}")
    yield "answered at the desk only"
    page.goto(f"{site.url}/t/{a_forged_token(round_).text}{at}")
    walk.tap_on(page, "main button")
    yield "claim"
    page.context.clear_cookies()
    walk.go_on(page)
    yield "form of another browser"
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


def refusals(page, site, at):
    """What is told when something cannot be taken."""
    short = round_of(site, "SHORT")
    page.goto(f"{site.url}/t/{a_forged_token(short, number=300).text}{at}")
    walk.tap_on(page, "main button")
    yield "no questionnaire"
    slip = a_token(site.installation, short, f"H00{at}").text
    page.goto(f"{site.url}/t/{slip}{at}")
    walk.to_the_end(page)
    elsewhere = {"raw": {"q00": "2"}, "language": "vi"}
    collection.submit(site.installation, Submission(token_text=slip, nonce=token_bytes(16), **elsewhere))
    walk.go_on(page)
    yield "second answer"
    page.goto(f"{site.url}/t/{a_token(site.installation, short, f'H01{at}').text}{at}")
    keys, away = site.installation.keys.root, site.installation.keys.root.with_name("keys-away")
    walk.choose(page, q00="3")
    keys.rename(away)
    try:
        walk.go_on(page)
        yield "keys are missing"
    finally:
        away.rename(keys)
    page.goto(f"{site.url}/t/{a_token(site.installation, short, f'H02{at}').text}{at}")
    page.evaluate("() => { document.querySelector('input[name=_form]').value = 'x'.repeat(70_000); }")
    walk.go_on(page)
    yield "too much"


def states(page, site, round_, language):
    """All of them."""
    at = f"?lang={language}"
    yield from questionnaire(page)
    yield from afterwards(page, site, round_, at)
    yield from refusals(page, site, at)


def resized(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    return width


def small_targets(page):
    """Targets that are too small for a thumb, at each width; and whether the page is too wide there."""
    for width in (resized(page, one) for one in (PHONE, TABLET, DESK)):
        yield from (f"{by} px too wide at {width}" for by in [overflow(page)] if by)
        for html, wide, high in page.eval_on_selector_all(TARGETS, BOXES):
            least = LINK if "href=" in html else THUMB
            if wide < least or high < least:
                yield f"{wide} x {high} at {width}: {html}"


def large_text_faults(page):
    """What does not fit with the largest text of the page's own buttons, and with letters of 200 %."""
    usual = page.evaluate("name => document.documentElement.className = name", LARGEST_TEXT) and "size-0"
    for width in (resized(page, one) for one in (PHONE, SMALLEST)):
        yield from (f"{by} px too wide at {width} with the largest text" for by in [overflow(page)] if by)
    page.evaluate("name => { document.documentElement.className = name; }", usual)
    resized(page, PHONE)
    page.evaluate("() => { document.documentElement.style.fontSize = '32px'; }")
    yield from (f"{by} px too wide with letters of 200 %" for by in [overflow(page)] if by)
    yield from (f"clipped with letters of 200 %: {html}" for html in page.evaluate(CLIPPED))
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")


def violations(page):
    """What axe finds, narrow and wide."""
    for width in (resized(page, one) for one in (PHONE, DESK)):
        yield from (f"at {width}: {fault}" for fault in axe_violations(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_every_page_can_be_used_by_everybody(open_page, site, round_, fresh, rendered, language):
    page = open_page(f"{fresh}?lang={language}", width=PHONE)
    open_page.watch.expected.append("503")  # where the keys are missing
    found, known, adapter = [], set(), site.app.url_map.bind("localhost")
    routes = {"/T/<token>"}
    for name in states(page, site, round_, language):
        spoken = page.locator("html").get_attribute("lang")
        assert spoken == language or (name in SPEECHLESS and spoken == "vi"), name
        routes.add(adapter.match(urlsplit(page.url).path, return_rule=True)[0].rule)
        marks = page.evaluate(MARKS)
        found += [f"{name}: {fault}" for fault in (*small_targets(page), *large_text_faults(page))]
        if marks not in known:
            found += [f"{name}: {fault}" for fault in violations(page)]
        known.add(marks)
        resized(page, PHONE)
    assert found == []
    assert routes == looked_at.CITIZEN_ROUTES
    assert {name for name in rendered if name in looked_at.page_templates()} == looked_at.CITIZEN


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
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


def test_the_thank_you_page_prints_its_codes_and_nothing_to_press(open_page, site):
    page = open_page(f"/T/{a_token(site.installation, round_of(site, 'SHORT'), 'on paper').text}")
    walk.to_the_end(page)
    walk.go_on(page)
    page.emulate_media(media="print")
    assert page.locator(".code").count() == 2
    assert all(code.is_visible() for code in page.locator(".code").all())
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switch_says_which_language_it_is(open_page, fresh, language):
    page = open_page(fresh, width=PHONE)
    walk.tap_on(page, f"button[value='language:{language}']")
    pressed = page.locator(".tools button[aria-pressed='true']").first
    assert pressed.get_attribute("lang") == page.locator("html").get_attribute("lang") == language
    walk.tap_on(page, "button[value='size:2']")
    assert page.locator("html").get_attribute("class") == LARGEST_TEXT
