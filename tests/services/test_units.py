"""Loading dated units and their reorganisations, and finding them as they were on a day."""

from datetime import date

import pytest
from sqlalchemy import func, select

from survey_app.domain import unit_rows
from survey_app.models import Unit, UnitAlias, UnitEvent, UnitEventPart, UnitState
from survey_app.services import unit_history, unit_lists, units
from survey_app.services.errors import NotFoundError, RefusedError
from tests.services.unit_files import PROVINCE, commune, load, load_events, write

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
MERGE = {"reference": "m1", "kind": "merge", "effective": "2025-07-01", "legal_basis": "NQ 1"}


def counted(installation):
    with installation.database.read() as session:
        tables = (Unit, UnitState, UnitAlias, UnitEvent, UnitEventPart)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def found(installation, text, on, **more):
    with installation.database.read() as session:
        return units.find(session, text, on, **more).slug


def test_the_same_list_loaded_twice_adds_nothing(installation, tmp_path):
    rows = [PROVINCE, commune("tan-phu", "Xã Tân Phú", gso="00001", aliases="vendor:000.00.19.H98|name:Tân Phú cũ")]
    assert load(installation, tmp_path, rows).new == 2
    first = counted(installation)
    assert load(installation, tmp_path, rows) == unit_rows.Tally(same=2)
    assert counted(installation) == first == [2, 2, 4, 0, 0]


def test_excel_dirt_in_a_list_does_no_harm(installation, tmp_path):
    rows = (
        "\ufeffSlug;kind;name;parent;valid_from;gso",
        "hai-long; province ;Tỉnh\u00a0Hải Long;;01/01/2020;98",
        ";;;;;",
    )
    text = "\r\n".join(rows)
    (tmp_path / "units.csv").write_text(text, encoding="utf-16")
    assert unit_lists.load(installation, tmp_path / "units.csv").new == 1
    assert found(installation, "Hải Long", BEFORE) == "hai-long"


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"slug": "Tan Phu"}, "slug", "lower-case"),
        ({"slug": "00001"}, "slug", "begin with a letter"),
        ({"kind": "xã"}, "kind", "use one of"),
        ({"name": ""}, "name", "must not be empty"),
        ({"valid_from": "31/02/2020"}, "valid_from", "2025-07-01"),
        ({"valid_from": "1/7/20"}, "valid_from", "2025-07-01"),
        ({"valid_to": "2020-01-01"}, "valid_to", "after valid_from"),
        ({"parent": ""}, "parent", "stands under another"),
        ({"parent": "nowhere"}, "parent", "no unit of this slug"),
        ({"parent": "tan-phu"}, "parent", "cannot stand under itself"),
        ({"valid_from": "2019-01-01"}, "parent", "whole time"),
        ({"aliases": "H98"}, "aliases", "scheme:value"),
        ({"gso": "98"}, "gso", "belongs to hai-long"),
    ],
)
def test_each_fault_is_named_with_its_row_and_nothing_is_loaded(installation, tmp_path, change, field, remedy):
    with pytest.raises(unit_lists.UnitListError) as caught:
        load(installation, tmp_path, [PROVINCE, commune("tan-phu", "Xã Tân Phú", gso="00001") | change])
    assert {p.field for p in caught.value.problems} == {field}
    assert caught.value.problems[-1].row == 3
    assert remedy in caught.value.problems[-1].remedy
    assert counted(installation) == [0, 0, 0, 0, 0]


def test_all_faults_are_told_at_once(installation, tmp_path):
    rows = [PROVINCE | {"kind": "?"}, commune("a", "Xã A", valid_from="?"), commune("b", ""), commune("c", "Xã C")]
    with pytest.raises(unit_lists.UnitListError) as caught:
        load(installation, tmp_path, rows)
    assert [p.row for p in caught.value.problems] == [2, 3, 4]


def test_an_unknown_column_is_not_passed_over_in_silence(installation, tmp_path):
    path = write(tmp_path / "u.csv", (*unit_rows.COLUMNS, "valid_until"), [PROVINCE | {"valid_until": "2025-07-01"}])
    with pytest.raises(unit_lists.UnitListError, match="valid_until"):
        unit_lists.load(installation, path)


def test_a_circle_of_parents_is_refused(installation, tmp_path):
    rows = [PROVINCE, commune("a", "Xã A", parent="b"), commune("b", "Xã B", parent="a")]
    with pytest.raises(unit_lists.UnitListError, match="cannot stand under itself"):
        load(installation, tmp_path, rows)


def test_a_list_does_not_silently_rename_a_unit(installation, tmp_path):
    load(installation, tmp_path, [PROVINCE, commune("a", "Xã A")])
    with pytest.raises(unit_lists.UnitListError, match="register says Xã A"):
        load(installation, tmp_path, [commune("a", "Xã Á")])
    assert load(installation, tmp_path, [commune("a", "Xã Á")], correct=True).corrected == 1
    assert found(installation, "Xã Á", BEFORE) == "a"


