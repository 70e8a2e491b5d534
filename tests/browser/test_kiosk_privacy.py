"""Between two people nothing of the first is left, and nobody leaves the kiosk's page (attack 17)."""

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk import GUARD_MS

SECRET = "Zlatibor-Pxq"
SHORTCUTS = (
    "Control+p Control+o Control+s Control+u Control+f Control+a Control+Shift+i Alt+ArrowLeft Alt+ArrowRight F1 F5 F12"
)
DATABASE = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => { indexedDB.open(name).onsuccess = (event) => done(event.target.result); });
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store).getAll();
      await new Promise((done) => { all.onsuccess = done; });
      found.push(JSON.stringify(all.result));
    }
    db.close();
  }
  return found.join();
}"""
CACHES = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  return found.join();
}"""
PAGE = """() => [document.documentElement.outerHTML, document.title, location.href, JSON.stringify(history.state),
  ...[...document.querySelectorAll("input, textarea")].map((field) => field.value), String(getSelection()),
  JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join()"""
MARK = """() => { window.stopped = {};
  for (const name of ["contextmenu", "dragstart", "dragover", "drop", "copy", "cut", "selectstart", "keydown", "click"])
    addEventListener(name, (event) => { window.stopped[name] = event.defaultPrevented; }); }"""


def heap(page):
    """Every text that the scripts of the page still hold."""
    session, parts = page.context.new_cdp_session(page), []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda chunk: parts.append(chunk["chunk"]))
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    return "".join(parts)


def traces(page, *wanted):
    """Places where something of the person is found."""
    places = {
        "page": page.evaluate(PAGE),
        "database": page.evaluate(DATABASE),
        "caches": page.evaluate(CACHES),
        "cookies": str(page.context.cookies()),
        "memory": heap(page),
    }
    return [f"{place}: {text}" for place, content in places.items() for text in wanted if text in content]


def write_by_hand(tablet):
    """Answer up to the comment and type into it key by key, so that no script of the test holds the text."""
    tablet.visit(stop_before="textarea")
    tablet.page.locator("textarea").focus()
    tablet.page.keyboard.type(SECRET)


def test_the_search_finds_what_is_there(tablet):
    write_by_hand(tablet)
    assert {place.split(":")[0] for place in traces(tablet.page, SECRET)} >= {"page", "memory"}


@pytest.mark.parametrize("end", ["sent", "stopped", "timed out", "screen dark"])
def test_nothing_of_the_last_person_is_left(office, new_kiosk, end):
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    tablet.set_up(office.code())
    tablet.page.context.set_offline(True)
    tablet.scan(office.token()).at("question").press("[data-back]").at("slip").press(".actions .plain").at("attract")
    write_by_hand(tablet)
    if end == "sent":
        tablet.press("#onward").at("last").press("#send").at("thanks").press("#done")
    elif end == "stopped":
        tablet.press(".actions .plain").press("dialog .button")
    else:
        if end == "screen dark":
            tablet.page.evaluate(
                """() => { Object.defineProperty(document, "hidden", { value: true, configurable: true });
                document.dispatchEvent(new Event("visibilitychange")); delete document.hidden; }""",
            )
        else:
            tablet.page.clock.fast_forward(61_000)
        tablet.page.wait_for_selector("dialog[open]")
        tablet.page.clock.run_for(21_000)
    tablet.at("attract")
    tablet.page.clock.resume()
    assert traces(tablet.page, SECRET, office.token()) == []
    tablet.page.go_back()
    tablet.at("attract")
    assert tablet.page.evaluate("history.length") <= 3
    assert tablet.counts()["waiting"] == (end == "sent")


def test_more_time_keeps_the_answers_and_begins_the_countdown_anew(office, new_kiosk):
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    tablet.set_up(office.code()).stop_time().begin().press(".choice", 2)
    for _again in range(2):
        tablet.page.clock.fast_forward(60_500)
        tablet.page.wait_for_selector("dialog[open] #left")
        for shut in ("history.back()", "document.querySelector('#ask').close()"):  # as a gesture of Android does
            tablet.page.evaluate(shut)
            expect(tablet.page.locator("dialog[open] #left")).to_be_visible()
        before = int(tablet.page.text_content("#left"))
        tablet.page.clock.run_for(5_000)
        assert int(tablet.page.text_content("#left")) == before - 5
        tablet.page.touchscreen.tap(10, 10)  # beside the question: no answer to it
        assert tablet.page.locator("dialog[open]").count() == 1
        tablet.press("dialog .main")
        assert tablet.page.locator("dialog[open]").count() == 0
        assert tablet.screen == "question"
    assert tablet.page.text_content(".progress p") == "Câu 2 trong 7 câu"


