"""The frame of a closed round: frozen once, with a hash that a stranger can make again; what is left out is shown."""

import hashlib
import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from survey_app.domain.eligibility import Exclusion
from survey_app.models import AuditEntry, Dossier, Frame, Round
from survey_app.services import frame, register, rounds
from survey_app.services.errors import RefusedError
from tests import closed_round
from tests.factories import a_unit

SMALL = (60, 55)


def test_a_stranger_makes_the_hash_again_from_the_register(installation):
    made = closed_round.make(installation, sizes=SMALL)
    shown = frame.freeze(installation, made.code)
    # As docs/method.md says it, with nothing of ours: sorted lines of eight parts, each ended by a line feed.
    lines = []
    with installation.database.read() as session:
        for d in session.scalars(select(Dossier)):
            day = d.returned_at.date()  # three in the morning of Greenwich is ten of the same day in Hà Nội
            late = "late" if d.finished_at > d.due_at else "on_time"
            number = d.dossier_code[1:3].lstrip("0")
            parts = [d.dossier_code, f"desk-{number}", f"xa-{number}", d.outcome, late, d.field, d.filing_channel]
            lines.append("\t".join([*parts, day.isoformat()]))
        stored = session.get(Frame, made.row.id)
        noted = session.scalar(select(AuditEntry).where(AuditEntry.action == "frame freeze"))
        state = session.get(Round, made.row.id).state
    digest = hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()
    assert shown.hash == stored.hash == digest
    assert digest in noted.detail
    assert (shown.size, stored.size, state) == (115, 115, "frozen")


def test_what_is_left_out_is_counted_with_its_reason(installation):
    made = closed_round.make(installation, sizes=SMALL)
    desk, commune = a_unit(installation, "desk-1"), a_unit(installation, "xa-1")
    chance = random.Random(1)

    def more(prefix, number, **changes):
        closed_round.add_dossiers(installation, prefix, desk, commune, number, chance, **changes)

    more("S", 3, outcome="supplement")
    more("L", 4, origin_dossier_code=made.codes["desk-1"][0])
    more("N", 2, returned_at=None)
    more("O", 1, returned_at=datetime(2025, 6, 1, tzinfo=UTC))
    more("B", 2, origin_dossier_code="O.1-250701-00000")
    shown = frame.freeze(installation, made.code)
    assert shown.size == 115
    assert shown.excluded == {
        Exclusion.ASKED_BEFORE: 2,
        Exclusion.LINKED: 4,
        Exclusion.NO_DAY: 2,
        Exclusion.NOT_AN_END: 3,
    }
    assert frame.show(installation, made.code) == shown
    with installation.database.read() as session:
        counts = register.load(session, session.get(Round, made.row.id))
    assert sum(counts.returned.values()) == 115


def test_a_plan_for_some_fields_leaves_the_others_out_and_says_so(installation):
    made = closed_round.make(installation, sizes=SMALL)
    with installation.database.write() as session:
        session.get(Round, made.row.id).fields = ["Đất đai"]
        session.get(Round, made.row.id).units = ["xa-1"]
    shown = frame.freeze(installation, made.code)
    assert shown.size == 40
    assert shown.excluded == {Exclusion.UNIT_NOT_PLANNED: 55, Exclusion.FIELD_NOT_PLANNED: 20}


def test_the_register_may_change_and_the_frame_does_not(installation):
    made = closed_round.make(installation, sizes=SMALL)
    before = frame.freeze(installation, made.code)
    assert not frame.verify(installation, made.code).any
    first, second, *_ = made.codes["desk-1"]
    with installation.database.write() as session:
        session.execute(update(Dossier).where(Dossier.dossier_code == first).values(outcome="withdrawn"))
        session.execute(update(Dossier).where(Dossier.dossier_code == second).values(outcome="supplement"))
    closed_round.add_dossiers(
        installation, "Z", a_unit(installation, "desk-1"), a_unit(installation, "xa-1"), 1, random.Random(1)
    )
    change = frame.verify(installation, made.code)
    assert (change.changed, change.gone, change.new) == ((first,), (second,), ("Z.1-250701-00000",))
    assert frame.show(installation, made.code) == before
    with pytest.raises(RefusedError, match="never changes"):
        frame.freeze(installation, made.code)


def test_a_frame_that_was_changed_by_hand_is_found(installation):
    made = closed_round.make(installation, sizes=SMALL)
    frame.freeze(installation, made.code)
    with installation.database.write() as session:
        stored = session.get(Frame, made.row.id)
        lines = frame.frames.unpack(stored.lines)
        stored.lines = frame.frames.pack(lines[1:])
    with pytest.raises(RefusedError, match="hash"):
        frame.verify(installation, made.code)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"design": {"mode": "rolling", "stages": 1}}, "rolling"),
        ({"state": "field"}, "never changes"),
        ({"period_end": closed_round.date(2026, 12, 31)}, "31/12/2026"),
        ({"period_start": closed_round.date(2024, 1, 1), "period_end": closed_round.date(2024, 2, 1)}, "no closed"),
    ],
)
def test_a_frame_that_is_not_ready_is_refused_with_the_reason(installation, changes, words):
    made = closed_round.make(installation, sizes=SMALL)
    with installation.database.write() as session:
        for name, value in changes.items():
            setattr(session.get(Round, made.row.id), name, value)
    with pytest.raises(RefusedError, match=words):
        frame.freeze(installation, made.code)
    assert rounds.every(installation)[0].state == changes.get("state", "plan")


def test_the_seed_is_opened_after_the_close_and_is_the_one_that_was_committed(installation):
    made = closed_round.make(installation, sizes=SMALL)
    shown = frame.freeze(installation, made.code)
    with pytest.raises(RefusedError, match="after the close"):
        frame.open_seed(installation, made.code)
    with installation.database.write() as session:
        session.get(Round, made.row.id).state = "closed"
    opened = frame.open_seed(installation, made.code)
    assert hashlib.sha256(bytes.fromhex(opened)).hexdigest() == shown.seed_commitment
