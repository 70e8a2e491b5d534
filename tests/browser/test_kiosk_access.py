"""Everybody can use the kiosk: axe, narrow and large screens, large targets, keyboard, colours, languages."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser import looked_at
from tests.browser.chromium import DESK, PHONE, TABLET, axe_violations, overflow
from tests.browser.kiosk import Kiosk

LANGUAGES = ["vi", "en"]
TARGET = 60
HALL = [(1280, 800), (800, 1280), (1080, 1920), (1920, 1080)]
BOXES = """all => all.filter((one) => one.offsetParent || one.closest("dialog[open]")).map((one) => {
  const { width, height } = one.getBoundingClientRect();
  return [one.outerHTML.slice(0, 80), width, height];
})"""


@pytest.fixture(scope="module")
def office(kiosk_office_of_module):
    return kiosk_office_of_module("sqlite", instrument="sipas-2017/1")


@pytest.fixture
def tablet(office, new_kiosk):
    return new_kiosk(office)


@pytest.fixture
def begun(standing):
    """The same, with somebody before the first question."""
    return standing.open().begin()


def seen(page):
    """Forms of question that stood on the screen: each kind is looked at once."""
    return page.evaluate(
        """() => [".row", ".list", "textarea", ".apart", "#onward"]
              .filter((one) => document.querySelector(`main ${one}`)).join()""",
    )


def questionnaire(tablet, place):
    """Every kind of question of the long questionnaire."""
    known = set()
    for _question in range(40):
        if tablet.screen != "question":
            return
        kind = seen(tablet.page)
        if kind not in known:
            known.add(kind)
            yield f"question {kind}"
        if tablet.page.locator("#onward").count():
            tablet.press("#onward")
        else:
            tablet.press(".choice", place)


def screens(tablet, office, language):
    """Every screen of the kiosk, one after the other."""
    tablet.open(f"?code={office.code()}")
    yield "enrolment"
    if language == "en":
        tablet.page.get_by_role("button").first.wait_for()
    tablet.press("button[type=submit]").at("setup")
    tablet.page.get_by_text("Sẵn sàng").wait_for()
    yield "setup"
    tablet.press("#begin").at("attract")
    yield "attract"
    tablet.press(".door", LANGUAGES.index(language)).at("slip")
    yield "slip"
    tablet.press(".ways .button").at("code").press("button[type=submit]")
    yield "code faulty"
    tablet.press("[data-back]").at("slip").press(".actions .button").at("assisted")
    yield "assisted"
    tablet.press(".actions .main").at("slip").press(".ways .button", -1).at("question")
    yield from questionnaire(tablet, 1)
    tablet.at("last")
    yield "last"
    tablet.press(".actions .plain")
    tablet.page.wait_for_selector("dialog[open]")
    yield "stop asked"
    tablet.press("dialog .main").press("#send").at("thanks")
    yield "thanks"
    tablet.press("#done").at("attract").press(".foot .button").at("pin")
    yield "pin"
    tablet.page.keyboard.type(office.pin)
    tablet.at("staff")
    yield "staff"


def faults(page, width, height):
    """What axe finds, what is too wide, and what is too small to touch."""
    page.set_viewport_size({"width": width, "height": height})
    yield from axe_violations(page)
    yield from (f"{by} px too wide" for by in [overflow(page)] if by)
    boxes = page.eval_on_selector_all("button, input, textarea", BOXES)
    yield from (f"{wide} x {high}: {html}" for html, wide, high in boxes if wide < TARGET or high < TARGET)


def large_text_faults(page, width, height):
    """What is too wide with every reading aid, and with letters of 200 %."""
    page.set_viewport_size({"width": width, "height": height})
    for style in ("large", "large contrast"):
        page.evaluate("(style) => { document.documentElement.className = style; }", style)
        yield from (f"{style}: {by} px too wide" for by in [overflow(page)] if by)
    page.evaluate(
        """() => { const root = document.documentElement; root.className = '';
          root.style.fontSize = `${2 * parseFloat(getComputedStyle(root).fontSize)}px`; }""",
    )
    yield from (f"200 %: {by} px too wide" for by in [overflow(page)] if by)
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_can_be_used_by_everybody(tablet, office, language):
    page, found = tablet.page, []
    for name in screens(tablet, office, language):
        if name not in ("enrolment", "setup", "attract", "pin", "staff"):
            assert page.get_attribute("html", "lang") == language
        for width, height in ((PHONE, 640), (DESK, 800)):
            found += [f"{name} at {width}: {fault}" for fault in faults(page, width, height)]
        for width, height in ((PHONE, 640), (TABLET, 1024)):
            found += [f"{name} at {width}: {fault}" for fault in large_text_faults(page, width, height)]
        assert urlsplit(page.url).path in looked_at.KIOSK_ROUTES
    assert found == []


@pytest.mark.parametrize(("width", "height"), [(PHONE, 640), (TABLET, 1024), (DESK, 800), (1080, 1920), (1920, 1080)])
def test_the_five_grades_are_equal_in_fixed_order_and_none_is_chosen(begun, width, height):
    tablet = begun
    tablet.page.set_viewport_size({"width": width, "height": height})
    boxes = [choice.bounding_box() for choice in tablet.page.locator(".row .choice").all()]
    assert len(boxes) == 5
    assert len({(round(box["width"]), round(box["height"])) for box in boxes}) == 1
    assert len({round(box["x"] if width == PHONE else box["y"]) for box in boxes}) == 1
    assert all(box["height"] >= (TARGET if width == PHONE else 120) for box in boxes)
    if width != PHONE:  # one line of words or two: no face stands higher than the others
        assert len({round(face.bounding_box()["y"]) for face in tablet.page.locator(".row .face").all()}) == 1
    shapes = tablet.page.eval_on_selector_all(".row use", "all => all.map((one) => one.getAttribute('href'))")
    assert shapes == [f"#face-{level}" for level in range(1, 6)]
    assert all(text.strip() for text in tablet.page.locator(".row .choice").all_inner_texts())
    assert tablet.page.locator("[aria-pressed=true].choice").count() == 0
    assert overflow(tablet.page) == 0


def test_nothing_has_to_be_scrolled_on_a_screen_of_a_hall(standing):
    tablet, beyond = standing.open().at("attract"), {}

    def measured(name):
        for width, height in HALL:
            tablet.page.set_viewport_size({"width": width, "height": height})
            by = tablet.page.evaluate("document.documentElement.scrollHeight - innerHeight")
            if by > 0:
                beyond[f"{name} at {width} x {height}"] = by

    measured("attract")
    tablet.press(".door").at("slip")
    measured("slip")
    tablet.press(".ways .button", -1).at("question")
    while tablet.screen == "question":
        measured(tablet.page.inner_text("h1"))
        tablet.press("#onward" if tablet.page.locator("#onward").count() else ".choice")
    measured("last")
    assert beyond == {}


def test_a_whole_visit_with_the_keyboard_alone(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")
    tablet = new_kiosk(office).set_up(office.code())
    keyboard = tablet.page.keyboard

    def tab_to(selector):
        for _step in range(30):
            keyboard.press("Tab")
            if tablet.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                outline = tablet.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "4px"
                return
        raise AssertionError(selector)

    tab_to(".door")
    keyboard.press("Enter")
    tablet.at("slip")
    tab_to(".ways .button:last-child")
    keyboard.press("Enter")
    for number in range(1, 7):
        tablet.page.get_by_text(f"Câu {number} trong 7 câu").wait_for()
        assert tablet.page.evaluate("document.activeElement.id") == "heading"
        tab_to(".choice:nth-child(4)")
        keyboard.press(" ")
    tablet.page.locator("textarea").wait_for()
    tab_to("textarea")
    keyboard.type("Ặ Ễ Ỗ Ử ữ ệ", delay=1)
    tab_to("#onward")
    keyboard.press("Enter")
    tablet.at("last")
    tab_to("#send")
    keyboard.press("Enter")
    tablet.at("thanks").send()
    grades = {f"q0{number}": 4 for number in range(6)}
    assert office.answers() == [grades | {"comment": "Ặ Ễ Ỗ Ử ữ ệ"}]


def test_the_choice_is_seen_without_colours_and_nothing_moves_for_whoever_asks(begun):
    page = begun.press(".choice", 3).press("[data-back]").page
    chosen = page.locator(".choice[aria-pressed=true]")
    assert chosen.evaluate("one => getComputedStyle(one).transitionDuration") != "0s"
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert chosen.evaluate("one => getComputedStyle(one, '::after').content") == '"✓"'
    assert chosen.evaluate("one => getComputedStyle(one).borderTopStyle") == "double"
    assert chosen.evaluate("one => getComputedStyle(one).transitionDuration") == "0s"
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")


def test_questions_behind_a_filter_are_asked_only_of_those_they_concern(begun):
    tablet, asked = begun, {}
    for choice in ("no", "yes"):
        tablet.press(".choice")
        while not tablet.page.locator(f"[data-value={choice}]").count():
            tablet.press("#onward")
        before = tablet.page.text_content(".progress p")
        tablet.press(f"[data-value={choice}]")
        after = tablet.page.text_content(".progress p")
        asked[choice] = [int(re.findall(r"\d+", text)[1]) for text in (before, after)]
        tablet.press(".actions .plain").press("dialog .button").begin()
    assert asked["no"][1] == asked["no"][0]
    assert asked["yes"][1] == asked["yes"][0] + 4


def test_a_fourth_need_is_refused_with_a_sentence(begun):
    tablet = begun.press(".choice")
    while not tablet.page.locator("[data-value=information]").count():
        tablet.press("#onward")
    for need in ("information", "time", "fees", "other"):
        tablet.press(f"[data-value={need}]")
    assert tablet.page.locator(".choice[aria-pressed=true]").count() == 3
    tablet.page.get_by_text("Chỉ chọn được nhiều nhất 3 ý").wait_for()


def test_the_language_can_be_changed_in_the_middle_and_the_answer_knows(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")
    tablet = new_kiosk(office).set_up(office.code()).begin().press(".choice")
    tablet.press(".tool[lang=en]")
    assert tablet.page.get_attribute("html", "lang") == "en"
    tablet.page.get_by_text("Question 2 of 7").wait_for()
    while tablet.screen == "question":
        tablet.press("#onward")
    tablet.press("#send").at("thanks").send()
    assert [(one.traits["language"], set(one.shown)) for one in office.sent()] == [("en", {"vi", "en"})]


def test_no_text_of_the_screens_stands_in_the_program(kiosk_office, new_kiosk):
    """In a made-up language whose every word is in brackets, nothing without brackets is left."""
    office = kiosk_office("sqlite", instrument="sipas-2017/1", pseudo=True)
    tablet = Kiosk(new_kiosk(office).page, office.url)
    naked = {}
    for name in screens(tablet, office, "vi"):
        texts = tablet.page.evaluate(
            """() => {
              const found = [document.title], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walk.nextNode()) {
                if (walk.currentNode.parentElement.tagName !== "NOSCRIPT") found.push(walk.currentNode.data);
              }
              for (const one of document.querySelectorAll("[aria-label]")) found.push(one.getAttribute("aria-label"));
              return found;
            }""",
        )
        naked |= {f"{name}: {text}": 1 for text in texts if re.search(r"[^\W\d_]", re.sub(r"⟦[^⟧]*⟧", "", text))}
    allowed = re.compile(r"staff: (\d+ · |[0-9a-f]{16}$)|(setup|attract): hai-chau$")
    assert [text for text in naked if not allowed.match(text)] == []
