"""Figures equal an independent recomputation, and are shown only when no single answer can be read from them."""

import csv
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from survey_app.cli.tables import write_table
from survey_app.domain.figures import Reason
from survey_app.models import Response
from survey_app.services import flush, index_table, indices, ledger, publication, rounds, splits, units
from survey_app.services.errors import RefusedError
from survey_app.services.released import Part
from tests import province
from tests.factories import a_unit


def id_of(place, slug):
    with place.installation.database.read() as session:
        return units.unit_by_slug(session, slug).id


def round_id(place):
    with place.installation.database.read() as session:
        return rounds.by_code(session, place.code).id


def answer(place, desk, levels, start=0, **extra):
    """One answer per level given to the general question and to q01."""
    slips = place.slips(desk)
    for n, level in enumerate(levels):
        raw = {"q00": str(level), "q01": str(level)} | extra
        assert place.answer(slips[start + n].token, raw).outcome == "stored"


def close(place):
    flush.close(place.installation, place.code)
    publication.refresh(place.installation, place.code)


def page(place, slug):
    return indices.unit_page(place.installation, round_id(place), id_of(place, slug), "vi")


def test_a_desk_shows_the_share_of_its_own_answers(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 30 + [4] * 30 + [3] * 20 + [2] * 15 + [1] * 5)
    close(place)
    shown = page(place, "desk-1").general
    assert (shown.estimate, shown.n, shown.bound) == (60, 100, "exact")
    assert shown.levels == (5, 15, 20, 30, 30)
    # by hand: deff = (1 - 100/150) x 100/99 = 0.337, up to 0.4; Wilson of 0.60 and 100/0.4 = 250: 53.8 to 65.9
    assert (shown.low, shown.high) == (53, 66)
    assert shown.evidence == "G1"


def test_a_province_weights_its_desks_by_the_dossiers_they_returned(installation):
    place = province.make(installation, desks=2, per_desk=200)
    with_more = dict(enumerate(place.dossiers["desk-2"]))
    answer(place, "desk-1", [5] * 45 + [1] * 5)  # 90 % of 200 dossiers
    answer(place, "desk-2", [5] * 60 + [1] * 90)  # 40 % of 200 dossiers
    close(place)
    assert len(with_more) == 200
    assert page(place, "minh-hai").general.estimate == 65  # (200 x 90 + 200 x 40) / 400, not (45 + 60) / 200 = 52.5
    assert page(place, "desk-1").general.estimate == 90


def test_below_the_threshold_the_reason_is_shown_instead(installation):
    place = province.make(installation, desks=2)
    answer(place, "desk-1", [4] * 12)
    close(place)
    hidden = page(place, "desk-1").overall
    assert not hidden.shown
    assert hidden.reason is Reason.TOO_FEW  # an annual figure takes 30 answers
    assert hidden.estimate is None
    assert hidden.n is None
    assert page(place, "desk-2").overall.reason is Reason.NO_ANSWERS


def test_all_satisfied_is_shown_as_a_bound_and_never_as_certainty(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 40)
    close(place)
    shown = page(place, "desk-1").general
    assert (shown.bound, shown.estimate, shown.high, shown.levels) == ("at_least", 95, 100, None)
    assert shown.low < 95


def test_an_item_with_few_not_applicable_answers_waits_alone(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5, 4, 3] * 12, q05="9")
    answer(place, "desk-1", [5, 4, 3], start=36)
    close(place)
    shown = page(place, "desk-1")
    by_name = {item.statistic: item for item in shown.items}
    assert by_name["item:q01"].shown
    assert not by_name["item:q05"].shown  # nobody could judge it, 3 left it blank
    assert by_name["item:q05"].reason is Reason.WAITS_FOR_MORE
    assert shown.general.n == 40


def test_the_live_feed_is_frozen_until_ten_more_answers_have_moved(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 20 + [1] * 10)
    flush.flush_round(installation, place.code)
    publication.refresh(installation, place.code)
    before = page(place, "desk-1")
    assert before.product == "live"
    assert before.general.n == 15
    answer(place, "desk-1", [3] * 9, start=30)
    flush.flush_round(installation, place.code)
    publication.refresh(installation, place.code)
    assert page(place, "desk-1").general == before.general
    answer(place, "desk-1", [3], start=39)
    flush.flush_round(installation, place.code)
    publication.refresh(installation, place.code)
    assert page(place, "desk-1").general.n == 25


def test_computing_twice_changes_nothing(installation):
    place = province.make(installation, desks=2)
    answer(place, "desk-1", [5] * 20 + [2] * 15)
    close(place)
    first = page(place, "minh-hai")
    assert publication.refresh(installation, place.code) == 0
    assert page(place, "minh-hai") == first


def test_an_answer_changed_by_hand_is_noticed_before_anything_is_computed(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 30 + [1] * 10)
    flush.close(installation, place.code)
    with installation.database.write() as session:
        victim = session.scalars(select(Response)).all()[0]
        victim.answers = {**victim.answers, "q00": 6 - victim.answers["q00"]}
    with pytest.raises(Exception, match="changed by hand"):
        publication.refresh(installation, place.code)


