"""The PIN of staff: every try counts, wherever the device's clock stands, and no wrong clock locks the staff out."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.kiosk import STORE

YEAR = timedelta(days=365)
LONGEST_FIRST = 60  # seconds after five wrong tries
TRIES = f"async () => (await {STORE}).fact('pin_tries')"
HASTY = """async ([first, others]) => {
  const real = crypto.subtle.deriveBits;
  let checked = 0;
  crypto.subtle.deriveBits = (...how) => { checked += 1; return real.apply(crypto.subtle, how); };
  const press = (key) => dispatchEvent(new KeyboardEvent("keydown", { key }));
  [...first].forEach(press);
  for (const digit of others) { press("Backspace"); press(digit); await null; }
  const state = document.querySelector("[role=status]");
  while (!state.textContent.includes(": 0")) await new Promise((done) => setTimeout(done, 20));
  delete crypto.subtle.deriveBits;
  return checked;
}"""


@pytest.fixture(scope="module")
def standing(office, kiosk_of_module):
    tablet = kiosk_of_module(office)
    tablet.page.clock.install(time=datetime.now(UTC))
    return tablet.set_up(office.code())


@pytest.fixture
def tablet(standing, office):
    """A tablet at the pad; no wrong try is left from before."""
    standing.open().staff(office.pin).press("#close").at("attract").press(".foot .button").at("pin")
    return standing


def wrong(office):
    return "000000" if office.pin != "000000" else "111111"


def fail(tablet, office, times):
    for _try in range(times):
        tablet.page.keyboard.type(wrong(office))
        tablet.page.get_by_text("Đã nhập: 0 trên 6 chữ số").wait_for()


def test_digits_pressed_while_a_pin_is_checked_are_no_further_tries(tablet, office):
    assert tablet.page.evaluate(HASTY, [wrong(office), "123456789"]) == 1
    assert tablet.page.evaluate(TRIES)["wrong"] == 1
    tablet.page.keyboard.type(office.pin)
    tablet.at("staff")


def test_a_wrong_try_while_the_clock_is_a_year_ahead_makes_nobody_wait_when_it_is_right_again(tablet, office):
    tablet.page.clock.set_system_time(datetime.now(UTC) + YEAR)
    fail(tablet, office, 1)
    tablet.page.clock.set_system_time(datetime.now(UTC))
    tablet.page.keyboard.type(office.pin)
    tablet.at("staff")


def test_a_pause_is_not_longer_when_the_clock_is_set_back_in_it(tablet, office):
    tablet.page.clock.set_system_time(datetime.now(UTC) + YEAR)
    fail(tablet, office, 5)
    tablet.page.clock.set_system_time(datetime.now(UTC))
    tablet.page.keyboard.type(office.pin)
    tablet.page.get_by_text(f"{LONGEST_FIRST} giây").wait_for()
    tablet.page.clock.fast_forward((LONGEST_FIRST + 1) * 1000)
    tablet.at("attract").staff(office.pin)
