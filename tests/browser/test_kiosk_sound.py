"""Reading out at the kiosk, in a real Chromium: without a line, at every speed, and silent when the person has left."""

import re

import pytest
from playwright.sync_api import expect

from instruments.load import shipped
from survey_app.domain.kiosk_screens import SPOKEN
from survey_app.language_folder import SCREENS
from survey_app.services import heard, language_packs, recordings
from tests.browser.chromium import axe_violations, overflow
from tests.browser.test_kiosk_access import BOXES, TARGET, questionnaire
from tests.pseudo_language import HEARD, KIOSK, NAME, TAG, write_heard_pack, write_pack
from tests.sounds import png, wav

MODULE = "import(`/kiosk/files/${document.documentElement.dataset.version}/sound.js`)"
PLAYS = """() => { window.plays = 0; const play = Audio.prototype.play;
  Audio.prototype.play = function () { window.plays += 1; return play.call(this); }; }"""
HEARING = f"async () => (await {MODULE}).hearing()"
HEARD_DOOR = f".door[lang={HEARD}]"
BRACKETED = re.compile(r"⟦[^⟧]*⟧")


def recorded(scope, key, content):
    return recordings.found(scope, key, "voice.wav", content)


@pytest.fixture(scope="module")
def office(kiosk_office_of_module, tmp_path_factory):
    """Vietnamese is recorded in part, by a machine too; one made-up language is written, the other heard only."""
    office = kiosk_office_of_module("sqlite")
    here, short, long = office.installation, wav(0.25), wav(20.0)
    language_packs.add(here, write_pack(tmp_path_factory.mktemp("pack")))
    spoken = [recorded(SCREENS, name, short) for name in SPOKEN]
    spoken += [recorded(KIOSK, key, short) for key in heard.texts(here.languages.contents(), TAG, KIOSK)]
    language_packs.add(here, write_heard_pack(tmp_path_factory.mktemp("heard")))
    for tag in (TAG, HEARD):
        recordings.add(here, tag, spoken)
    recordings.add(
        here,
        "vi",
        [recorded(KIOSK, "item.q00", long), recorded(KIOSK, f"scale.{shipped(KIOSK).item('q00').scale}.1", short)],
    )
    recordings.add(here, "vi", [recorded(KIOSK, "item.q01", wav(0.3))], placeholder=True)
    recordings.add(here, "vi", [recordings.found(KIOSK, "item.q00", "a.png", png())])
    return office


def media_files(office):
    return sorted({one.file for of in office.installation.languages.contents().media.values() for one in of.values()})


def with_recordings(kiosk, office, lost=0):
    """Wait until the tablet has stored everything that can be heard and seen, but for what is lost."""
    stored = len(media_files(office)) - lost
    for _try in range(200):
        if kiosk.page.evaluate("async () => (await (await caches.open('sipas-media')).keys()).length") == stored:
            return kiosk
        kiosk.send().page.wait_for_timeout(50)
    raise AssertionError("the recordings never came")


@pytest.fixture
def tablet(office, new_kiosk):
    tablet = with_recordings(new_kiosk(office).set_up(office.code()), office)
    tablet.page.wait_for_selector(HEARD_DOOR)
    return tablet


def hearing(tablet):
    return tablet.page.evaluate(HEARING)


def until(tablet, look):
    """Wait for what is heard; the condition is ours, so that no text is run in the page."""
    for _try in range(400):
        if look(hearing(tablet)):
            return
        tablet.page.wait_for_timeout(25)
    raise AssertionError(hearing(tablet))


def heard_to_the_end(tablet, number):
    """Wait until so many recordings were begun and the last of them has ended; none is begun after it."""
    until(tablet, lambda _now: tablet.page.evaluate("window.plays") >= number)
    until(tablet, lambda now: now["ended"] and now["waiting"] == 0)
    assert tablet.page.evaluate("window.plays") == number


