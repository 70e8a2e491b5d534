"""Kiosk answers on their way into figures: without slip apart from the others, untraceable, poisoning visible."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from survey_app.db import Base
from survey_app.domain import sealing
from survey_app.models import Batch, Inbox, Kiosk, KioskDay, LedgerEntry, Response, Round, Stratum, TraitCount, Unit
from survey_app.services import flush, indices, kiosk_overview, kiosk_package, kiosk_sync, publication, released
from tests import province
from tests.kiosk import a_tablet, administrator
from tests.services.test_flush import spearman


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2, per_desk=100)


def tablet_at(place, desk):
    with place.installation.database.read() as session:
        top = session.scalar(select(Unit.id).where(Unit.slug == "minh-hai"))
    return a_tablet(place.installation, top, desk)


def send(tablet, code, answers, **changes):
    for start in range(0, len(answers), 50):
        items = [tablet.answer(code, raw=raw, **changes) for raw in answers[start : start + 50]]
        assert {one["outcome"] for one in tablet.send(*items)["items"]} == {"stored"}


def batches(place, grade):
    with place.installation.database.read() as session:
        return session.scalars(select(Batch).where(Batch.grade == grade).order_by(Batch.ordinal)).all()


def test_answers_without_slip_move_in_batches_of_their_own_and_stand_for_all_strata_of_their_desk(place):
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, [{"q00": "5"}] * 30)
    report = flush.flush_round(place.installation, place.code)
    [batch] = batches(place, "G3")
    assert (report.answers, batch.n) == (15, 15)
    with place.installation.database.read() as session:
        own = session.scalars(select(Stratum.number).where(Stratum.desk_id == tablet.unit_id(), Stratum.number > 0))
        assert sorted(batch.pool_strata) == sorted(own)
        assert session.scalars(select(Response.stratum_id)).all() == [None] * 15
    assert (batch.desk_id, batch.agency_id) == (tablet.unit_id(), None)


def test_they_never_enter_the_figures_of_invited_answers(place):
    send(tablet_at(place, "desk-1"), place.code, [dict.fromkeys(province.ITEMS, "5")] * 40, seconds=3.0)
    for slip in place.slips("desk-1")[:30]:
        place.answer(slip.token, dict.fromkeys(province.ITEMS, "1"))
    flush.flush_round(place.installation, place.code)
    publication.refresh(place.installation, place.code)
    with place.installation.database.read() as session:
        row = session.scalar(select(Round))
        read = indices.reader(session, row, ["desk-1"], "vi")
        invited = read.figure("desk-1", "overall", "all", publication.LIVE)
        walked_in = read.figure("desk-1", "overall", "all", publication.OPEN)
        entries = {e.figure: e.n for e in session.scalars(select(LedgerEntry))}
        flagged = {b.grade: (b.n, b.flagged) for b in session.scalars(select(Batch))}
    assert invited.estimate < 20  # bounds, since all answers are alike
    assert walked_in.estimate > 80
    assert entries["live|G1+G2|desk-1|all|answered"] == 15
    assert flagged["G3"] == (25, 25)  # attack 19: too quick for people; flagged, not dropped


def test_two_batches_of_a_desk_share_its_dossiers(place):
    tablet = tablet_at(place, "desk-1")
    for _ in range(2):
        send(tablet, place.code, [{"q00": "5"}] * 30)
        flush.flush_round(place.installation, place.code)
    with place.installation.database.read() as session:
        row = session.scalar(select(Round))
        parts = [p for p in released.parts_of(session, row.id) if p.batch.grade == "G3"]
        strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
    own = {s.number: 100 for s in strata if s.desk_id == tablet.unit_id()}
    assert len(parts) == 2
    frame = released.Sample(parts, instrument(), own).frame()
    assert sum(frame.values()) == pytest.approx(100 * len(own), abs=1)
    assert sorted(frame.values()) == pytest.approx(sorted(100 * len(own) * p.batch.n / 45 for p in parts), abs=1)


def instrument():
    from instruments.load import shipped

    return shipped("sipas-2017/1")


def test_at_a_small_desk_they_wait_for_the_close_and_are_pooled(installation):
    place = province.make(installation, desks=3, per_desk=30)
    for desk in ("desk-1", "desk-2"):
        send(tablet_at(place, desk), place.code, [{"q00": "5"}] * 26)
    assert flush.flush_round(installation, place.code).answers == 0
    assert flush.close(installation, place.code).answers == 52
    [batch] = batches(place, "G3")
    assert (batch.desk_id, batch.n) == (None, 52)


def test_kept_partial_answers_are_counted_as_such(place):
    kiosk_package.set_round(place.installation, place.code, 60, "keep_partial")
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, [{"q01": "4"}] * 30, partial=True)
    flush.flush_round(place.installation, place.code)
    with place.installation.database.read() as session:
        assert session.scalar(select(TraitCount.n).where(TraitCount.trait == "partial")) == 15


def test_a_flood_of_quick_praise_shows_at_the_device(place):
    tablet = tablet_at(place, "desk-1")
    with place.installation.database.write() as session:
        session.add(KioskDay(kiosk_id=tablet.id, day=place.installation.today(), answers=5_000))
    [line] = kiosk_overview.lines(place.installation)
    assert "busy" in line.signs


def test_a_silent_or_lagging_device_shows_and_says_which_numbers_are_missing(place, clock):
    tablet = tablet_at(place, "desk-1")
    items = [tablet.answer(place.code) for _ in range(8)]
    tablet.send(*items[:3], *items[5:])
    [line] = kiosk_overview.lines(place.installation)
    assert (line.answers, line.missing, line.missing_ranges) == (6, 2, ((4, 5),))
    assert line.signs == ("missing",)
    tablet.send(*items)
    assert kiosk_overview.lines(place.installation)[0].signs == ()
    clock.now += timedelta(hours=27)
    assert "silent" in kiosk_overview.lines(place.installation)[0].signs


def test_a_dump_shows_no_way_from_a_device_to_an_answer(place):
    tablet = tablet_at(place, "desk-1")
    slips = [slip.token for slip in place.slips("desk-1")[:5]]
    items = [tablet.answer(place.code, token) for token in [*slips, *[None] * 20]]
    tablet.send(*items)
    marks = [tablet.id.bytes] + [bytes.fromhex(item["key"].replace("-", "")) for item in items]
    with place.installation.database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name.startswith("kiosk"):
                continue
            for row in session.execute(select(table)):
                raw = b" ".join(v if isinstance(v, bytes) else str(v).replace("-", "").encode() for v in row)
                assert not any(mark in raw or mark.hex().encode() in raw for mark in marks), table.name
        for table in ("inbox", "response", "spent", "quarantine"):
            columns = Base.metadata.tables[table].columns
            assert not [c.name for c in columns if "kiosk" in c.name or "seq" in c.name or "number" in c.name]
        held = session.scalars(select(Inbox)).all()
    for row in held:
        plain = sealing.open_with(place.installation.keys.private(row.day.isoformat()), row.sealed)
        assert str(tablet.id) not in plain.decode()
        assert set(json.loads(plain)) & {"seq", "key", "number", "kiosk", "time", "clock"} == set()


def test_no_answer_is_written_together_with_its_device_or_in_the_order_of_its_numbers(place, monkeypatch):
    """On PostgreSQL rows carry the number of their transaction; on SQLite the order of taking is all there is."""
    tablet = tablet_at(place, "desk-1")
    taken = []
    real = kiosk_sync.kiosk_items.take

    def noting(installation, device, key, answer, measured_by):
        taken.append(str(key))
        return real(installation, device, key, answer, measured_by)

    monkeypatch.setattr(kiosk_sync.kiosk_items, "take", noting)
    orders = []
    for _ in range(3):
        items = [tablet.answer(place.code) for _ in range(60)]
        tablet.send(*items)
        place_of = {item["key"]: n for n, item in enumerate(items)}
        orders.append(spearman([place_of[key] for key in taken[-60:]]))
    assert abs(sum(orders) / 3) < 3.3 / (3 * 59) ** 0.5
    if place.installation.database.sqlite:
        return
    with place.installation.database.read() as session:
        groups = {
            table: set(session.execute(text(f"SELECT xmin::text FROM {table}")).scalars())
            for table in ("inbox", "spent", "kiosk", "kiosk_range", "kiosk_day")
        }
    assert not (groups["inbox"] | groups["spent"]) & (groups["kiosk"] | groups["kiosk_range"] | groups["kiosk_day"])


def test_an_administrator_of_another_unit_reaches_no_device(place):
    tablet = tablet_at(place, "desk-1")
    with place.installation.database.read() as session:
        other = session.scalar(select(Unit.id).where(Unit.slug == "desk-2"))
        assert session.get(Kiosk, tablet.id) is not None
    from survey_app.services import kiosks
    from survey_app.services.errors import NotFoundError

    for change in (kiosks.new_pin, kiosks.by_number):
        with pytest.raises(NotFoundError):
            change(place.installation, administrator(other), tablet.number)
    with pytest.raises(NotFoundError):
        kiosks.revoke(place.installation, tablet.number, administrator(other))
    with pytest.raises(NotFoundError):
        kiosks.make_code(place.installation, administrator(other), "desk-1", "x")
