"""Two rounds open at one desk: a slip leads to its own, and whoever has none is asked what the kiosk is set to."""

from survey_app.services import inbox, kiosk_package
from tests.browser.kiosk_office import DESK
from tests.factories import a_round, a_token


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
