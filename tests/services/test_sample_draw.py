"""Drawing from a frozen frame: enough in each domain, reproducible by frame and seed, nobody twice, nothing silent."""

import hashlib

import pytest
from sqlalchemy import func, select

from survey_app.domain import frames
from survey_app.domain.strata import Key, assign
from survey_app.models import AuditEntry, Dossier, Frame, Invitation, Round, SampleCell, SampleMember, Stratum
from survey_app.services import frame, invitations, register, sample_draw
from survey_app.services.errors import NotFoundError, RefusedError
from tests import closed_round

TWO_STAGES = {"stages": 2, "first_stage_units": 2}


def drawn(installation, **design):
    made = closed_round.make(installation, design=design)
    frame.freeze(installation, made.code)
    return made, sample_draw.draw(installation, made.code)


def rows(installation, table, *where):
    with installation.database.read() as session:
        return session.scalars(select(table).where(*where)).all()


def by_hand(lines, seed, digest):
    """Lines in the order of docs/method.md, D5, with nothing of ours."""

    def number(line):
        parts = (seed, digest, line)
        message = b"".join(len(p.encode()).to_bytes(8, "big") + p.encode() for p in parts)
        return hashlib.sha256(message).digest()

    return sorted(lines, key=number)


def test_each_domain_gets_what_its_half_width_needs_and_strata_have_room_for_fifty(installation):
    made, report = drawn(installation)
    cells = rows(installation, SampleCell)
    strata = {s.number: s for s in rows(installation, Stratum)}
    by_domain = {}
    for cell in cells:
        n, size = by_domain.get(cell.psu, (0, 0))
        by_domain[cell.psu] = (n + cell.drawn, size + cell.dossiers)
    # By hand: z^2 / 4 h^2 = 150.06 answers at h = 8 points; with N = 420: 150.06 / (1 + 149.06 / 420) = 110.8, so 111;
    # 300: 100.3; 180: 82.1; 130: 69.9; the communes of 40 and 25 are too few and are joined. Half of those who
    # are drawn are expected to answer, so twice as many are drawn, at most all.
    whole = {"desk-4": (130, 130), "minh-hai": (65, 65)}
    assert by_domain == {"desk-1": (222, 420), "desk-2": (202, 300), "desk-3": (166, 180), **whole}
    assert sum(cell.drawn for cell in cells) == report.dossiers == 785
    assert all(cell.drawn >= 50 for cell in cells)
    assert all(cell.psu_probability == 1 for cell in cells)
    assert {strata[c.stratum_number].merged_because is not None for c in cells if c.psu == "minh-hai"} == {True}
    with installation.database.read() as session:
        sizes = register.load(session, session.get(Round, made.row.id)).by_stratum
    assert sum(sizes.values()) == 1095


def test_anybody_with_frame_and_seed_draws_the_same_sample(installation):
    made, report = drawn(installation)
    with installation.database.read() as session:
        stored = session.get(Frame, made.row.id)
        lines = {line.split("\t")[0]: line for line in frames.unpack(stored.lines)}
        found = select(Dossier.dossier_code, SampleMember.stratum_number, SampleMember.place)
        members = session.execute(found.join(SampleMember, SampleMember.dossier_id == Dossier.id)).all()
        rule = session.get(Round, made.row.id).strata_rule
        slugs = {u.id.hex: u.slug for u in session.scalars(select(sample_draw.Unit))}
    seed = installation.keys.seed(made.code).hex()
    ids = {slug: unit_id for unit_id, slug in slugs.items()}
    inside = {}
    for line in map(frames.parse, lines.values()):
        number = assign(rule, Key(ids[line.desk], ids[line.agency], *line[3:7]))
        inside.setdefault(number, []).append(line.text)
    for stratum in {m.stratum_number for m in members}:
        codes = [m.dossier_code for m in sorted(members, key=lambda m: m.place) if m.stratum_number == stratum]
        ordered = by_hand(inside[stratum], seed, stored.hash)
        assert codes == [line.split("\t")[0] for line in ordered[: len(codes)]]
    assert len({m.dossier_code for m in members}) == len(members) == report.dossiers
    text = "".join(f"{line}\n" for line in sorted(lines[m.dossier_code] for m in members))
    assert hashlib.sha256(text.encode()).hexdigest() == stored.sample_hash == report.hash
    assert sample_draw.redraws(installation, made.code)
    with pytest.raises(RefusedError, match="drawn once"):
        sample_draw.draw(installation, made.code)


def test_a_sample_that_somebody_changed_by_hand_is_found(installation):
    made, _ = drawn(installation)
    with installation.database.write() as session:
        mine = session.scalar(select(SampleMember).limit(1))
        other = session.scalar(select(Dossier.id).where(Dossier.id.not_in(select(SampleMember.dossier_id))).limit(1))
        values = {"stratum_number": mine.stratum_number, "place": mine.place, "role": mine.role}
        session.delete(mine)
        session.add(SampleMember(round_id=made.row.id, dossier_id=other, **values))
    assert sample_draw.redraws(installation, made.code) is False