def test_question_and_answers_are_read_out_to_their_end_without_a_line(tablet):
    tablet.page.context.set_offline(True)
    tablet.page.reload()
    tablet.begin(2)
    tablet.page.evaluate(
        """() => { window.heard = []; const play = Audio.prototype.play;
          Audio.prototype.play = function () {
            this.addEventListener("ended", () => window.heard.push(this.currentTime));
            return play.call(this); }; }""",
    )
    tablet.touch("#listen")
    until(tablet, lambda now: now["waiting"] > 0)
    expect(tablet.page.locator(".choice.heard")).to_have_count(1)
    until(tablet, lambda now: now["waiting"] == 0 and now["ended"])
    until(tablet, lambda _now: len(tablet.page.evaluate("window.heard")) >= 9)  # told a moment after the last has ended
    played = tablet.page.evaluate("window.heard")
    assert len(played) == 9  # question, five answers, back, stop, help; nothing can be skipped
    assert all(abs(seconds - 0.25) < 0.1 for seconds in played)
    tablet.page.context.set_offline(False)


def test_a_language_that_is_only_heard_is_read_out_by_itself_and_no_other_is(tablet):
    """After the touch of a finger, as browsers demand it before they let a page be heard."""
    tablet.page.evaluate(PLAYS)
    tablet.touch(".door:nth-child(4)").at("slip")
    heard_to_the_end(tablet, 7)  # what stands on the screen of the slip
    tablet.press(".ways .button", -1).at("question")
    heard_to_the_end(tablet, 7 + 9)  # the question, its five answers, and the buttons
    tablet.press(".actions .plain").at("attract")
    tablet.touch(".door:nth-child(3)").at("slip").press(".ways .button", -1).at("question")
    tablet.touch("#listen")  # whatever had begun by itself would be heard before this
    until(tablet, lambda now: now["now"])
    assert tablet.page.evaluate("window.plays") == 7 + 9 + 1


@pytest.fixture
def timed(office, new_kiosk):
    """A tablet whose clock the test sets on, with every recording."""
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    with_recordings(tablet.set_up(office.code()), office).page.wait_for_selector(HEARD_DOOR)
    return tablet


def test_the_countdown_that_is_read_out_is_not_stopped_by_that(timed):
    timed.page.evaluate(PLAYS)
    timed.touch(".door:nth-child(4)").at("slip")
    heard_to_the_end(timed, 7)
    timed.page.clock.fast_forward(60_500)
    timed.page.wait_for_selector("dialog[open]")
    heard_to_the_end(timed, 7 + 3)  # whether more time is needed, and both buttons
    timed.page.clock.fast_forward(21_000)
    timed.at("attract")


def test_nobody_who_listens_is_asked_whether_they_are_still_there(timed):
    timed.page.evaluate(
        """() => { const play = Audio.prototype.play;
          Audio.prototype.play = function () { window.player = this; return play.call(this); }; }""",
    )
    timed.begin().touch("#listen")
    until(timed, lambda now: now["now"])
    for _part in range(2):
        timed.page.evaluate(
            "() => new Promise((done) => window.player.addEventListener('timeupdate', done, { once: true }))"
        )
        timed.page.clock.fast_forward(50_000)
    timed.page.clock.run_for(500)
    assert timed.page.locator("dialog[open]").count() == 0
    timed.touch("#hush").page.clock.fast_forward(60_500)
    timed.page.wait_for_selector("dialog[open]")


def test_it_can_be_stopped_begun_again_and_made_faster_and_slower(tablet):
    tablet.begin()
    tablet.touch("#listen")
    until(tablet, lambda now: now["now"])
    tablet.touch("#speed")
    assert hearing(tablet)["speed"] == 1.25
    tablet.touch("#speed")
    assert (hearing(tablet)["speed"], tablet.page.text_content("#speed")) == (0.75, "Tốc độ 0,75")
    tablet.touch("#listen")
    until(tablet, lambda now: now["now"] and now["waiting"] == 1)
    tablet.touch("#hush")
    assert (hearing(tablet)["now"], hearing(tablet)["waiting"]) == (None, 0)


def test_nothing_of_the_queue_is_left_for_the_next_person(tablet):
    tablet.begin()
    tablet.touch("#speed")
    tablet.touch("#listen")
    until(tablet, lambda now: now["now"])
    tablet.press(".actions .plain").at("attract")
    assert hearing(tablet) == {"now": None, "ended": None, "waiting": 0, "speed": 1}
    assert tablet.page.locator("audio, .heard, img").count() == 0
    tablet.begin().touch("#listen")
    until(tablet, lambda now: now["now"])
    tablet.press(".choice")
    assert hearing(tablet)["now"] is None


