"""Before a release is signed: agencies see their counts, confirm them or object; no score leaks before its minute."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app.app import create_app
from survey_app.models import AuditEntry
from survey_app.services import due, releases, round_roles, rounds, staff
from survey_app.services.errors import RefusedError
from survey_app.services.staff import NewStaff
from tests.figures import PASSWORD
from tests.made_once import made_once
from tests.ready_to_release import CODE, closed_round, sign
from tests.web.pages import Visitor

OWN, FACTS = f"/agency/xa-1/{CODE}", f"/agency/xa-1/{CODE}/facts"
PROVINCE, ROUND = f"/province/minh-hai/{CODE}", f"/province/minh-hai/-/rounds/{CODE}"
WHY = "Sổ của xã ghi 152 hồ sơ, không phải 150 <b>."
ANSWER = "Hai hồ sơ trả sau kỳ."
SCORES = ("satisfied", "hài lòng hoặc rất hài lòng")


@made_once
def computed_round(installation):
    """A computed round, and the people of two communes and of the province."""
    made = closed_round(installation)
    for login, role, unit in (("xa1", "agency", "xa-1"), ("xa2", "agency", "xa-2"), ("tinh", "province", "minh-hai")):
        staff.create(installation, NewStaff(login, f"Nguyễn Thị {login}", role, unit, PASSWORD))
    releases.build(installation, CODE, made.computes)
    return made


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def place(installation):
    return computed_round(installation)


def visitor(installation, login):
    found = Visitor(create_app(installation))
    assert found.sign_in(login, PASSWORD).status == 302
    return found


def audited(installation):
    with installation.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("facts"))).all()
        return {(entry.action, entry.subject, entry.actor, entry.detail) for entry in entries}


def pairs(page):
    """Names and values of the page's lists of counts."""
    texts = [["".join(cell.itertext()).strip() for cell in line] for line in page.root.iter("div")]
    return {line[0]: line[1] for line in texts if len(line) == 2}


def test_a_unit_sees_its_counts_rounded_and_no_score(installation):
    page = visitor(installation, "xa1").get(FACTS)
    assert pairs(page)["Hồ sơ thuộc diện khảo sát"] == "150"
    assert pairs(page)["Được mời"] == "150"
    assert pairs(page)["Được chọn vào mẫu"] == "150"
    assert int(pairs(page)["Trả lời đủ"]) + int(pairs(page)["Trả lời từ một nửa số câu trở lên"]) == 40
    assert "%" not in page.words
    assert not any(score in page.words for score in SCORES)


def test_a_confirmation_is_kept_and_seen_by_the_province(installation):
    unit = visitor(installation, "xa1")
    assert unit.post(FACTS, token_from=FACTS, verdict="confirmed").status == 302
    assert "Số đếm đúng." in unit.get(FACTS).words
    page = visitor(installation, "tinh").get(f"{ROUND}/facts")
    assert "Xã 1 Số đếm đúng." in page.words
    assert "1 đơn vị chưa có ý kiến" in page.words
    assert audited(installation) == {("facts confirmed", f"{CODE} xa-1", "xa1", "")}


def test_no_release_is_signed_while_an_objection_stands_without_an_answer(installation, place):
    unit = visitor(installation, "xa1")
    assert (
        "không có lý do thì không sửa được" in unit.post(FACTS, token_from=FACTS, verdict="objected", reason=" ").words
    )
    assert unit.post(FACTS, token_from=FACTS, verdict="objected", reason=WHY).status == 302
    releases.check(installation, CODE, place.checks)
    with pytest.raises(RefusedError, match="xa-1: an objection to the counts is not answered"):
        sign(installation, place.signs)
    province = visitor(installation, "tinh")
    round_roles.grant(installation, "computer", "tinh")
    page = province.get(f"{ROUND}/facts")
    assert WHY in page.words  # as text
    statement = next(e.get("value") for e in page.root.iter("input") if e.get("name") == "statement")
    sent = {"statement": statement, "token_from": f"{ROUND}/facts"}
    assert province.post(f"{ROUND}/facts", **sent, answer=" ").status == 400
    assert province.post(f"{ROUND}/facts", **sent, answer=ANSWER).status == 302
    assert province.post(f"{ROUND}/facts", **sent, answer="khác").status == 400  # an answer stays as it is
    assert f"Trả lời: {ANSWER}" in unit.get(FACTS).words
    assert sign(installation, place.signs).state == "signed"
    assert {(action, actor) for action, _subject, actor, _detail in audited(installation)} == {
        ("facts objected", "xa1"),
        ("facts answered", "tinh"),
    }


