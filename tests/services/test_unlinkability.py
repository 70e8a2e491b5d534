"""A full dump of a year: every answer could belong to at least fifty dossiers, and nothing physical narrows it."""

import logging
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from survey_app.models import Batch, Dossier, Invitation, Response, Round, Spent, Stratum
from survey_app.services import flush, moving
from tests import province
from tests.services.test_flush import spearman

MARK = "dấu riêng của tôi 7391"
ROOM = 50


@pytest.fixture
def year(installation, clock):
    """A year with three flushes and a close; gives the place and what was sent, in order of arrival."""
    place = province.make(installation, desks=4, per_desk=160)
    sent = []
    slips = {desk: list(place.slips(desk)) for desk in place.desks}
    for wave in range(3):
        for desk in place.desks[: 3 if wave else 4]:
            for _ in range(14 if desk == "desk-1" else 9):
                n = len(sent)
                raw = {f"q{k:02}": str(1 + n // 5**k % 5) for k in range(4)}
                slip = slips[desk].pop()
                place.answer(slip.token, raw | ({"comment": MARK} if n == 5 else {}))
                sent.append((slip, raw))
        clock.now += timedelta(days=7)
        flush.flush_round(installation, place.code)
    return place, sent


def candidates(session):
    """For every response of a dump: how many dossiers fit all its columns, dates and batch window."""
    life = {r.id: timedelta(days=r.token_life_days + 31) for r in session.scalars(select(Round))}
    strata = {s.id: s for s in session.scalars(select(Stratum))}
    batches = {b.id: b for b in session.scalars(select(Batch))}
    invited = defaultdict(list)
    for invitation in session.scalars(select(Invitation)):
        stratum = strata[invitation.stratum_id]
        invited[stratum.round_id, stratum.number].append(invitation)
    known = {}
    for response in session.scalars(select(Response)):
        batch = batches[response.batch_id]
        own = response.stratum_id and (strata[response.stratum_id].number,)
        key = (batch.round_id, own or tuple(batch.pool_strata), batch.release_month, batch.grade == "G1")
        if key not in known:
            known[key] = fitting(invited, key, life[batch.round_id])
        yield response, known[key]


def fitting(invited, key, life):
    """How many dossiers could have given an answer with these columns."""
    round_id, numbers, release_month, drawn_alone = key
    year, month = map(int, release_month.split("-"))
    last = (date(year, month, 1) + timedelta(days=32)).replace(day=1)
    first = date(year, month, 1) - life
    rows = (i for number in numbers for i in invited[round_id, number])
    return sum(first <= i.invited_on < last and (i.drawn or not drawn_alone) for i in rows)


def test_every_answer_of_the_dump_could_belong_to_at_least_fifty_dossiers(year):
    place, sent = year
    flush.close(place.installation, place.code)
    with place.installation.database.read() as session:
        rooms = [room for _response, room in candidates(session)]
    assert len(rooms) == len(sent)
    assert min(rooms) >= ROOM


def test_the_count_finds_a_stratum_that_is_too_small(year):
    """Negative control: with ten invitations left in the dump the same count falls below fifty."""
    place, _sent = year
    flush.close(place.installation, place.code)
    with place.installation.database.write() as session:
        for invitation in session.scalars(select(Invitation)).all()[10:]:
            session.delete(invitation)
    with place.installation.database.read() as session:
        assert min(room for _response, room in candidates(session)) < ROOM


def arrival(sent, answers):
    """Order of arrival of an answer, as only the test knows it."""
    given = {k: str(v) for k, v in answers.items()}
    return next(n for n, (_slip, raw) in enumerate(sent) if raw == given)


def physical(place, sent):
    """Orders of arrival, in the physical order of the rows, per batch."""
    with place.installation.database.read() as session:
        position = "ctid" if not place.installation.database.sqlite else "id"
        rows = session.execute(text(f"SELECT id FROM response ORDER BY {position}")).scalars().all()
        place_of = {str(key).replace("-", ""): n for n, key in enumerate(rows)}
        by_batch = defaultdict(list)
        for response in session.scalars(select(Response)):
            by_batch[response.batch_id].append((place_of[response.id.hex], arrival(sent, response.answers)))
    return [[number for _place, number in sorted(pairs)] for pairs in by_batch.values()]


def order_found(orders):
    """Mean rank correlation of physical order and arrival over the batches, and its 99.9 % limit under chance."""
    found = []
    for order in orders:
        ranks = sorted(order)
        found.append(spearman([ranks.index(number) for number in order]))
    limit = 3.3 / sum(len(order) - 1 for order in orders) ** 0.5
    weights = [len(order) - 1 for order in orders]
    mean = sum(f * w for f, w in zip(found, weights, strict=True)) / sum(weights)
    return abs(mean), limit


def test_row_order_tells_nothing_of_arrival(year):
    place, sent = year
    flush.close(place.installation, place.code)
    found, limit = order_found(physical(place, sent))
    assert found < limit


def test_an_unshuffled_flush_is_caught(year, monkeypatch):
    """Negative control: rows written in the order of arrival are found by the same measure."""
    place, sent = year
    real = moving._responses

    def in_order(session, batch_id, strata, answers, keeps, instrument):
        ordered = sorted(answers, key=lambda a: arrival(sent, without_comment(a.answers)))
        monkeypatch.setattr(moving.random, "SystemRandom", Honest)
        real(session, batch_id, strata, ordered, keeps, instrument)

    class Honest:
        def sample(self, answers, _number):
            return list(answers)

        def shuffle(self, _answers):
            return None

    monkeypatch.setattr(moving, "_responses", in_order)
    flush.close(place.installation, place.code)
    with place.installation.database.read() as session:
        unshuffled = {b.id for b in session.scalars(select(Batch)) if b.ordinal > 1 or b.n > 20}
    assert unshuffled
    found, limit = order_found(physical(place, sent))
    assert found > limit


def without_comment(answers):
    return {k: str(v) for k, v in answers.items() if k != "comment"}


def test_on_postgresql_transaction_numbers_group_by_batch_and_no_finer(year):
    place, _sent = year
    flush.close(place.installation, place.code)
    if place.installation.database.sqlite:
        with place.installation.database.read() as session:
            made = session.execute(text("SELECT sql FROM sqlite_master WHERE name = 'response'")).scalar_one()
        assert "WITHOUT ROWID" in made
        return
    with place.installation.database.read() as session:
        groups = session.execute(text("SELECT xmin::text, count(*) FROM response GROUP BY 1")).all()
        spent = set(session.execute(text("SELECT xmin::text FROM spent")).scalars())
    assert all(n >= 10 for _xmin, n in groups)
    assert not spent & {xmin for xmin, _n in groups}


def raw_bytes(place):
    """Every file of the database: SQLite with its write-ahead log, PostgreSQL's whole data directory with its WAL."""
    database = place.installation.database
    if database.sqlite:
        file = Path(database.writer.url.database)
        return b"".join(p.read_bytes() for p in file.parent.glob(file.name + "*"))
    with database.read() as session:
        folder = Path(session.execute(text("SHOW data_directory")).scalar_one())
        own = session.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    files = [*(folder / "base" / str(own)).iterdir(), *(folder / "pg_wal").iterdir()]
    return b"".join(p.read_bytes() for p in files if p.is_file())


def test_no_raw_file_holds_an_address_or_an_unmoved_answer(year):
    place, sent = year
    raw = raw_bytes(place)
    assert b"desk-1" in raw  # the search bites
    assert MARK.encode() not in raw
    for slip, _answers in sent:
        assert slip.token.encode() not in raw
        assert slip.token.lower().encode() not in raw


def test_a_backup_made_mid_way_holds_no_address_and_no_waiting_answer(year, tmp_path):
    place, sent = year
    if place.installation.database.sqlite:
        backup = tmp_path / "backup.sqlite"
        with (
            closing(sqlite3.connect(place.installation.database.writer.url.database)) as source,
            closing(sqlite3.connect(backup)) as target,
        ):
            source.backup(target)
        content = backup.read_bytes()
    else:
        with place.installation.database.read() as session:
            tables = session.execute(
                text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            ).scalars()
            parts = [session.execute(text(f"SELECT t::text FROM {name} t")).scalars().all() for name in tables]
        content = "\n".join(row for part in parts for row in part).encode()
    assert b"desk-1" in content
    assert MARK.encode() not in content
    assert not any(slip.token.encode() in content for slip, _answers in sent)


def test_no_log_line_holds_an_address_or_an_answer(installation, caplog):
    caplog.set_level(logging.DEBUG)
    place = province.make(installation, desks=1)
    slip = place.slips("desk-1")[0]
    place.answer(slip.token, {"q00": "4", "comment": MARK})
    flush.flush_round(installation, place.code)
    assert slip.token not in caplog.text
    assert MARK not in caplog.text


def test_nothing_joins_a_used_token_to_a_dossier_without_the_issuing_key(year):
    place, _sent = year
    with place.installation.database.read() as session:
        hashes = {row.token_hash for row in session.scalars(select(Spent))}
        keys = {row.id.bytes for row in session.scalars(select(Dossier))}
        codes = {row.dossier_code for row in session.scalars(select(Dossier))}
    assert hashes
    assert not any(key in value for value in hashes for key in keys)
    assert not any(code.encode() in value for value in hashes for code in codes)