def test_a_code_that_moves_means_its_bearer_of_the_day(installation, tmp_path):
    load(installation, tmp_path, [PROVINCE, commune("old", "Xã Cũ", gso="00015")])
    rows = [
        commune("old", "Xã Cũ", gso="00015", valid_to="2025-07-01"),
        commune("new", "Xã Mới", gso="00015", valid_from="2025-07-01"),
    ]
    assert load(installation, tmp_path, rows) == unit_rows.Tally(new=1, ended=1)
    assert found(installation, "00015", BEFORE) == "old"
    assert found(installation, "gso:00015", AFTER) == "new"


def test_a_merge_ends_what_it_merges_and_keeps_the_trace(installation, tmp_path):
    load(installation, tmp_path, [PROVINCE, *(commune(f"u{s}", f"Xã {s}", gso=f"0000{s}") for s in "12")])
    load(installation, tmp_path, [commune("new", "Xã Mới", valid_from="2025-07-01")])
    rows = [MERGE | {"from": source, "to": "new"} for source in ("u1", "00002")]
    assert load_events(installation, tmp_path, rows) == unit_lists.EventsLoaded(1, 0)
    assert load_events(installation, tmp_path, rows) == unit_lists.EventsLoaded(0, 1)
    assert found(installation, "00001", BEFORE) == "u1"
    with pytest.raises(units.UnitNotFoundError, match="until the day before 01/07/2025"):
        found(installation, "00001", AFTER)
    with installation.database.read() as session:
        new = units.unit_by_slug(session, "new")
        assert [(p.slug, p.share) for p in unit_history.predecessors(session, new.id)] == [("u1", 1), ("u2", 1)]
        assert "came from u1, 100 %" in "\n".join(unit_history.description(session, "new", AFTER))


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        (("0.35", "0,65"), [0.35, 0.65]),
        (("", ""), [None, None]),
        (("0.333333333", "0.666666667"), [0.33333333, 0.66666667]),
    ],
)
def test_a_split_keeps_its_shares_or_that_nobody_knows_them(installation, tmp_path, shares, kept):
    load(installation, tmp_path, [PROVINCE, commune("old", "Xã Cũ")])
    load(installation, tmp_path, [commune(s, f"Xã {s}", valid_from="2025-07-01") for s in "ab"])
    rows = [MERGE | {"kind": "split", "from": "old", "to": to, "share": s} for to, s in zip("ab", shares, strict=True)]
    assert load_events(installation, tmp_path, rows) == unit_lists.EventsLoaded(1, 0)
    assert load_events(installation, tmp_path, rows) == unit_lists.EventsLoaded(0, 1)
    with installation.database.read() as session:
        parts = unit_history.successors(session, units.unit_by_slug(session, "old").id)
    assert [part.share and float(part.share) for part in parts] == kept


def test_a_unit_that_only_loses_a_part_goes_on(installation, tmp_path):
    load(installation, tmp_path, [PROVINCE, commune("old", "Xã Cũ", gso="00001")])
    load(installation, tmp_path, [commune("new", "Xã Mới", valid_from="2025-07-01")])
    load_events(installation, tmp_path, [MERGE | {"kind": "split", "from": "old", "to": to} for to in ("old", "new")])
    assert found(installation, "00001", AFTER) == "old"


def test_a_unit_may_be_renamed_moved_and_change_its_kind(installation, tmp_path):
    rows = [PROVINCE, PROVINCE | {"slug": "thanh-pho", "name": "Thành phố Khác", "gso": "99"}]
    load(installation, tmp_path, [*rows, commune("a", "Xã A", gso="00001")])
    events = [
        {"reference": "r1", "kind": "rename", "effective": "01/03/2025", "name": "Phường A"},
        {"reference": "r2", "kind": "move", "effective": "2025-07-01", "parent": "99"},
        {"reference": "r3", "kind": "retype", "effective": "2025-09-01", "unit_kind": "department"},
    ]
    load_events(installation, tmp_path, [e | {"from": "a", "legal_basis": "NQ 2"} for e in events])
    with installation.database.read() as session:
        seen = [units.find(session, "00001", on) for on in (date(2025, 2, 28), BEFORE, AFTER, date(2026, 1, 1))]
        assert [(u.name, u.kind) for u in seen] == [
            ("Xã A", "commune"),
            ("Phường A", "commune"),
            ("Phường A", "commune"),
            ("Phường A", "department"),
        ]
        tops = {slug: units.unit_by_slug(session, slug).id for slug in ("hai-long", "thanh-pho")}
        assert [u.parent_id for u in seen] == [tops[s] for s in ("hai-long", "hai-long", "thanh-pho", "thanh-pho")]
        assert seen[0].id in units.descendants(session, tops["hai-long"], BEFORE)
        assert seen[0].id not in units.descendants(session, tops["hai-long"], AFTER)
    assert load(installation, tmp_path, [*rows, commune("a", "Xã A", gso="00001")]) == unit_rows.Tally(same=3)
    assert found(installation, "00001", AFTER) == "a"


