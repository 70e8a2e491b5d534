"""A comment at the kiosk: the code of a slip that comes into it goes, nothing else does; and what must be answered."""

from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk import STORE
from tests.domain.test_slip_traces import ORDINARY, TOKENS, WRITTEN

SCRIPT = STORE.replace("store.js", "slip.js")
WITHOUT = f"async (texts) => texts.map((await {SCRIPT}).withoutTraces)"
MUST_CHOOSE = f"""async () => {{
  const {{ fact, keepFacts }} = await {STORE};
  const found = await fact("package");
  found.rounds[0].instrument.items.find(({{ choose }}) => choose > 1).required = true;
  await keepFacts({{ package: found }});
}}"""
ADDRESS = "HTTPS://KHAOSAT.EXAMPLE/T/"
FULL = "rất tốt " * 61  # 488 of 500 characters


@pytest.fixture(scope="module")
def office(kiosk_office_of_module):
    return kiosk_office_of_module("sqlite", instrument="sipas-2017/1")


@pytest.fixture
def tablet(standing):
    standing.open().at("attract").visit(stop_before="textarea")
    standing.page.locator("textarea").focus()
    return standing


def comments(office):
    return Counter(answer.get("comment", "") for answer in office.answers())


def sent(tablet, office):
    """Hand the answers in; the comment that arrives."""
    before = comments(office)
    tablet.press("#onward").at("last").press("#send").at("thanks").press("#done").at("attract").send()
    [new] = (comments(office) - before).elements()
    return new


@pytest.mark.parametrize("address", [ADDRESS, ""])
@pytest.mark.parametrize("written", ["tốt ", FULL])
def test_a_slip_scanned_into_the_comment_does_not_stay_there(office, tablet, address, written):
    token = office.token()
    tablet.page.fill("textarea", written)
    tablet.page.keyboard.type(address + token)
    assert tablet.page.input_value("textarea") == written
    tablet.page.keyboard.press("Enter")
    tablet.page.keyboard.type(address + token[:-3])  # a scan that was cut short
    comment = sent(tablet, office)
    assert not [start for start in range(33) if token[start : start + 8] in comment]
    assert comment == written.strip()


def test_kiosk_and_server_take_the_same_for_a_code(standing):
    texts = [f"tốt {written(token)} lắm" for written in WRITTEN for token in TOKENS[:5]]
    assert set(standing.page.evaluate(WITHOUT, texts)) == {"tốt  lắm"}
    assert standing.page.evaluate(WITHOUT, ORDINARY) == ORDINARY


def test_a_comment_that_is_too_long_is_told_and_not_cut(office, tablet):
    tablet.page.fill("textarea", FULL + "và nhanh chóng lắm")
    tablet.press("#onward").page.get_by_text("(506)").wait_for()
    assert tablet.screen == "question"
    tablet.page.fill("textarea", FULL + "và nhanh")
    assert sent(tablet, office) == FULL + "và nhanh"


def test_a_question_with_several_answers_that_must_be_answered_can_be_left_with_one(standing):
    standing.open().at("attract")
    standing.page.evaluate(MUST_CHOOSE)
    standing.visit(stop_before=".list[role=group] ~ p[role=status]")
    onward, asked = standing.page.locator("#onward"), standing.page.inner_text("h1")
    assert not onward.is_visible()
    standing.press(".choice")
    assert onward.is_visible()
    standing.press(".choice")
    assert not onward.is_visible()
    standing.press(".choice").press("#onward")
    expect(standing.page.locator("h1")).not_to_have_text(asked)
