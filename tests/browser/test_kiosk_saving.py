"""While answers are being saved nobody can take them back, and what is said afterwards is true."""

import pytest

from tests.factories import a_token

# What seals the answers waits until `goOn` is called.
SLOW = """() => {
  const real = crypto.subtle.encrypt;
  const wait = new Promise((done) => { window.goOn = done; });
  crypto.subtle.encrypt = async (...how) => {
    await wait;
    return real.apply(crypto.subtle, how);
  };
}"""
FAULTY = "() => { crypto.subtle.encrypt = async () => { throw new Error('no'); }; }"
GARBLED = """() => {
  const real = crypto.subtle.encrypt;
  crypto.subtle.encrypt = async (...how) => new Uint8Array(await real.apply(crypto.subtle, how)).map((byte) => ~byte);
}"""
AS_BEFORE = "() => { delete crypto.subtle.encrypt; }"
BACK = """() => new Promise((done) => {
  addEventListener("popstate", () => setTimeout(done), { once: true });
  history.back();
})"""


@pytest.fixture(scope="module")
def standing(office, kiosk_of_module):
    tablet = kiosk_of_module(office)
    tablet.page.clock.install()
    return tablet.set_up(office.code())


@pytest.fixture
def answered(standing):
    """Somebody has answered everything, and sent nothing yet."""
    standing.open().visit(stop_before="textarea")
    return standing.press("#onward").at("last")


def settled(tablet):
    """Wait until the database has done what was asked of it before."""
    for _step in range(3):
        tablet.counts()
    return tablet


def test_answers_that_are_being_saved_can_be_neither_stopped_nor_left(office, answered):
    tablet, before = answered, office.count()
    tablet.page.evaluate(SLOW)
    tablet.touch("#send").at("saving")
    assert tablet.page.locator("button:visible").count() == 0
    tablet.page.evaluate(BACK)
    tablet.scan(office.token())
    assert settled(tablet).screen == "saving"
    tablet.page.evaluate("() => window.goOn()")
    tablet.at("thanks").send()
    assert office.count() == before + 1


def test_a_page_that_is_left_while_it_saves_keeps_nothing_and_spares_the_next_person(office, answered):
    tablet, before = answered, office.count()
    tablet.page.evaluate(SLOW)
    tablet.press("#send").at("saving")
    tablet.page.evaluate("() => dispatchEvent(new Event('pagehide'))")
    tablet.begin().press(".choice").page.evaluate("() => window.goOn()")
    assert settled(tablet).page.text_content(".progress p") == "Câu 2 trong 7 câu"
    assert tablet.send().counts()["waiting"] == 0
    assert office.count() == before


def test_a_device_that_cannot_save_says_so_and_can_be_asked_again(office, answered):
    tablet, before = answered, office.count()
    tablet.page.evaluate(FAULTY)
    tablet.press("#send").at("last").page.get_by_role("alert").get_by_text("Chưa lưu được").wait_for()
    tablet.page.evaluate(AS_BEFORE)
    tablet.press("#send").at("thanks").send()
    assert office.count() == before + 1


def test_a_device_that_does_not_answer_says_so_and_what_it_does_late_is_not_kept(office, answered):
    tablet, before = answered, office.count()
    tablet.page.evaluate(SLOW)
    tablet.press("#send").at("saving").page.clock.fast_forward(20_000)
    tablet.at("last").page.get_by_role("alert").get_by_text("Chưa lưu được").wait_for()
    tablet.press(".actions .plain").press("dialog .button").at("attract")
    tablet.page.evaluate("() => window.goOn()")
    assert settled(tablet).send().counts()["waiting"] == 0
    assert office.count() == before


@pytest.mark.parametrize("garbled", [False, True])
def test_only_answers_that_the_server_has_taken_are_called_received(answered, garbled):
    tablet = answered
    if garbled:
        tablet.page.evaluate(GARBLED)
    tablet.press("#send").at("thanks").send()
    said = tablet.page.locator("#saved")
    if not garbled:
        said.get_by_text("đã được tiếp nhận").wait_for()
    assert settled(tablet).counts()["refused"] == garbled
    assert said.get_by_text("đã được lưu và khóa trên thiết bị này").count() == garbled


def test_the_time_of_answers_that_are_kept_counts_although_the_slip_is_asked_for_again(office, standing):
    tablet, known = standing.open().begin(), {one.id for one in office.sent()}
    tablet.press(".choice").page.clock.fast_forward(30_000)
    tablet.press("[data-back]").press("[data-back]").at("slip").scan(office.token()).at("question")
    while tablet.screen == "question":
        tablet.press("#onward" if tablet.page.locator("#onward").count() else ".choice")
    tablet.press("#send").at("thanks").send()
    assert [one.quick for one in office.sent() if one.id not in known] == [False]


@pytest.mark.parametrize("helped", [False, True])
def test_help_can_be_chosen_after_a_slip_was_scanned(office, standing, helped):
    tablet, known = standing.open().at("attract"), {one.id for one in office.sent()}
    slip = a_token(office.installation, office.round, f"H00-{helped}").text
    tablet.scan(slip).at("question").press("[data-helper]").at("assisted")
    tablet.press(".actions .button", int(helped)).at("question")
    assert tablet.page.get_attribute("[data-helper]", "aria-pressed") == ("true" if helped else "false")
    tablet.press(".choice")
    assert tablet.page.locator("[data-helper]").count() == 0
    while tablet.screen == "question":
        tablet.press("#onward" if tablet.page.locator("#onward").count() else ".choice")
    tablet.press("#send").at("thanks").send()
    assert [one.grade for one in office.sent() if one.id not in known] == ["G3" if helped else "G2"]
