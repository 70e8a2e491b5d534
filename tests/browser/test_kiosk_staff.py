"""The staff's side of a kiosk: the PIN, the state, the file for the worst case, refusals of the server."""

import json

import pytest

from survey_app.services import kiosk_overview

REFUSALS = """async (reason) => {
  const { waiting, settle } = await import(`/kiosk/files/${document.documentElement.dataset.version}/store.js`);
  const [first] = await waiting();
  await settle([], [{ seq: first.seq, reason }], []);
}"""

# The look at what is stored, once the kiosk can be opened, takes until `goOn` is called; `looking`: it has begun.
SLOW_LOOK = """() => {
  const open = caches.open.bind(caches);
  const wait = new Promise((done) => { window.goOn = done; });
  window.looking = new Promise((done) => {
    caches.open = async (name) => {
      if (document.getElementById("begin")) { done(); await wait; }
      return open(name);
    };
  });
}"""


@pytest.fixture
def office(kiosk_office):
    return kiosk_office("sqlite")


@pytest.fixture
def tablet(office, new_kiosk):
    return new_kiosk(office).set_up(office.code())


def fact(tablet, name):
    """What the page of staff says beside a name."""
    return tablet.page.locator(f"dt:text-is('{name}') + dd").inner_text()


def test_a_wrong_enrolment_code_is_refused_and_a_lost_line_is_named(office, new_kiosk):
    tablet = new_kiosk(office).open("?code=0000-0000").press("button[type=submit]")
    tablet.page.get_by_text("Mã này không dùng được").wait_for()
    tablet.page.context.set_offline(True)
    tablet.page.fill("#code", office.code())
    tablet.press("button[type=submit]").page.get_by_text("Máy chủ không trả lời").wait_for()
    tablet.page.context.set_offline(False)
    tablet.press("button[type=submit]").at("setup")
    assert "code=" not in tablet.page.url


def test_opening_the_kiosk_early_does_not_lead_back_to_the_setup(office, new_kiosk):
    tablet = new_kiosk(office).open(f"?code={office.code()}")
    tablet.page.evaluate(SLOW_LOOK)
    tablet.press("button[type=submit]").at("setup").page.wait_for_selector("#begin")
    tablet.page.evaluate("() => window.looking")
    tablet.press("#begin").at("attract").page.evaluate("() => window.goOn()")
    for _step in range(3):  # what the look still reads lies before these in the queue of the database
        tablet.counts()
    assert tablet.screen == "attract"


def test_a_program_that_did_not_come_whole_is_fetched_again(office, new_kiosk):
    office.break_once("icon-512.png")
    new_kiosk(office).set_up(office.code())
    assert office.broken == []


def test_a_page_whose_words_do_not_come_says_so_and_tries_again(office, new_kiosk):
    office.break_once("words.json")
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    tablet.page.goto(f"{office.url}/kiosk")
    for words in ("Trang sẽ tự thử lại", "It tries again by itself"):
        tablet.page.get_by_text(words).wait_for()
    tablet.page.clock.fast_forward(5_000)
    tablet.at("enrolment")


def test_the_key_of_the_device_cannot_be_taken_out_of_it(tablet):
    extractable = """async () => {
      const store = await import(`/kiosk/files/${document.documentElement.dataset.version}/store.js`);
      const { privateKey } = await store.fact("keys");
      return crypto.subtle.exportKey("jwk", privateKey).then(() => "taken", (error) => error.name);
    }"""
    assert tablet.page.evaluate(extractable) == "InvalidAccessError"


def test_nobody_passes_without_the_pin_and_a_reload_forgets_no_wrong_try(office, tablet):
    tablet.press(".foot .button").at("pin")
    wrong = "000000" if office.pin != "000000" else "111111"
    for _try in range(4):
        tablet.page.keyboard.type(wrong)
        tablet.page.get_by_text("Mã PIN không đúng").wait_for()
        tablet.page.get_by_text("Đã nhập: 0 trên 6 chữ số").wait_for()
    tablet.open().at("attract").press(".foot .button").at("pin")
    tablet.page.keyboard.type(wrong)
    tablet.page.get_by_text("Nhập sai quá nhiều lần").wait_for()
    tablet.page.get_by_text("Đã nhập: 0 trên 6 chữ số").wait_for()
    tablet.page.keyboard.type(office.pin)
    tablet.page.get_by_text("Nhập sai quá nhiều lần").wait_for()
    assert tablet.screen == "pin"


def test_the_battery_is_told_where_the_browser_tells_it(office, tablet):
    for told, level, low in (("async () => ({ level: 0.07 })", 0.07, True), ("undefined", None, False)):
        tablet.page.evaluate(f"() => {{ navigator.getBattery = {told}; }}")
        tablet.send()
        [line] = kiosk_overview.lines(office.installation)
        assert (line.battery, "battery" in line.signs) == (level, low)


def test_the_staff_page_says_what_waits_and_that_the_line_is_down(office, tablet):
    tablet.page.context.set_offline(True)
    tablet.visit()
    tablet.send().staff(office.pin)
    assert fact(tablet, "Câu trả lời đang chờ") == "1"
    assert fact(tablet, "Kết nối").startswith("máy chủ không trả lời")
    assert fact(tablet, "Khi mất mạng") == "Sẵn sàng: dùng được cả khi mất mạng"
    tablet.page.context.set_offline(False)
    tablet.press("#send-now")
    tablet.page.get_by_text("máy chủ có trả lời").wait_for()
    assert fact(tablet, "Câu trả lời đang chờ") == "0"
    tablet.press("#close").at("attract")


