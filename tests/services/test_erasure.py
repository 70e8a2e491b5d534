"""On its erasure date a round loses every answer and every key; what was published stays, and nothing comes back."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import String, cast, func, select

from survey_app.db import Base
from survey_app.models import AuditEntry, DeadLetter, LedgerEntry, PaperEntry, Quarantine
from survey_app.services import collection, erasure, flush, indices, publication, rounds
from survey_app.services.errors import ClosedDoorError, RefusedError
from tests import province
from tests.factories import publish

WORD = "ngan-hoa-ban"  # a word that stands in one citizen's comment and nowhere else
ERASED_ON = datetime(2029, 1, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def place(installation, clock):
    """A published round with answers that moved, waited and were set aside; the day before its erasure date."""
    made = province.make(installation, desks=1)
    slips = made.slips("desk-1")
    for n, slip in enumerate(slips[:60]):
        comment = {"comment": f"{WORD} {n}"} if n < 40 else {}
        made.answer(slip.token, {"q00": "4"} | dict.fromkeys(province.ITEMS[1:], "4") | comment)
    made.answer(slips[0].token, {"q00": "1"} | dict.fromkeys(province.ITEMS[1:], "1"))
    flush.close(installation, made.code)
    publication.refresh(installation, made.code)
    with installation.database.write() as session:
        row = rounds.by_code(session, made.code)
        desk = session.scalars(select(Quarantine.unit_id)).first()
        session.add(PaperEntry(round_id=row.id, sheet_hash=b"1" * 32, desk_id=desk, sealed=WORD.encode()))
        letter = {"unit_id": desk, "reason": "damaged", "sealed": WORD.encode()}
        session.add(DeadLetter(id=row.id, day=installation.today(), **letter))
    made.slip = slips[70]
    publish(installation, made.code)
    clock.now = datetime(2028, 12, 30, 2, 0, tzinfo=UTC)
    return made


def run_due(installation):
    """Erase what is due, as the clock does."""
    return [erasure.erase(installation, code) for code in erasure.due(installation)]


def tables_with(installation, word):
    """Tables of which a row holds a word in any column, bytes too."""
    found = set()
    with installation.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                if any(word in (v.decode("latin-1") if isinstance(v, bytes) else str(v)) for v in row):
                    found.add(table.name)
    return found


def in_files(installation, word):
    """Whether a word stands anywhere in the files of a SQLite database."""
    file = Path(installation.database.url.removeprefix("sqlite:///"))
    return any(word.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


def figures_of(installation, place):
    """What the page of the province shows of the round."""
    with installation.database.read() as session:
        row = rounds.by_code(session, place.code)
    return indices.province_page(installation, row.id, row.unit_id, "vi")


def rows_of(installation, code):
    """How many rows of each table belong to a round."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table).where(condition))
            for table, condition in erasure._steps(installation, row)
        }


def test_nothing_that_was_said_is_left_in_any_table_or_file(installation, place, clock):
    assert {"comment", "paper_entry", "dead_letter"} <= tables_with(installation, WORD)
    if installation.database.sqlite:
        assert in_files(installation, WORD)
    assert sum(bool(n) for n in rows_of(installation, place.code).values()) >= 10
    clock.now = ERASED_ON
    run_due(installation)
    assert tables_with(installation, WORD) == set()
    assert set(rows_of(installation, place.code).values()) == {0}
    if installation.database.sqlite:
        assert not in_files(installation, WORD)
    for kind in ("web", "issue"):
        assert not (installation.keys.root / kind / "rounds" / place.code).exists()


def test_what_was_published_stays_and_is_not_computed_anew(installation, place, clock):
    before = figures_of(installation, place)
    with installation.database.read() as session:
        ledger = session.execute(select(LedgerEntry.figure, LedgerEntry.n, cast(LedgerEntry.shown, String))).all()
    clock.now = ERASED_ON
    run_due(installation)
    assert publication.refresh(installation, place.code) == 0
    assert figures_of(installation, place) == before
    with installation.database.read() as session:
        after = session.execute(select(LedgerEntry.figure, LedgerEntry.n, cast(LedgerEntry.shown, String))).all()
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "round erase")).one()
    assert sorted(map(tuple, after)) == sorted(map(tuple, ledger))
    assert "response" in said.detail
    assert "keys removed" in said.detail


