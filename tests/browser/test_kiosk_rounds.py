"""Two rounds open at one desk: a slip leads to its own, and whoever has none is asked what the kiosk is set to."""

from datetime import timedelta

from sqlalchemy import update

from survey_app.models import Round
from survey_app.services import inbox, kiosk_package
from tests.browser.kiosk_office import DESK
from tests.factories import a_round, a_token

DAY = 86_400_000
# What is asked when the device's clock stands `ahead` (in days) of where it stood when the server answered last.
ASKED = """async ([files, ahead, reported]) => {
  const { askedNow } = await import(`${files}/rounds.js`);
  const { fact, keepFacts } = await import(`${files}/store.js`);
  const kept = await fact("report");
  await keepFacts({ report: reported ? { ...kept, at: Date.now() - ahead * 86_400_000 } : undefined });
  const asked = await askedNow(await fact("package"));
  await keepFacts({ report: kept });
  return asked.map((round) => round.code);
}"""


def answered(office, round_):
    with office.installation.database.read() as session:
        return [one.answers for one in inbox.open_all(office.installation, session, round_.id)]


def test_each_slip_leads_to_its_round_and_no_slip_to_the_one_that_is_set(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")  # its round began in January
    newer = a_round(office.installation, desks=(DESK,), field_start=office.installation.today())
    tablet = new_kiosk(office).set_up(office.code())
    tablet.visit(comment="the newer one")
    tablet.visit(comment="slip of the older one", slip=office.token())
    kiosk_package.ask_without_slip(office.installation, 1, office.round.code)
    tablet.send().open().at("attract")
    tablet.visit(comment="set to the older one")
    tablet.visit(comment="slip of the newer one", slip=a_token(office.installation, newer).text)
    tablet.send()
    assert {one["comment"] for one in office.answers()} == {"slip of the older one", "set to the older one"}
    assert {one["comment"] for one in answered(office, newer)} == {"the newer one", "slip of the newer one"}


def test_a_round_is_asked_from_its_first_day_on_whatever_the_clock_says(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")
    clock, today = office.installation.clock, office.installation.today()
    with office.installation.database.write() as session:
        session.execute(update(Round).values(field_end=today))
    new = a_round(office.installation, desks=(DESK,), field_start=today + timedelta(days=1))
    tablet = new_kiosk(office)
    tablet.page.clock.install(time=clock.now)
    tablet.set_up(office.code()).visit(comment="on the eve")
    old, next_ = office.round.code, new.code
    files = tablet.page.evaluate("`/kiosk/files/${document.documentElement.dataset.version}`")
    for ahead, reported, asked in [
        (0, True, [old]),
        (-300, True, [old]),  # set back: no time before what the server said
        (1, True, [next_, old]),
        (3000, True, [old, next_]),  # set far ahead: all seem over, and none is put away
        (0, False, [old]),  # no report: the clock of the device, and the package's own time
    ]:
        assert tablet.page.evaluate(ASKED, [files, ahead, reported]) == asked
    office.stop()
    tablet.page.clock.fast_forward(DAY)
    tablet.page.wait_for_selector("html[data-line=down]")
    tablet.visit(comment="on the first day, without a line")
    clock.now += timedelta(days=1)
    office.installation.keys.prepare_days(office.installation.today())
    office.start()
    tablet.send()
    assert [one["comment"] for one in office.answers()] == ["on the eve"]
    assert [one["comment"] for one in answered(office, new)] == ["on the first day, without a line"]


def test_before_the_first_day_of_all_rounds_none_is_asked(kiosk_office, new_kiosk):
    office = kiosk_office("sqlite")
    tomorrow = office.installation.today() + timedelta(days=1)
    with office.installation.database.write() as session:
        session.execute(update(Round).values(field_start=tomorrow))
    tablet = new_kiosk(office)
    tablet.page.clock.install(time=office.installation.clock.now)
    tablet.set_up(office.code())
    tablet.page.get_by_text("Hiện không có bảng hỏi nào").wait_for()
    tablet.page.context.set_offline(True)
    tablet.page.clock.fast_forward(DAY)
    tablet.page.wait_for_selector(".door")
    tablet.visit()