def test_the_file_holds_sealed_answers_only_and_the_server_reads_it_once(office, tablet):
    tablet.page.context.set_offline(True)
    for number in range(3):
        tablet.visit(comment=f"saved {number}")
    tablet.staff(office.pin)
    with tablet.page.expect_download() as download:
        tablet.press("#export")
    text = download.value.path().read_text(encoding="utf-8")
    assert "saved" not in text
    assert [len(json.loads(call["body"])["items"]) for call in json.loads(text)["calls"]] == [3]
    office.read_export(text)
    tablet.page.context.set_offline(False)
    tablet.send()
    assert sorted(answer["comment"] for answer in office.answers()) == ["saved 0", "saved 1", "saved 2"]
    assert tablet.counts()["waiting"] == 0


def test_answers_given_after_the_file_was_saved_are_not_thrown_away(office, tablet):
    tablet.page.context.set_offline(True)
    for saved in (True, False):
        tablet.visit()
        tablet.staff(office.pin)
        if saved:
            with tablet.page.expect_download():
                tablet.press("#export")
        tablet.press("#anew")
        words = "Câu trả lời đang chờ sẽ bị xóa" if saved else "Trên thiết bị còn câu trả lời đang chờ"
        tablet.page.locator("dialog[open]").get_by_text(words).wait_for()
        tablet.press("dialog .main").press("#close")
    assert tablet.counts()["waiting"] == 2


def test_a_file_of_an_earlier_enrolment_saves_no_answer_of_a_later_one(office, tablet):
    tablet.page.context.set_offline(True)
    for _person in range(2):
        tablet.visit()
    tablet.staff(office.pin)
    with tablet.page.expect_download():
        tablet.press("#export")
    tablet.press("#anew").press("dialog .button").at("enrolment").page.context.set_offline(False)
    tablet.page.fill("#code", office.code())
    tablet.press("button[type=submit]").at("setup").press("#begin").at("attract").page.context.set_offline(True)
    tablet.visit()
    tablet.staff(office.pin).press("#anew")
    tablet.page.locator("dialog[open]").get_by_text("Trên thiết bị còn câu trả lời đang chờ").wait_for()


def test_an_answer_that_the_server_cannot_read_is_listed_and_holds_nobody_up(office, tablet):
    tablet.page.context.set_offline(True)
    tablet.visit(comment="damaged")
    tablet.page.evaluate(
        """async () => {
          const open = indexedDB.open("sipas-kiosk");
          await new Promise((done) => { open.onsuccess = done; });
          const store = open.result.transaction("queue", "readwrite").objectStore("queue");
          const one = await new Promise((done) => {
            store.getAll().onsuccess = (event) => done(event.target.result[0]);
          });
          const letter = one.sealed.at(-4) === "A" ? "B" : "A";
          store.put({ ...one, sealed: one.sealed.slice(0, -4) + letter + one.sealed.slice(-3) });
          await new Promise((done) => { store.transaction.oncomplete = done; });
          open.result.close();
        }""",
    )
    tablet.visit(comment="whole")
    tablet.page.context.set_offline(False)
    tablet.send()
    assert [answer["comment"] for answer in office.answers()] == ["whole"]
    assert tablet.counts() == {"waiting": 0, "refused": 1}
    tablet.staff(office.pin)
    assert fact(tablet, "Câu trả lời không đọc được") == "1"
    tablet.page.get_by_text("Số 1: hỏng trên đường truyền").wait_for()


def test_a_revoked_device_sends_nothing_and_keeps_what_waits_sealed(office, tablet):
    tablet.page.context.set_offline(True)
    tablet.visit(comment="before it was revoked")
    office.revoke()
    tablet.page.context.set_offline(False)
    tablet.send()
    assert (office.count(), tablet.counts()["waiting"]) == (0, 1)
    tablet.staff(office.pin)
    assert fact(tablet, "Kết nối").startswith("thiết bị đã bị thu hồi")
    tablet.press("#anew")
    tablet.page.get_by_text("Trên thiết bị còn câu trả lời đang chờ").wait_for()


def test_a_kiosk_without_a_round_says_so_and_opens_when_one_begins(office, new_kiosk):
    office.pause_round()
    tablet = new_kiosk(office).open(f"?code={office.code()}").press("button[type=submit]").at("setup")
    tablet.press("#begin").at("attract")
    tablet.page.get_by_text("Hiện không có bảng hỏi nào đang nhận câu trả lời").wait_for()
    tablet.scan(office.token())
    for _step in range(3):  # what a scan would read lies before these in the queue of the database
        tablet.counts()
    assert tablet.screen == "attract"
    office.resume_round()
    tablet.send().page.wait_for_selector(".door")
    tablet.visit()


def test_a_newer_program_takes_over_between_two_people_and_loses_nothing(office, tablet):
    before = tablet.page.get_attribute("html", "data-version")
    tablet.page.context.set_offline(True)
    tablet.visit(comment="older program")
    tablet.page.context.set_offline(False)
    office.patch("kiosk.css", "margin: 0;", "margin: 0 ;")
    tablet.begin()
    with tablet.page.expect_event("load"):
        tablet.page.evaluate("async () => (await navigator.serviceWorker.getRegistration('/kiosk')).update()")
        tablet.page.wait_for_timeout(400)
        assert tablet.screen == "question", "nobody is interrupted"
        tablet.press(".actions .plain")
    tablet.at("attract")
    assert tablet.page.get_attribute("html", "data-version") != before
    tablet.send()
    assert [answer["comment"] for answer in office.answers()] == ["older program"]