def test_it_is_refused_before_the_day_and_does_nothing_twice(installation, place, clock):
    assert run_due(installation) == []
    with pytest.raises(RefusedError, match="not before"):
        erasure.erase(installation, place.code)
    clock.now = ERASED_ON
    assert erasure.erase(installation, place.code).rows["response"] == 60
    assert erasure.erase(installation, place.code).rows == {}
    assert run_due(installation) == []
    with installation.database.read() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "round erase")) == 1


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


def test_killed_after_any_transaction_it_can_run_again(installation, place, clock, monkeypatch):
    clock.now = ERASED_ON
    real, done = erasure._delete, []

    def dying(installation_, table, condition):
        done.append(table)
        number = real(installation_, table, condition)
        if len(done) % 4 == 0:
            raise Killed
        return number

    monkeypatch.setattr(erasure, "_delete", dying)
    for _ in range(3):
        with pytest.raises(Killed):
            erasure.erase(installation, place.code)
        with installation.database.read() as session:
            assert rounds.by_code(session, place.code).erased_at is None
    monkeypatch.setattr(erasure, "_delete", real)
    erasure.erase(installation, place.code)
    assert set(rows_of(installation, place.code).values()) == {0}
    with installation.database.read() as session:
        assert rounds.by_code(session, place.code).erased_at is not None


def test_keys_of_another_user_are_told_and_the_round_is_not_called_erased(installation, place, clock, monkeypatch):
    def refused(_code):
        raise PermissionError("issue/rounds/R2026")

    clock.now = ERASED_ON
    monkeypatch.setattr(type(installation.keys), "destroy_round", lambda _self, code: refused(code))
    assert "issue/rounds" in run_due(installation)[0].keys_remain
    assert set(rows_of(installation, place.code).values()) == {0}
    assert run_due(installation)[0].rows == {}
    with installation.database.read() as session:
        assert rounds.by_code(session, place.code).erased_at is None
    monkeypatch.undo()
    assert run_due(installation)[0].keys_remain == ""
    assert run_due(installation) == []


def test_another_round_of_the_same_desks_keeps_its_own(installation, place, clock):
    province.make(installation, desks=0, code="R2027")
    with installation.database.write() as session:
        row = rounds.by_code(session, "R2027")
        row.erasure_date = date(2030, 1, 1)
        desk = session.scalars(select(Quarantine.unit_id)).first()
        session.add(PaperEntry(round_id=row.id, sheet_hash=b"2" * 32, desk_id=desk, sealed=b"other"))
        letters = session.scalar(select(func.count()).select_from(DeadLetter))
    clock.now = ERASED_ON
    run_due(installation)
    with installation.database.read() as session:
        assert session.scalars(select(PaperEntry.sealed)).all() == [b"other"]
        # it may have been meant for the other round, which began before it came
        assert session.scalar(select(func.count()).select_from(DeadLetter)) == letters == 1
    assert installation.keys.round_keys("R2027")
    clock.now = datetime(2030, 1, 1, 2, 0, tzinfo=UTC)
    run_due(installation)
    assert tables_with(installation, WORD) == set()


def test_nothing_of_it_opens_any_more(installation, place, clock):
    clock.now = ERASED_ON
    run_due(installation)
    with pytest.raises(ClosedDoorError):
        collection.open_address(installation, place.slip.token)
    assert collection.withdraw(installation, "AAAA-AAAA-AAAA") is False
    with pytest.raises(RefusedError, match="erased"):
        flush.close(installation, place.code)
    with pytest.raises(RefusedError, match="erased"):
        rounds.move(installation, place.code, "closed")


def test_every_table_of_a_round_is_said_to_go_or_to_stay():
    """A table that is added has to be put into one of the lists of `services/erasure.py`."""
    of_rounds = {
        mapper.class_
        for mapper in Base.registry.mappers
        if any(key.column.table.name in ("round", "batch", "stratum") for key in mapper.local_table.foreign_keys)
    }
    goes = {*erasure.OF_BATCH, *erasure.OF_STRATUM, *erasure.OF_ROUND}
    assert of_rounds == goes | set(erasure.STAYS)
    assert not goes & set(erasure.STAYS)
