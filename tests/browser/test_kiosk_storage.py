"""A kiosk whose browser closes, withholds or throws away its storage goes on by itself, or says what it needs."""

import pytest

from tests.browser.kiosk import STORE

CLOSED = f"""async () => {{
  const real = IDBDatabase.prototype.transaction;
  let connection;
  IDBDatabase.prototype.transaction = function (...how) {{
    connection = this;
    return real.apply(this, how);
  }};
  await (await {STORE}).counts();
  IDBDatabase.prototype.transaction = real;
  connection.close(); // no event tells the page
}}"""
WITHHELD_ONCE = """if (!sessionStorage.getItem("withheld")) {
  sessionStorage.setItem("withheld", "once");
  IDBFactory.prototype.open = () => ({});
}"""


@pytest.fixture
def tablet(office, new_kiosk):
    return new_kiosk(office).set_up(office.code())


def test_an_answer_is_kept_and_sent_after_the_browser_has_closed_the_storage(tablet, office):
    tablet.page.evaluate(CLOSED)
    tablet.visit(comment="after the closing")
    tablet.send()
    assert "after the closing" in [answer.get("comment") for answer in office.answers()]


def test_a_page_whose_storage_does_not_answer_is_loaded_anew(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")
    office.patch("main.js", "const PATIENCE = 20_000;", "const PATIENCE = 1_000;")
    tablet = new_kiosk(office).set_up(office.code())
    tablet.page.add_init_script(WITHHELD_ONCE)
    tablet.page.reload()
    tablet.at("attract")
    assert tablet.page.evaluate("sessionStorage.getItem('withheld')") == "once"


def test_a_browser_that_has_thrown_its_storage_away_asks_for_a_new_code(tablet, office):
    session = tablet.page.context.new_cdp_session(tablet.page)
    session.send("Storage.clearDataForOrigin", {"origin": office.url, "storageTypes": "indexeddb"})
    tablet.press(".foot .button").at("pin").press(".actions .button").at("enrolment")
    tablet.page.locator("#code").fill(office.code())
    tablet.press("button[type=submit]").at("setup").press("#begin").at("attract")
    tablet.visit(comment="as a new device")
    tablet.send()
    assert "as a new device" in [answer.get("comment") for answer in office.answers()]