@pytest.mark.parametrize(
    ("rows", "field", "remedy"),
    [
        ([MERGE | {"kind": "split", "from": "a", "to": "new"}], "to", "at least two rows"),
        (
            [MERGE | {"kind": "split", "from": "a", "to": t, "share": s} for t, s in (("new", "0.5"), ("b", "0.4"))],
            "share",
            "sum to 1",
        ),
        (
            [MERGE | {"kind": "split", "from": "a", "to": t, "share": s} for t, s in (("new", "0.5"), ("b", ""))],
            "share",
            "every part",
        ),
        ([MERGE | {"kind": "split", "from": "a", "to": t, "share": "1.5"} for t in ("b", "new")], "share", "up to 1"),
        ([MERGE | {"from": "a"}], "to", "must say where"),
        ([MERGE | {"from": "a", "to": t} for t in ("b", "new")], "to", "ends in one unit"),
        ([MERGE | {"from": "nowhere", "to": "new"}], "from", "no unit of this slug"),
        ([MERGE | {"from": "new", "to": "a"}], "from", "exists on 30/06/2025"),
        ([MERGE | {"kind": "vanish", "from": "a"}], "kind", "use one of"),
        ([MERGE | {"kind": "rename", "from": "a"}], "name", "must say the new name"),
        ([MERGE | {"kind": "abolish", "from": "hai-long"}], "parent", "does not exist for the whole time"),
        ([MERGE | {"kind": "abolish", "from": "a", "to": "b"}], "to", "must be empty"),
        ([MERGE | {"legal_basis": "", "from": "a", "to": "new"}], "legal_basis", "must not be empty"),
        ([MERGE | {"from": "a", "to": "new"}, MERGE | {"kind": "abolish", "from": "b"}], "reference", "must agree"),
    ],
)
def test_an_event_that_cannot_be_is_named_and_nothing_happens(installation, tmp_path, rows, field, remedy):
    load(installation, tmp_path, [PROVINCE, *(commune(s, f"Xã {s}") for s in "ab")])
    load(installation, tmp_path, [commune("new", "Xã Mới", valid_from="2025-07-01")])
    before = counted(installation)
    with pytest.raises(unit_lists.UnitListError) as caught:
        load_events(installation, tmp_path, rows)
    problem = caught.value.problems[0]
    assert (problem.field, problem.row >= 2) == (field, True)
    assert remedy in problem.remedy
    assert counted(installation) == before
    assert found(installation, "a", AFTER) == "a"


def test_a_reference_cannot_tell_another_story_later(installation, tmp_path):
    load(installation, tmp_path, [PROVINCE, *(commune(s, f"Xã {s}") for s in "ab")])
    load_events(installation, tmp_path, [MERGE | {"kind": "abolish", "from": "a"}])
    with pytest.raises(unit_lists.UnitListError, match="loaded before"):
        load_events(installation, tmp_path, [MERGE | {"kind": "abolish", "from": "a", "legal_basis": "NQ 9"}])
    with pytest.raises(unit_lists.UnitListError, match="loaded before"):
        load_events(installation, tmp_path, [MERGE | {"kind": "abolish", "from": "b"}])


def test_the_tree_of_a_day(installation, tmp_path):
    desk = {"slug": "desk", "kind": "desk", "name": "Một cửa A", "parent": "a", "valid_from": "2020-01-01"}
    load(installation, tmp_path, [desk, PROVINCE, commune("a", "Xã A"), commune("b", "Xã B", valid_to="2025-07-01")])
    with installation.database.read() as session:
        top = units.unit_by_slug(session, "hai-long").id
        a, b, at_desk = (units.unit_by_slug(session, slug).id for slug in ("a", "b", "desk"))
        assert units.descendants(session, top, BEFORE) == {top, a, b, at_desk}
        assert units.descendants(session, top, AFTER) == {top, a, at_desk}
        assert units.ancestors(session, at_desk, AFTER) == [a, top]
        assert [u.slug for u in units.children(session, top, BEFORE)] == ["a", "b"]
        assert [u.slug for u in units.all_units(session, AFTER, kind="desk")] == ["desk"]
        with pytest.raises(NotFoundError):
            units.unit_by_slug(session, "nobody")


def test_a_name_that_means_several_asks_for_the_unit_above(installation, tmp_path):
    other = PROVINCE | {"slug": "other", "name": "Tỉnh Khác", "gso": "99"}
    rows = [commune(f"{p}-tan-phu", "Xã Tân Phú", parent=p) for p in ("hai-long", "other")]
    load(installation, tmp_path, [PROVINCE, other, *rows, commune("town", "Thị trấn Tân Phú")])
    with pytest.raises(units.AmbiguousUnitError, match="Name the unit above it"):
        found(installation, "xã Tân Phú", BEFORE)
    assert found(installation, "xã Tân Phú", BEFORE, parent="Tỉnh Khác") == "other-tan-phu"
    assert found(installation, "TT. Tân Phú", BEFORE) == "town"
    with pytest.raises(RefusedError):
        found(installation, "xã Tân Phú", BEFORE, parent="Tỉnh Không Có")
