"""A citizen walks through the questionnaire in Chromium: by thumb, by keyboard, without scripts, without cookies."""

import json

import pytest
from sqlalchemy import func, select

from survey_app.models import Inbox, Quarantine
from tests.browser import walk
from tests.browser.chromium import PHONE, Watch, new_context, persistent_context
from tests.factories import a_round, a_token

FIRST_WINDOW = 14 * 1024
THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."


@pytest.fixture(scope="module")
def seed():
    return a_round


@pytest.fixture
def fresh(site, request):
    """A new token for each test: its address."""
    with site.installation.database.read() as session:
        from survey_app.models import Round

        row = session.scalars(select(Round)).one()
    return f"/T/{a_token(site.installation, row, request.node.name).text}"


@pytest.fixture
def stored(site):
    """How many answers came in since the test began."""

    def now():
        with site.installation.database.read() as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in (Inbox, Quarantine)]

    before = now()
    return lambda: [after - first for after, first in zip(now(), before, strict=True)]


def heading(page):
    return page.locator("h1").inner_text()


def back(page):
    """Tap 'back' and wait for the page before."""
    with page.expect_navigation():
        page.locator("button[value='back']").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_by_thumb(open_page, fresh, stored, javascript):
    page = open_page(fresh, width=PHONE, javascript=javascript)
    walk.to_the_end(page, q01="1", gave_feedback="yes", q19="2", needs=["time", "fees"], sex="female")
    page.fill("textarea", "Ghế ngồi ít quá")
    walk.go_on(page)
    assert heading(page) == THANKS
    assert page.locator(".code").count() == 2
    assert stored() == [1, 0]


def test_by_keyboard_alone(open_page, fresh, stored):
    page = open_page(fresh, width=PHONE)
    page.keyboard.press("Tab")
    assert walk.focused(page)[1] == "Tới phần nội dung"
    for _page in range(15):
        names = page.eval_on_selector_all("input[type=radio]", "all => [...new Set(all.map(e => e.name))]")
        for name in names:
            passed = walk.tab_to(page, lambda here, name=name: here[1] == name)
            assert len([here for here in passed if here[0] == "input"]) == 0, "one Tab from group to group"
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        if page.locator("textarea").count():
            walk.tab_to(page, lambda here: here[0] == "textarea")
            page.keyboard.type("bằng bàn phím")
        if page.locator("input[type=checkbox]").count():
            walk.tab_to(page, lambda here: here[2] == "time")
            page.keyboard.press("Space")
        walk.tab_to(page, lambda here: here[0] == "button" and here[2] in ("next", "send"))
        walk.press_on(page)
        if heading(page) == THANKS:
            break
        page.keyboard.press("Tab")
    assert heading(page) == THANKS
    assert stored() == [1, 0]


def test_enter_in_an_answer_goes_on_and_does_not_change_the_language(open_page, fresh):
    page = open_page(fresh, width=PHONE)
    walk.tab_to(page, lambda here: here[1] == "q00")
    page.keyboard.press("Space")
    walk.press_on(page)
    assert heading(page) == "Ông/Bà hài lòng ở mức nào về việc tiếp cận dịch vụ?"


def test_with_cookies_refused(chromium, site, fresh, stored, tmp_path):
    profile = tmp_path / "Default"
    profile.mkdir()
    refuse = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Preferences").write_text(json.dumps(refuse))
    context = persistent_context(chromium.browser_type, tmp_path, java_script_enabled=False)
    page = context.new_page()
    watch = Watch(site.url)
    watch.look_at(page)
    page.goto(site.url + fresh)
    walk.to_the_end(page, q01="1")
    back(page)
    while not walk.has(page, "q01"):
        back(page)
    assert page.locator("input[name='q01']:checked").get_attribute("value") == "1"
    walk.to_the_end(page)
    assert context.cookies() == [], "the browser really refuses"
    walk.go_on(page)
    assert heading(page) == THANKS
    codes = page.locator(".code").all_inner_texts()
    page.reload()
    assert page.locator(".code").all_inner_texts() == codes, "a reload shows the same codes"
    context.close()
    assert watch.problems == []
    assert stored() == [1, 0]


def test_the_first_question_takes_two_requests_and_14_kb(chromium, site, fresh):
    context = new_context(chromium, viewport={"width": PHONE, "height": 640})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    asked, sizes = [], []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.responseReceivedExtraInfo", lambda event: sizes.append(len(event.get("headersText", ""))))
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    page.goto(site.url + fresh)
    page.wait_for_load_state("networkidle")
    asked = [url for url in asked if not url.startswith("data:")]
    assert len(asked) == 2, asked
    assert 0 < sum(sizes) <= FIRST_WINDOW
    context.close()


def test_reload_back_and_a_dead_line_lose_nothing(open_page, fresh):
    page = open_page(fresh, width=PHONE)
    walk.choose(page, q00="2")
    walk.go_on(page)
    walk.choose(page, q01="1")
    walk.go_on(page)
    page.reload()
    page.go_back()
    assert page.locator("input[name='q01']:checked").get_attribute("value") == "1"
    walk.choose(page, q01="5")
    page.context.set_offline(True)
    page.locator(walk.NEXT).click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.reload()
    assert "thủ tục hành chính" in heading(page), "the page that did not get through is sent again"
    back(page)
    assert page.locator("input[name='q01']:checked").get_attribute("value") == "5"
    back(page)
    assert page.locator("input[name='q00']:checked").get_attribute("value") == "2"


def test_closing_the_tab_and_scanning_again_goes_on(open_page, fresh, site):
    page = open_page(fresh, width=PHONE)
    walk.choose(page, q00="2")
    walk.go_on(page)
    context = page.context
    page.close()
    again = open_page(fresh, context=context)
    assert "tiếp cận" in heading(again)
    back(again)
    assert again.locator("input[name='q00']:checked").get_attribute("value") == "2"


def test_a_double_tap_on_send_stores_once(open_page, fresh, stored):
    page = open_page(fresh, width=PHONE)
    walk.to_the_end(page)
    page.locator(walk.NEXT).dblclick()
    page.wait_for_selector(".code")
    assert heading(page) == THANKS
    assert page.locator(".code").count() == 2
    assert stored() == [1, 0]


def test_the_back_button_after_sending_shows_no_answers_and_reload_the_same_codes(open_page, fresh, stored):
    page = open_page(fresh, width=PHONE)
    walk.to_the_end(page, sex="male")
    walk.go_on(page)
    codes = page.locator(".code").all_inner_texts()
    page.reload()
    assert page.locator(".code").all_inner_texts() == codes
    page.go_back()
    assert heading(page) == "Câu trả lời của Ông/Bà đã được nhận"
    assert page.locator("input").count() == 0
    assert page.locator(".code").all_inner_texts() == codes[:1]
    assert stored() == [1, 0]


def test_two_tabs_send_once(open_page, fresh, stored):
    one = open_page(fresh, width=PHONE)
    walk.to_the_end(one)
    two = open_page("/q", context=one.context)
    walk.go_on(one)
    walk.go_on(two)
    assert heading(one) == heading(two) == THANKS
    assert one.locator(".code").all_inner_texts() == two.locator(".code").all_inner_texts()
    assert stored() == [1, 0]


def test_an_error_takes_the_focus_and_leads_to_its_question(open_page, fresh):
    page = open_page(fresh, width=PHONE)
    walk.go_on(page)
    page.wait_for_function("document.activeElement.id === 'errors'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert walk.focused(page)[:2] == ["input", "q00"]