def test_a_round_may_keep_what_was_answered_before_the_person_left(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite", on_timeout="keep_partial")
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    tablet.set_up(office.code()).begin().press(".choice", 2)
    tablet.page.clock.fast_forward(60_500)
    tablet.page.wait_for_selector("dialog[open]")
    tablet.page.clock.run_for(21_000)
    tablet.at("attract").send()
    assert [(one.answers, one.partial) for one in office.sent()] == [({"q00": 3}, True)]


def test_a_double_touch_answers_one_question(office, new_kiosk):
    tablet = new_kiosk(office)
    page = tablet.page
    page.clock.install()
    tablet.set_up(office.code()).stop_time().begin()
    for question, wait in ((2, GUARD_MS), (2, GUARD_MS - 20), (3, 20)):  # the second touch comes too soon
        page.clock.run_for(wait)
        page.locator(".choice").first.tap()
        assert page.text_content(".progress p") == f"Câu {question} trong 7 câu"


def test_every_grade_costs_one_touch(tablet):
    for grade in range(5):
        tablet.begin().touch(f".row .choice:nth-child({grade + 1})")
        assert tablet.page.text_content(".progress p") == "Câu 2 trong 7 câu"
        tablet.press(".actions .plain").press("dialog .button").at("attract")


def test_ways_out_of_the_page_are_closed(tablet):
    page = tablet.begin().page
    page.evaluate(MARK)
    page.mouse.click(300, 300, button="right")
    for keys in SHORTCUTS.split():
        page.keyboard.press(keys)
        assert page.evaluate("window.stopped.keydown"), keys
    page.evaluate("""() => { for (const name of ["dragstart", "dragover", "drop", "copy", "cut"])
        document.body.dispatchEvent(new Event(name, { bubbles: true, cancelable: true })); }""")
    page.mouse.move(40, 130)
    page.mouse.down()
    page.mouse.move(400, 160)
    page.mouse.up()
    assert page.evaluate("String(getSelection())") == ""
    for address in ("/", "https://example.org/", "javascript:document.title='out'", "file:///etc/passwd"):
        page.evaluate(
            """(to) => { const way = document.createElement("a"); way.href = to; way.target = "_blank";
            document.body.append(way); way.click(); way.remove(); }""",
            address,
        )
        assert page.evaluate("window.stopped.click"), address
    assert page.evaluate("window.open('/')") is None
    assert page.evaluate("window.print()") is None
    stopped = page.evaluate("window.stopped")
    assert {name for name, prevented in stopped.items() if not prevented} == set()
    assert set(stopped) >= {"contextmenu", "dragstart", "dragover", "drop", "copy", "cut", "keydown"}
    assert (tablet.screen, len(page.context.pages)) == ("question", 1)


def test_the_back_button_goes_back_one_question_and_never_out(tablet):
    tablet.begin()
    address = tablet.page.url
    tablet.touch(".choice").touch(".choice")
    for question in (2, 1):
        tablet.page.evaluate("history.back()")
        tablet.page.get_by_text(f"Câu {question} trong 7 câu").wait_for()
    for _more in range(4):
        tablet.page.evaluate("history.back()")
        tablet.page.wait_for_timeout(60)
    assert tablet.page.url == address


def test_paper_and_autofill_get_nothing(tablet):
    page = tablet.page
    tablet.visit(stop_before="textarea")
    assert page.get_attribute("textarea", "autocomplete") == "off"
    assert page.get_attribute("textarea", "name") is None
    page.emulate_media(media="print")
    hidden = page.evaluate("[...document.body.children].every((part) => getComputedStyle(part).display === 'none')")
    page.emulate_media(media="screen")
    assert hidden