def test_a_machine_s_voice_is_marked_and_staff_see_how_many(tablet, office):
    tablet.begin()
    assert tablet.page.locator(".listen .mark").count() == 0
    tablet.press(".choice")
    tablet.page.locator(".listen .mark", has_text="Giọng máy đọc thử").wait_for()
    tablet.press(".actions .plain").press("dialog .button").staff(office.pin)
    assert "Giọng máy đọc thử: 1" in tablet.page.text_content(".facts")


def test_a_picture_stands_beside_its_question_and_says_nothing_of_its_own(tablet):
    tablet.begin()
    image = tablet.page.locator("main img")
    expect(image).to_be_visible()
    assert (image.get_attribute("alt"), image.evaluate("one => one.naturalWidth")) == ("", 64)


def test_without_room_for_recordings_words_go_on(office, new_kiosk):
    """The browser says that its store is full: nothing breaks, staff are told, and nothing is offered half."""
    tablet = new_kiosk(office)
    tablet.page.add_init_script(
        """const { put } = Cache.prototype;
        Cache.prototype.put = function (key, value) {
          if (!String(key).startsWith("/media/")) return put.call(this, key, value);
          throw new DOMException("full", "QuotaExceededError"); };""",
    )
    tablet.set_up(office.code()).visit()
    assert tablet.at("attract").page.locator(".door").count() == 3  # not the one that is only heard
    tablet.staff(office.pin)
    assert "hết chỗ chứa" in tablet.page.text_content(".facts")


def test_recordings_that_filled_the_store_leave_room_for_answers(office, new_kiosk):
    """A store in which three recordings have room, and no answer beside three of them."""
    tablet = new_kiosk(office)
    tablet.page.add_init_script(
        """const full = () => { throw new DOMException("full", "QuotaExceededError"); };
        const media = (key) => String(key).startsWith("/media/");
        const { put, delete: erase } = Cache.prototype;
        const { add } = IDBObjectStore.prototype;
        window.stored = 0;
        Cache.prototype.put = function (key, value) {
          if (media(key) && window.stored === 3) { window.refused = true; full(); }
          window.stored += media(key);
          return put.call(this, key, value);
        };
        Cache.prototype.delete = function (key) {
          window.stored -= media(key);
          return erase.call(this, key);
        };
        IDBObjectStore.prototype.add = function (value) {
          return window.stored === 3 ? full() : add.call(this, value);
        };""",
    )
    tablet.set_up(office.code()).page.wait_for_function("window.refused && window.stored < 3")
    tablet.visit(comment="kept all the same")
    tablet.send()
    assert "kept all the same" in [answer.get("comment") for answer in office.answers()]
    tablet.staff(office.pin)
    assert "hết chỗ chứa" in tablet.page.text_content(".facts")


def test_no_text_of_the_screens_is_hard_coded_in_an_added_language(tablet, office):
    before, naked = office.count(), {}
    tablet.press(".door", 2).at("slip")
    for name in walk(tablet):
        texts = tablet.page.evaluate(
            """() => [document.title, ...[...document.querySelectorAll("header, main")].map((one) => one.innerText),
              ...[...document.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label"))]""",
        )
        left = " ".join(BRACKETED.sub("", text) for text in texts)
        left = left.replace("Tiếng Việt", "").replace("English", "")
        naked |= {f"{name}: {left}": 1 for _once in [1] if re.search(r"[^\W\d_]", left)}
        assert tablet.page.get_attribute("html", "lang") == TAG
    assert naked == {}
    tablet.send()
    assert office.count() == before + 1
    assert [one.shown for one in office.sent() if one.traits["language"] == TAG] == [(TAG,)]


def walk(tablet):
    yield "slip"
    tablet.press(".actions .button").at("assisted")
    yield "assisted"
    tablet.press(".actions .button").at("slip").press(".ways .button", -1).at("question")
    yield from questionnaire(tablet, 1)
    tablet.at("last")
    yield "last"
    tablet.press("#send").at("thanks")
    yield "thanks"


@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800)])
def test_axe_finds_nothing_and_every_button_is_large(tablet, width, height):
    page = tablet.page
    page.set_viewport_size({"width": width, "height": height})
    assert NAME in page.text_content("main")
    tablet.begin()
    assert page.locator("#listen").count() == 1
    assert [one for one in axe_violations(page) if TAG not in one] == []  # axe does not know tags of private use
    assert overflow(page) == 0
    boxes = page.eval_on_selector_all("button", BOXES)
    assert [one for one in boxes if one[1] < TARGET or one[2] < TARGET] == []