def test_rates_follow_the_definitions(installation):
    place = province.make(installation, desks=1, per_desk=200)
    answer(place, "desk-1", [4] * 40 + [2] * 10)  # two of 19 asked items: broken off, not half
    full = {f"q{n:02}": "4" for n in range(19)}
    slips = place.slips("desk-1")
    for slip in slips[60:90]:
        place.answer(slip.token, full)
    close(place)
    rates = page(place, "desk-1").rates
    assert (rates.returned, rates.invited, rates.answered) == ("200", "200", "80")
    assert rates.coverage == "100 %"
    assert rates.response_rate == "15 %"  # AAPOR RR2: 30 of 200


def test_the_table_names_a_reason_for_every_hidden_figure(installation, tmp_path):
    place = province.make(installation, desks=2)
    answer(place, "desk-1", [5] * 20 + [2] * 20)
    close(place)
    made = index_table.table(installation, place.code, "desk")
    rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
    assert {r["unit"] for r in rows} == {"desk-1", "desk-2"}
    for row in rows:
        assert (row["estimate"] is None) == (row["hidden_because"] is not None)
    for name in ("out.csv", "out.json", "out.xlsx"):
        write_table(made.columns, made.rows, tmp_path / name)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        in_csv = list(csv.DictReader(file))
    assert len(in_csv) == len(rows)
    assert json.loads((tmp_path / "out.json").read_text())["rows"] == rows
    assert load_workbook(tmp_path / "out.xlsx")["index"].max_row == len(rows) + 1


def test_a_round_without_units_of_a_kind_says_so(installation):
    place = province.make(installation, desks=1)
    with pytest.raises(Exception, match="no unit of kind district"):
        index_table.table(installation, place.code, "district")


def test_a_split_is_made_once_for_a_closed_period_and_every_class_has_ten(installation, clock):
    place = province.make(installation, desks=1, per_desk=300, per_year=3000)
    answer(place, "desk-1", ([5] * 3 + [2]) * 50)
    flush.flush_round(installation, place.code)
    with pytest.raises(Exception, match="is not over"):
        splits.table(installation, place.code, "desk", "on_time", "2026-03")
    clock.now += timedelta(days=40)
    made = splits.table(installation, place.code, "desk", "on_time", "2026-03")
    rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
    general = {r["on_time"]: r for r in rows if r["statistic"] == "general"}
    assert set(general) == {"late + others", "on_time"}
    assert sum(r["n"] for r in general.values()) <= 190
    assert all(r["n"] >= 10 for r in general.values())
    clock.now += timedelta(days=60)
    for by, period in (("desk", "2026-Q1"), ("province", "2026-03")):
        with pytest.raises(RefusedError, match=r"could be subtracted from it\. Ask for on_time, 2026-03"):
            splits.table(installation, place.code, by, "on_time", period)
    with pytest.raises(RefusedError, match="A split by on_time was shown"):
        splits.table(installation, place.code, "desk", "channel", "2026-03")
    assert splits.table(installation, place.code, "desk", "on_time", "2026-03").rows == made.rows


def test_of_two_splits_asked_for_at_once_only_one_is_shown(installation, clock, monkeypatch):
    """The other was looked for before it stood in the ledger, and once more while nobody else writes."""
    place = province.make(installation, desks=1, per_desk=300, per_year=3000)
    answer(place, "desk-1", ([5] * 3 + [2]) * 50)
    flush.flush_round(installation, place.code)
    clock.now += timedelta(days=40)
    write, calls = ledger.write, []

    def meanwhile(*given, **more):
        if not calls:
            calls.append("the other")
            splits.table(installation, place.code, "desk", "on_time", "2026-03")
        return write(*given, **more)

    monkeypatch.setattr(ledger, "write", meanwhile)
    with pytest.raises(RefusedError, match="A split by on_time was shown"):
        splits.table(installation, place.code, "desk", "channel", "2026-03")


@pytest.mark.parametrize(
    ("unclassed", "shown"), [(0, ["desk", "post", "online"]), (4, ["post", "online"]), (12, ["desk", "post", "online"])]
)
def test_what_a_split_leaves_out_is_never_fewer_than_ten_answers(unclassed, shown):
    numbers = {1: ("desk", 11), 2: ("post", 20), 3: ("online", 30)}
    strata = {k: SimpleNamespace(classes={"channel": [name]}) for k, (name, _) in numbers.items()}
    cells = [SimpleNamespace(stratum_number=k, n=n) for k, (_, n) in numbers.items()]
    part = Part(None, (*cells, SimpleNamespace(stratum_number=-1, n=unclassed)))
    assert [one.label for one in splits.classes([part], strata, "channel")] == shown


def test_a_split_with_one_class_is_no_split(installation, clock):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 20 + [2] * 15)
    flush.flush_round(installation, place.code)
    clock.now += timedelta(days=40)
    assert splits.table(installation, place.code, "desk", "field", "2026-03").rows == ()


def test_a_unit_of_another_province_is_not_found(installation):
    from survey_app.services.errors import NotFoundError

    place = province.make(installation, desks=1)
    stranger = a_unit(installation, "elsewhere", kind="commune")
    with pytest.raises(NotFoundError):
        indices.unit_page(installation, round_id(place), stranger, "vi")


def test_a_round_that_drew_communes_first_shows_its_figures_in_its_release_alone(installation):
    place = province.make(installation, desks=1)
    answer(place, "desk-1", [5] * 30 + [2] * 15)
    with installation.database.write() as session:
        rounds.by_code(session, place.code).design = {"mode": "closed", "stages": 2}
    close(place)
    shown = page(place, "desk-1")
    assert {figure.reason for figure in (shown.overall, shown.general, *shown.factors)} == {Reason.IN_RELEASE}
