"""Slips read by the camera: Chromium's own test picture, and a reader of codes that says what the test tells it."""

import pytest

from tests.browser.chromium import PATIENCE_MS
from tests.factories import a_token

READER = """
globalThis.codes = [];
globalThis.media = [];
globalThis.looks = 0;
globalThis.refusal = "";
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) {
    if (!video.videoWidth) throw new DOMException("no picture", "InvalidStateError");
    globalThis.looks += 1;
    return globalThis.codes.map((rawValue) => ({ rawValue }));
  }
};
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  if (globalThis.refusal) throw new DOMException("", globalThis.refusal);
  await globalThis.asked;
  globalThis.media.push(await real(wish));
  return globalThis.media.at(-1);
};
"""
LIVE = "media.flatMap((one) => one.getTracks()).filter((track) => track.readyState === 'live').length"
POSTER = "https://example.org/poster"


@pytest.fixture(scope="module")
def standing(office, kiosk_of_module):
    tablet = kiosk_of_module(office)
    tablet.page.context.add_init_script(READER)
    return tablet.set_up(office.code())


@pytest.fixture
def slip_screen(standing):
    """Somebody is asked for the slip."""
    return standing.open().at("attract").press(".door").at("slip")


@pytest.fixture
def slips(office):
    return [a_token(office.installation, office.round, f"H00-{number}").text for number in (1, 2)]


def shown(tablet, *codes):
    tablet.page.evaluate("(codes) => { globalThis.codes = codes; }", list(codes))
    return tablet


def camera(tablet):
    return tablet.press(".ways .button").at("camera")


def until(tablet, true):
    """Wait for something in the page; an error if it does not come."""
    tablet.page.evaluate(
        f"""async (patience) => {{
          for (const start = performance.now(); !({true});) {{
            if (performance.now() - start > patience) throw new Error("it never came");
            await new Promise((done) => setTimeout(done, 20));
          }}
        }}""",
        PATIENCE_MS,
    )


def test_a_slip_in_view_is_read_and_the_camera_is_switched_off(office, slip_screen, slips):
    tablet = camera(slip_screen)
    until(tablet, "looks > 0")
    assert tablet.page.evaluate(LIVE) == 1
    shown(tablet, slips[0]).at("question")
    assert tablet.page.evaluate(LIVE) == 0
    while tablet.screen == "question":
        tablet.press("#onward" if tablet.page.locator("#onward").count() else ".choice")
    tablet.press("#send").at("thanks").send()
    assert [(one.stratum, one.grade) for one in office.sent()] == [(1, "G2")]


def test_of_several_codes_in_view_the_slip_is_taken_and_of_two_slips_none(slip_screen, slips):
    tablet = camera(shown(slip_screen, *slips))
    until(tablet, "looks >= 3")
    assert tablet.screen == "camera"
    shown(tablet, POSTER, slips[0]).at("question")


def test_a_code_that_is_no_slip_says_so(slip_screen):
    tablet = camera(shown(slip_screen, POSTER)).at("slip")
    tablet.page.get_by_role("alert").get_by_text("Chưa đọc được mã này").wait_for()
    assert tablet.page.evaluate(LIVE) == 0


@pytest.mark.parametrize("refusal", ["NotAllowedError", "NotFoundError"])
def test_without_permission_or_camera_the_code_can_be_typed(slip_screen, refusal):
    slip_screen.page.evaluate("(name) => { globalThis.refusal = name; }", refusal)
    tablet = camera(slip_screen)
    tablet.page.get_by_text("Không dùng được máy ảnh").wait_for()
    tablet.press("[data-back]").at("slip").press(".ways .button", 1).at("code")


def test_who_leaves_while_the_browser_asks_leaves_no_camera_running(slip_screen):
    slip_screen.page.evaluate("() => { globalThis.asked = new Promise((done) => { globalThis.allow = done; }); }")
    tablet = camera(slip_screen).press("[data-back]").at("slip")
    tablet.page.evaluate("() => globalThis.allow()")
    until(tablet, "media.length === 1")
    until(tablet, f"{LIVE} === 0")


def test_another_code_at_the_hand_scanner_ends_the_look_through_the_camera(slip_screen):
    tablet = camera(slip_screen)
    until(tablet, "looks > 0")
    tablet.scan("048123456789|Nguyen Van A|01011970").at("slip")
    assert tablet.page.evaluate(LIVE) == 0


def test_another_language_begins_one_look_anew_and_leaving_ends_it(slip_screen):
    tablet = slip_screen.press(".ways .button", -1).at("question").press("[data-back]").at("slip")
    camera(tablet)
    until(tablet, "looks > 0")
    tablet.press(".tool[lang=en]").page.get_by_text("Hold the slip so that").wait_for()
    until(tablet, f"media.length === 2 && {LIVE} === 1")
    tablet.press("[data-back]").at("slip")
    assert tablet.page.evaluate(LIVE) == 0


def test_where_the_browser_reads_no_codes_no_camera_is_offered(slip_screen):
    offered = slip_screen.page.locator(".ways .button").count()
    slip_screen.page.evaluate("() => { delete globalThis.BarcodeDetector; }")
    slip_screen.press(".actions .button").at("assisted").press(".actions .main").at("slip")
    assert (offered, slip_screen.page.locator(".ways .button").count()) == (3, 2)
