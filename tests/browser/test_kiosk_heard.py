"""A language that is only heard, in a real Chromium: offered with all its recordings, and everything said aloud."""

import re
from datetime import date
from pathlib import Path

import pytest

from survey_app.domain.kiosk_screens import SPOKEN
from survey_app.language_folder import SCREENS
from survey_app.services import heard, inbox, language_packs, recordings
from tests.browser.kiosk_office import DESK
from tests.browser.test_kiosk_access import questionnaire
from tests.browser.test_kiosk_sound import PLAYS, heard_to_the_end, media_files, recorded, with_recordings
from tests.factories import a_round, a_token
from tests.pseudo_language import HEARD, KIOSK, write_heard_pack
from tests.sounds import wav

PROGRAM = Path(__file__).parents[2] / "survey_app" / "static" / "kiosk"
# Lists of texts that are read out, and the names of what went wrong, which stand first in such a list.
READ = re.compile(
    r"(?:listenTools|askTools|tell|readOut)\(\[(.*?)\]|_TEXTS = \[(.*?)\]|problem(?: =|:)(.*?)\n", re.DOTALL
)
QUESTION = re.compile(r"function texts\(.*?\n}\n", re.DOTALL)
DOOR = f".door[lang={HEARD}]"
# Of these files the server has none until `window.lost` is emptied.
LOST = """window.lost = %s; const real = window.fetch;
window.fetch = (path, ...more) => window.lost.some((name) => String(path).includes(name))
  ? Promise.resolve(new Response("", { status: 404 })) : real(path, ...more);"""


@pytest.fixture(scope="module")
def office(kiosk_office_of_module, tmp_path_factory):
    """One language that nobody reads; a second round does not speak it."""
    office = kiosk_office_of_module("sqlite")
    here = office.installation
    language_packs.add(here, write_heard_pack(tmp_path_factory.mktemp("heard")))
    keys = heard.texts(here.languages.contents(), HEARD, KIOSK)
    spoken = [recorded(SCREENS, name, wav(0.2)) for name in SPOKEN]
    recordings.add(here, HEARD, spoken + [recorded(KIOSK, key, wav(0.25)) for key in keys])
    earlier = {"field_start": date(2025, 12, 1), "instrument_key": KIOSK, "languages": ["vi"]}
    office.other = a_round(here, desks=(DESK,), **earlier)
    return office


@pytest.fixture
def tablet(office, new_kiosk):
    tablet = with_recordings(new_kiosk(office).set_up(office.code()), office)
    tablet.page.wait_for_selector(DOOR)
    return tablet


def test_every_text_that_is_recorded_is_read_out_somewhere():
    program = "".join(path.read_text("utf-8") for path in sorted(PROGRAM.glob("*.js")))
    lists = [part for found in READ.findall(program) for part in found] + QUESTION.findall(program)
    read = {name for part in lists for name in re.findall(r'"(\w+)"', part)}
    assert set(SPOKEN) - read == set()


def test_it_is_offered_only_with_all_its_recordings_and_one_that_is_lost_keeps_no_other_away(office, new_kiosk):
    files = media_files(office)
    tablet = new_kiosk(office)
    tablet.page.add_init_script(LOST % [files[0]])
    with_recordings(tablet.set_up(office.code()), office, lost=1)
    assert tablet.page.locator(".door").count() == 2
    tablet.staff(office.pin)
    assert f"đã lưu {len(files) - 1} trong {len(files)}" in tablet.page.text_content(".facts")
    tablet.press("#close").at("attract")
    tablet.page.evaluate("window.lost = []")
    tablet.send().page.wait_for_selector(DOOR)


def test_door_stop_and_thanks_are_said_aloud(tablet):
    page = tablet.page
    page.evaluate(PLAYS)

    def said(number):
        heard_to_the_end(tablet, number)
        page.evaluate("window.plays = 0")

    tablet.touch(".listen .button")
    said(1)  # where to touch
    tablet.press(DOOR).at("slip")
    said(7)
    tablet.press(".ways .button", -1).at("question").press(".choice")
    page.wait_for_selector("[data-back]")
    tablet.press(".actions .plain").page.wait_for_selector("dialog[open]")
    page.wait_for_function("window.plays > 0")
    page.evaluate("window.plays = 0")
    tablet.press("dialog .button")  # once more
    said(4)  # question, what it means, both buttons
    tablet.press("dialog .main")
    for _screen in questionnaire(tablet, 1):
        pass
    tablet.at("last").page.evaluate("window.plays = 0")
    tablet.press("#send").at("thanks")
    said(4)  # thanks, that it is saved, that nothing is left, the button
    tablet.press("#done").at("attract")
    assert page.locator("#listen").count() == 0


def test_a_slip_of_a_round_without_it_keeps_what_was_chosen_and_what_was_shown(tablet, office):
    tablet.press(DOOR).at("slip").scan(a_token(office.installation, office.other).text).at("question")
    for _screen in questionnaire(tablet, 1):
        pass
    tablet.at("last").press("#send").at("thanks").send()
    with office.installation.database.read() as session:
        (sent,) = inbox.open_all(office.installation, session, office.other.id)
    assert (sent.traits["language"], sent.shown) == (HEARD, ("vi",))
