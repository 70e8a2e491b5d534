"""Sealed texts in cookies, fields and addresses: changed, copied or carried elsewhere they open nothing."""

import pytest

from survey_app.models import Inbox
from tests.factories import a_round, a_token
from tests.web.citizen import Citizen, count

THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("sent", [{}, {"_form": ""}, {"_form": "x"}, {"_form": ["a", "b"]}, {"_form": "R1."}])
@ONE_DATABASE
def test_a_form_without_its_sealed_field_is_refused_even_with_the_cookie(app, installation, token, sent):
    citizen = Citizen(app)
    citizen.scan(token)
    answer = citizen.client.post("/q", data={"_page": "general", "_go": "next", "q00": "1"} | sent)
    assert answer.status_code == 409
    assert citizen.draft(installation).answers == {}


def test_a_form_copied_from_another_browser_is_refused(app, installation, round_, token):
    victim, thief = Citizen(app), Citizen(app)
    victim.scan(token)
    victim.to_the_end()
    own = a_token(installation, round_, "H00-9")
    thief.scan(own)
    assert thief.press("send", page=victim.page, comment="stolen").status == 409
    thief.client.delete_cookie("sipas")
    assert thief.press("send", page=victim.page, comment="stolen").status == 409
    assert count(installation, Inbox) == 0
    assert victim.press("send").heading == THANKS


def test_a_form_of_another_site_carries_only_the_attackers_own_questionnaire(app, installation, round_, token):
    victim, attacker = Citizen(app), Citizen(app, cookies=False)
    victim.scan(token)
    victim.press(q00="5")
    before = victim.cookie()
    attacker.scan(a_token(installation, round_, "attacker"))
    victim.press(page=attacker.page, q00="1")
    assert victim.cookie() == before, "the victim's draft is not touched"


@pytest.mark.parametrize("place", [0, 3, 10, 40, -5])
@ONE_DATABASE
def test_a_changed_cookie_opens_nothing(app, token, place):
    citizen = Citizen(app)
    citizen.scan(token)
    value = list(citizen.cookie())
    value[place] = "A" if value[place] != "A" else "B"
    citizen.client.set_cookie("sipas", "".join(value))
    assert citizen.open("/q").heading == "Nhập mã trên phiếu"


@pytest.mark.parametrize(
    "value", ["", ".", "R1.", "..", "../../x.AAAA", "R1.....", "x" * 4_000, "R1.%00", "Ắ.A", "NOROUND.AAAA"]
)
@ONE_DATABASE
def test_a_made_up_cookie_opens_nothing(app, round_, value):
    citizen = Citizen(app)
    citizen.client.set_cookie("sipas", value)
    assert citizen.open("/q").heading == "Nhập mã trên phiếu"
    assert citizen.client.post("/q", data={"_form": value}).status_code in (409, 503)


def test_a_sealed_text_made_for_one_place_opens_no_other(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    cookie, field = citizen.cookie(), citizen.page.fields()["_form"]
    blank = Citizen(app, cookies=False)
    blank.scan(token)
    address = blank.went[-1].partition("s=")[2]
    citizen.client.delete_cookie("sipas")
    assert citizen.open(f"/q?s={cookie}").heading == "Nhập mã trên phiếu"
    assert citizen.open(f"/q?s={field}").heading == "Nhập mã trên phiếu"
    for text in (cookie, address):
        assert citizen.client.post("/q", data={"_form": text, "_page": "general"}).status_code == 409
    for text in (address, field):
        citizen.client.set_cookie("sipas", text)
        assert citizen.open("/q").heading == "Nhập mã trên phiếu"


def test_a_draft_of_one_round_is_no_draft_of_another(app, installation, round_, token):
    other = a_round(installation)
    citizen = Citizen(app)
    citizen.scan(token)
    sealed = citizen.cookie().partition(".")[2]
    citizen.client.set_cookie("sipas", f"{other.code}.{sealed}")
    assert citizen.open("/q").heading == "Nhập mã trên phiếu"