def test_only_the_units_own_people_speak_for_it_and_only_the_computer_answers(installation):
    stranger = visitor(installation, "xa2")
    assert stranger.get(FACTS).status == 404
    assert stranger.post(FACTS, token_from=f"/agency/xa-2/{CODE}/facts", verdict="confirmed").status == 404
    province = visitor(installation, "tinh")
    assert "<textarea" not in province.get(FACTS).text
    assert province.post(FACTS, token_from="/account/password", verdict="confirmed").status == 400
    unit = visitor(installation, "xa1")
    unit.post(FACTS, token_from=FACTS, verdict="objected", reason=WHY)
    page = province.get(f"{ROUND}/facts")
    assert "Chưa được trả lời." in page.words
    assert "<textarea" not in page.text
    assert audited(installation) == {("facts objected", f"{CODE} xa-1", "xa1", WHY)}


def test_after_the_last_day_and_after_the_signature_nothing_is_said_any_more(installation, place):
    """The release is today, so the last day is that of the computation."""
    unit = visitor(installation, "xa1")
    token = unit.get(FACTS).token()
    installation.clock.now += timedelta(days=1)
    unit = visitor(installation, "xa1")
    assert "<textarea" not in unit.get(FACTS).text
    assert unit.post(FACTS, token_from="/account/password", verdict="confirmed").status == 400
    installation.clock.now -= timedelta(days=1)
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    assert visitor(installation, "xa1").post(FACTS, token_from="/account/password", verdict="confirmed").status == 400
    assert audited(installation) == set()
    assert token


def test_what_was_confirmed_of_an_earlier_computation_does_not_hold_for_the_next(installation, place):
    unit = visitor(installation, "xa1")
    unit.post(FACTS, token_from=FACTS, verdict="confirmed")
    installation.clock.now += timedelta(minutes=5)
    rounds.move(installation, CODE, "closed", place.checks, "Đếm lại.")
    assert "Số đếm sẽ hiện ở đây khi đợt đo lường đã được tính." in unit.get(FACTS).words
    releases.build(installation, CODE, place.computes)
    page = visitor(installation, "tinh").get(f"{ROUND}/facts")
    assert "Số đếm đúng. (của lần tính trước)" in page.words
    assert "2 đơn vị chưa có ý kiến" in page.words


def test_no_score_leaks_a_minute_before_and_all_are_there_at_the_minute(installation, place):
    """To nobody who does not make the release: not the agency, not other people of the province, not the public."""
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    releases.publish(installation, CODE, place.signs, scheduled=True)
    readers = [visitor(installation, login) for login in ("xa1", "tinh")] + [Visitor(create_app(installation))]
    paths = [OWN, PROVINCE, ROUND, FACTS, f"{ROUND}/facts", f"{PROVINCE}/fieldwork", "/", "/releases"]
    paths += [
        f"/rounds/{CODE}",
        f"/rounds/{CODE}/xa-1",
        "/releases/minh-hai-r2026/1",
        "/releases/minh-hai-r2026/1/xa-1",
    ]
    paths += ["/releases/minh-hai-r2026/1.zip", "/releases/calendar", "/releases/errata.json"]
    installation.clock.now += timedelta(minutes=119)
    assert list(due.run(installation, (due.RELEASE,))) == []
    early = [(path, reader.get(path)) for reader in readers for path in paths]
    for path, page in early:
        if page.status == 200 and page.response.mimetype == "text/html":
            assert not any(score in page.words for score in SCORES), path
            assert "<svg" not in page.text or "fieldwork" in path or path == PROVINCE, path
    assert {page.status for path, page in early if path.startswith(("/rounds", "/releases/minh-hai"))} == {404}
    assert "chưa được công bố" in dict(early[: len(paths)])[OWN].words
    installation.clock.now += timedelta(minutes=1)
    assert [done.failed for done in due.run(installation, (due.RELEASE,))] == [False]
    for reader in readers:
        page = reader.get("/releases/minh-hai-r2026/1/xa-1")
        assert SCORES[1] in page.words
    assert SCORES[1] in readers[0].get(OWN).words
