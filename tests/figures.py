"""A province in which answers were released month by month, by the real services: what pages have to show."""

import random
from datetime import UTC, datetime

from sqlalchemy import update

from survey_app.domain.periods import parse
from survey_app.models import Unit, UnitState
from survey_app.services import collection, flush, kiosks, publication, rounds, rule_scores, rule_sets, staff
from survey_app.services.rule_scores import Asked
from survey_app.services.staff import NewStaff
from tests import province
from tests.factories import a_unit, publish
from tests.kiosk import HEARTBEAT, a_tablet

PASSWORD = "trời hôm nay rất đẹp"
POLYGLOT = "\"'><script>alert(1)</script><svg/onload=alert(2)>{{7*7}}${7*7}%s"
LIVE, PUBLISHED = "R2026", "R2026-H1"
NAMES = {
    "xa-1": "Xã Đông Ngũ",
    "xa-2": "Phường Ặ Ễ Ỗ Ử ữ ệ",
    "xa-3": "Xã Nhỏ",
    "xa-4": "Xã Ít Người",
    "xa-5": POLYGLOT,
    "xa-6": "Xã Lặng Lẽ",
}
MONTHS = (datetime(2026, 3, 2, 2, tzinfo=UTC), datetime(2026, 4, 6, 2, tzinfo=UTC), datetime(2026, 5, 4, 2, tzinfo=UTC))
# answers in each month, and how satisfied people are, by desk; 3 and 4 have too few, 6 is silent
ANSWERS = {
    "desk-1": (32, 32, 28),
    "desk-2": (30, 0, 34),
    "desk-3": (5, 0, 0),
    "desk-4": (6, 0, 0),
    "desk-5": (26, 26, 0),
}
SATISFIED = {"desk-1": 0.82, "desk-2": 0.66, "desk-3": 0.8, "desk-4": 0.8, "desk-5": 0.75}
LOGINS = {
    "agency1": ("agency", "xa-1"),
    "agency2": ("agency", "xa-2"),
    "province": ("province", "minh-hai"),
    "admin": ("admin", "minh-hai"),
}
FAR = {"far": ("admin", "tinh-khac")}  # of another province


def people(installation, logins=None):
    """Let people sign in; the units must be there."""
    for login, (role, unit) in (logins or LOGINS).items():
        staff.create(installation, NewStaff(login, f"Nguyễn Thị {login}", role, unit, PASSWORD))


def answers_of(chance, share):
    """One citizen's answers: a mood of his own, and questions that go better or worse than others."""
    mood = chance.gauss(0, 0.12)
    given = {}
    for place in range(19):
        p = min(max(share + mood + 0.015 * (9 - place), 0.05), 0.97)
        low = chance.choices("123", (1, 3, 6))[0]
        given[f"q{place:02}"] = chance.choices("45", (3, 2))[0] if chance.random() < p else low
    return given


def fill(installation):
    """Make the province: a round in the field with three months of releases, and one that is published."""
    installation.clock.now = MONTHS[0]
    live = province.make(installation, desks=6, per_desk=100, code=LIVE)
    with installation.database.write() as session:
        for slug, name in NAMES.items():
            known = session.query(Unit.id).filter(Unit.slug == slug).scalar_subquery()
            session.execute(update(UnitState).where(UnitState.unit_id == known).values(name=name))
    far = a_unit(installation, "tinh-khac", kind="province", name="Tỉnh Khác")
    a_unit(installation, "desk-far", kind="desk", name="Bộ phận Một cửa tỉnh khác", parent=far)
    people(installation, LOGINS | FAR)
    _answer(live, MONTHS, random.Random(5))
    _kiosks(installation, far)
    published = _second_round(installation, live)
    _answer(published, MONTHS[2:], random.Random(6))
    flush.close(installation, PUBLISHED)
    publication.refresh(installation, PUBLISHED)
    publish(installation, PUBLISHED)
    rule_scores.compute(installation, Asked(rule_sets.load("tt-01-2018"), "minh-hai", parse("2026-Q1"), LIVE))
    return live


def _kiosks(installation, far):
    """Kiosk 1 stands at desk-1 and is in order, 2 in another province, 3 is behind, 4 was revoked."""
    with installation.database.read() as session:
        top = session.query(Unit.id).filter(Unit.slug == "minh-hai").scalar()
    well, _far, behind, gone = (
        a_tablet(installation, unit, desk, name=name)
        for unit, desk, name in (
            (top, "desk-1", "Sảnh A"),
            (far, "desk-far", "Kiosk xa"),
            (top, "desk-2", POLYGLOT[:80]),
            (top, "desk-2", "Máy cũ"),
        )
    )
    chance = random.Random(7)
    walked_in = [answers_of(chance, 0.7) | {"q01": "2"} for _ in range(25)]
    walked_in += [dict.fromkeys(province.ITEMS, "5")] * 30  # straight lines: at least 15 of them move, and 10 others
    items = [well.answer(LIVE, raw=raw) for raw in walked_in]
    well.send(*items, heartbeat=HEARTBEAT | {"clock": installation.now().isoformat()})
    flush.flush_round(installation, LIVE)
    publication.refresh(installation, LIVE)
    items = [behind.answer(LIVE) for _ in range(12)]
    beat = {"waiting": 250, "persisted": False, "battery": 0.07, "version": POLYGLOT[:40]}
    behind.send(*items[:5], *items[8:], heartbeat=HEARTBEAT | beat)
    kiosks.revoke(installation, gone.number)


def _answer(place, months, chance):
    """Answer and flush, month by month."""
    tokens = {desk: [slip.token for slip in place.slips(desk)] for desk in place.desks}
    for number, month in enumerate(months):
        place.installation.clock.now = month
        for desk, counts in ANSWERS.items():
            n = counts[number] if len(months) > 1 else sum(counts)
            for _ in range(n):
                token = tokens[desk].pop()
                collection.count_opened(place.installation, collection.open_address(place.installation, token))
                place.answer(token, answers_of(chance, SATISFIED[desk]))
        if len(months) > 1:
            flush.flush_round(place.installation, place.code)
            publication.refresh(place.installation, place.code)


def _second_round(installation, live):
    with installation.database.read() as session:
        first = rounds.line(rounds.by_code(session, LIVE))
    plan = rounds.Plan(
        code=PUBLISHED,
        title="Đo lường sự hài lòng 6 tháng đầu năm 2026",
        unit_slug="minh-hai",
        instrument_key="sipas-2017/1",
        period_start=first.period_start,
        period_end=first.period_end,
        field_start=first.field_start,
        field_end=first.field_end,
        erasure_date=datetime(2028, 12, 31, tzinfo=UTC).date(),
    )
    rounds.create(installation, plan)
    rounds.freeze(installation, PUBLISHED, *province.REGISTER)
    rounds.move(installation, PUBLISHED, "field")
    return province.Province(installation, PUBLISHED, live.desks, live.dossiers)
