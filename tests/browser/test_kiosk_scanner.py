"""A hand scanner types like a keyboard: a slip is read however slowly its keys come, and whatever was typed before."""

import pytest

# Keys with a pause after some of them, as a cheap wireless scanner or a busy tablet passes them on.
TYPED = """async ([keys, after, pause]) => {
  for (const [place, key] of keys.entries()) {
    if (place === after) await new Promise((done) => setTimeout(done, pause));
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""
PAUSE = 500  # ms


def typed(tablet, text, after=0, pause=0):
    tablet.page.evaluate(TYPED, [[*text, "Enter"], after, pause])
    return tablet


@pytest.mark.parametrize("after", [5, 25, 40])
def test_a_slip_whose_keys_are_held_up_is_read(tablet, office, after):
    typed(tablet, office.token(), after, PAUSE).at("question")


@pytest.mark.parametrize("address", ["", "https://khaosat.example/t/"])
def test_a_slip_is_read_after_stray_keys(tablet, office, address):
    typed(tablet, "  12" + address + office.token(), 4, PAUSE).at("question")


def test_another_code_is_no_slip_and_says_so(tablet):
    typed(tablet, "048123456789|Nguyen Van A|01011970").at("slip")
    assert tablet.page.get_by_role("alert").count() == 1


def test_the_line_end_of_a_person_presses_the_button_however_much_was_typed_before(tablet):
    page = tablet.page
    page.locator(".door").first.focus()
    page.evaluate(TYPED, [[*" " * 19], 0, 0])
    page.wait_for_timeout(PAUSE)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    tablet.at("slip")
    assert page.get_by_role("alert").count() == 0


def test_a_slip_begins_nothing_where_none_is_asked_for(tablet, office):
    tablet.staff(office.pin)
    typed(tablet, office.token())
    for _step in range(3):  # what a scan would read lies before these in the queue of the database
        tablet.counts()
    assert tablet.screen == "staff"
    tablet.press("#close").at("attract")
    typed(tablet, office.token()).at("question")