def test_in_two_stages_communes_are_drawn_and_sixty_dossiers_in_each(installation):
    made, report = drawn(installation, **TWO_STAGES)
    cells = rows(installation, SampleCell)
    by_psu = {}
    for cell in cells:
        by_psu.setdefault(cell.psu, []).append(cell)
    # By hand: sizes 420, 300, 180, 130 and 65 (the two small ones, joined), two to draw of 1,095: none is sure.
    sizes = {"xa-1": 420, "xa-2": 300, "xa-3": 180, "xa-4": 130, "minh-hai": 65}
    chances = {unit: 2 * size / 1095 for unit, size in sizes.items()}
    assert len(by_psu) == report.psus == 2
    for psu, inside in by_psu.items():
        assert sum(cell.drawn for cell in inside) == 60
        assert [(c.first_stage, c.psus, c.psus_drawn) for c in inside] == [("minh-hai", 5, 2)] * len(inside)
        assert inside[0].psu_probability == pytest.approx(chances[psu])
    with installation.database.read() as session:
        sizes = register.load(session, session.get(Round, made.row.id)).by_stratum
    assert sum(sizes.values()) == pytest.approx(2 * 1095 / 2, abs=2)  # PPS: each unit stands for total / n
    assert sample_draw.redraws(installation, made.code)


def test_a_commune_too_large_to_be_drawn_by_chance_is_taken_for_sure(installation):
    made, _ = drawn(installation, stages=2, first_stage_units=3)
    cells = rows(installation, SampleCell)
    sure = [cell for cell in cells if cell.psu_probability == 1]
    # 3 x 420 / 1095 > 1; the others share two places: 600 / 675 of 300, ...; 60 x 3 x 420 / 1095 = 69.04 dossiers.
    assert {cell.psu for cell in sure} == {"xa-1"}
    assert sum(cell.drawn for cell in sure) == 70
    assert {(cell.psus, cell.psus_drawn) for cell in cells if cell.psu != "xa-1"} == {(4, 2)}
    assert made.code


def test_only_the_sample_is_invited_each_with_one_address(installation):
    made, report = drawn(installation, **TWO_STAGES)
    with installation.database.write() as session:
        session.get(Round, made.row.id).state = "field"
    first = invitations.issue_for_unit(installation, made.code, "minh-hai")
    again = invitations.issue_for_unit(installation, made.code, "minh-hai", again=True)
    assert len(first.slips) == report.dossiers == 120
    assert {s.url for s in first.slips} == {s.url for s in again.slips}
    assert len({s.url for s in first.slips}) == 120
    invited = rows(installation, Invitation)
    assert {i.drawn for i in invited} == {True}
    with installation.database.read() as session:
        issued = session.execute(select(Stratum.number, Stratum.issued).where(Stratum.issued > 0)).all()
        sampled = select(SampleMember.stratum_number, func.count()).group_by(SampleMember.stratum_number)
        assert dict(issued) == dict(session.execute(sampled).all())
    asked = {s.dossier_code for s in first.slips}
    out = next(c for codes in made.codes.values() for c in codes if c not in asked)
    assert invitations.issue(installation, made.code, [out]).refused[0][1].startswith("It is not in the sample")
    with pytest.raises(RefusedError, match="drawn sample only"):
        invitations.roll(installation, made.code, "desk-1", 50)


def test_replacing_is_planned_ordered_counted_and_never_silent(installation):
    made, report = drawn(installation, reserve=2, half_width=12)
    assert report.reserve > 0
    stratum = next(m.stratum_number for m in rows(installation, SampleMember, SampleMember.role == "reserve"))
    inside = SampleMember.stratum_number == stratum
    with installation.database.read() as session:
        codes = select(Dossier.dossier_code).join(SampleMember, SampleMember.dossier_id == Dossier.id)
        order = session.scalars(codes.where(inside).order_by(SampleMember.place)).all()
    assert sample_draw.replace(installation, made.code, order[0], "no_contact_data") == order[-2]
    assert sample_draw.replace(installation, made.code, order[-2], "register_error") == order[-1]
    with pytest.raises(RefusedError, match="no reserve left"):
        sample_draw.replace(installation, made.code, order[1], "duplicate")
    with pytest.raises(NotFoundError, match="not in the sample"):
        sample_draw.replace(installation, made.code, order[0], "duplicate")
    with pytest.raises(RefusedError, match="--reason"):
        sample_draw.replace(installation, made.code, order[1], "he was cross")
    assert sample_draw.replaced(installation, made.code) == {"no_contact_data": 1, "register_error": 1}
    noted = [e.detail for e in rows(installation, AuditEntry, AuditEntry.action == "frame replace")]
    assert sorted(noted) == [f"stratum {stratum}: no_contact_data", f"stratum {stratum}: register_error"]
    with installation.database.write() as session:
        session.get(Round, made.row.id).state = "field"
    slips = invitations.issue_for_unit(installation, made.code, "minh-hai").slips
    assert {order[-1]} <= {s.dossier_code for s in slips}
    assert not {order[0], order[-2]} & {s.dossier_code for s in slips}
    with pytest.raises(RefusedError, match="was invited is not replaced"):
        sample_draw.replace(installation, made.code, order[1], "no_contact_data")
    assert sample_draw.redraws(installation, made.code)


def test_without_a_planned_reserve_nobody_is_replaced(installation):
    made, _ = drawn(installation)
    code = rows(installation, Dossier, Dossier.id.in_(select(SampleMember.dossier_id)))[0].dossier_code
    with pytest.raises(RefusedError, match="no reserve"):
        sample_draw.replace(installation, made.code, code, "no_contact_data")


def test_a_design_that_cannot_be_drawn_says_why(installation):
    made = closed_round.make(installation, design={"stages": 2, "first_stage_units": 1})
    with pytest.raises(NotFoundError, match="not frozen yet"):
        sample_draw.draw(installation, made.code)
    frame.freeze(installation, made.code)
    with pytest.raises(RefusedError, match="cannot be drawn: total is 1"):
        sample_draw.draw(installation, made.code)
    assert rows(installation, SampleMember) == []
