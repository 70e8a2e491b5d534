"""The page on which one person asks what becomes of a group that lies apart, and another decides."""

import pytest

from survey_app.app import create_app
from survey_app.services import quarantine, round_roles, staff
from survey_app.services.staff import NewStaff
from tests.factories import a_round
from tests.figures import PASSWORD
from tests.kiosk import slips_of_nobody
from tests.web.pages import Visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # services are tested on both
GROUP = "unknown_address desk-1"
WHY = "Máy quét cũ <b>đọc</b> sai mã"


@pytest.fixture
def round_(installation):
    found = a_round(installation, desks=("desk-1", "desk-2"))
    slips_of_nobody(installation, found, {"desk-1": 12, "desk-2": 8})
    for login, role in (("lan", "fieldwork"), ("minh", "checker")):
        staff.create(installation, NewStaff(login, login, "province", "minh-hai", PASSWORD))
        round_roles.grant(installation, role, login)
    return found


@pytest.fixture
def address(round_):
    return f"/province/minh-hai/-/rounds/{round_.code}/quarantine"


@pytest.fixture
def visitor(installation, round_):
    app = create_app(installation)

    def signed_in(login):
        found = Visitor(app)
        assert found.sign_in(login, PASSWORD).status == 302
        return found

    return signed_in


def fields(page, name):
    return [field.get("value") for field in page.root.iter() if field.get("name") == name]


def test_one_asks_and_another_agrees_each_at_his_own_login(installation, visitor, address):
    lan, minh = visitor("lan"), visitor("minh")
    page = lan.get(address)
    assert fields(page, "group") == [GROUP]
    assert fields(page, "action") == ["accept", "discard"]
    assert "khoảng 10 câu trả lời" in page.words  # of the large group, and of the small ones together
    assert lan.post(f"{address}/ask", group=GROUP, action="discard", why=WHY, token_from=address).status == 302
    page = lan.get(address)
    assert fields(page, "group") == []
    assert fields(page, "say") == ["withdraw"]
    page = minh.get(address)
    assert WHY in page.words
    assert fields(page, "say") == ["agree", "refuse"]
    [request_id] = fields(page, "request_id")
    assert lan.post(f"{address}/settle", request_id=request_id, say="agree", token_from=address).status == 400
    assert minh.post(f"{address}/settle", request_id=request_id, say="agree", token_from=address).status == 302
    assert [group.desk for group in quarantine.groups(installation)] == ["desk-2"]
    assert "Đã xóa: khoảng 10 câu trả lời" in minh.get(address).words


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"group": GROUP, "action": "discard", "why": " "}, "Chưa có gì được ghi nhận"),
        ({"group": GROUP, "why": WHY}, "Chưa có gì được ghi nhận"),
        ({"group": "unknown_address desk-2", "action": "discard", "why": WHY}, "no such group"),
        ({"group": "unknown_address", "action": "accept", "why": WHY}, "no such group"),
        ({"group": GROUP, "action": "publish", "why": WHY}, "not be decided"),
    ],
)
def test_what_is_missing_or_not_allowed_is_said_and_nothing_is_noted(visitor, address, sent, said):
    lan = visitor("lan")
    page = lan.post(f"{address}/ask", **sent, token_from=address)
    assert page.status == 400
    assert said in page.words
    assert fields(lan.get(address), "group") == [GROUP]


def test_whoever_has_no_role_sees_counts_and_can_ask_nothing(visitor, address):
    minh = visitor("minh")
    page = minh.get(address)
    assert fields(page, "group") == []
    assert minh.post(f"{address}/ask", group=GROUP, action="discard", why=WHY, token_from=address).status == 400
    assert minh.post(f"{address}/settle", request_id="x", say="agree", token_from=address).status == 404
