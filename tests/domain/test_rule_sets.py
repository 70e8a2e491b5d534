"""Legal scoring: rounding comes before the sum, limits belong to the better class, missing indicators are left out."""

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
import yaml

from survey_app.domain import rule_evidence, rule_scoring, rule_set_files
from survey_app.domain.rule_scoring import Evidence, OnlineFacts
from survey_app.services import rule_sets

TT01 = rule_sets.load("tt-01-2018")
TT32 = rule_sets.load("tt-32-2017")


def evidence(*means):
    """Indicators 1, 2 ... with these means over 100 dossiers each."""
    return {k: Evidence("given", Decimal(str(mean)) * 100, 100) for k, mean in enumerate(means, start=1)}


def scored(*means, scale="agency"):
    return rule_scoring.score(TT01, scale, evidence(*means))


def named(found):
    return found.rank.name["vi"]


@pytest.mark.parametrize(
    ("means", "total", "name"),
    [
        ((2, 2, 2, 2, 2, 2, 2, 1, 0), "15.0", "xuất sắc"),
        ((2, 2, 2, 2, 2, 2, 2, 0.9, 0), "14.9", "tốt"),
        ((2, 2, 2, 2, 2, 2, 0, 0, 0), "12.0", "tốt"),
        ((2, 2, 2, 2, 2, 1.9, 0, 0, 0), "11.9", "khá"),
        ((2, 2, 2, 2, 1, 0, 0, 0, 0), "9.0", "khá"),
        ((2, 2, 2, 2, 0.9, 0, 0, 0, 0), "8.9", "trung bình"),
        ((2, 2, 2, 0, 0, 0, 0, 0, 0), "6.0", "trung bình"),
        ((2, 2, 1.9, 0, 0, 0, 0, 0, 0), "5.9", "yếu"),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0), "0.0", "yếu"),
        ((2, 2, 2, 2, 2, 2, 2, 2, 2), "18.0", "xuất sắc"),
    ],
)
def test_exactly_the_limit_belongs_to_the_better_class(means, total, name):
    found = scored(*means)
    assert (found.total, named(found), found.complete) == (Decimal(total), name, True)


def test_each_indicator_is_rounded_before_the_sum():
    """14.95 as it stands would be 'tốt'; 0.95 becomes 1.0 first, so the sum is 15.0."""
    means = (2, 2, 2, 2, 2, 2, 2, 0.95, 0)
    assert sum(map(Decimal, map(str, means))) == Decimal("14.95")
    assert (scored(*means).total, named(scored(*means))) == (Decimal("15.0"), "xuất sắc")


def test_rounding_before_the_sum_can_also_take_a_class_away():
    """Nine times 1.34 is 12.06; nine times 1.3 is 11.7."""
    assert (scored(*[1.34] * 9).total, named(scored(*[1.34] * 9))) == (Decimal("11.7"), "khá")


def test_points_are_divided_as_written_and_not_as_binary_holds_them():
    # 3 of 20 dossiers bring one point: 0.15 is rounded up to 0.2; 0.15 in binary lies below it
    line = rule_scoring.score(TT01, "agency", {1: Evidence("register", Decimal(3), 20)}).lines[0]
    assert line.points == Decimal("0.2")


@pytest.mark.parametrize(
    ("means", "total", "name"),
    [
        ((1, 1, 1, 1, 1), "5.0", "hoàn thành 100% nhiệm vụ"),
        ((1, 1, 1, 1, 0.9), "4.9", "hoàn thành 70% đến dưới 100% nhiệm vụ"),
        ((0.7, 0.7, 0.7, 0.7, 0.7), "3.5", "hoàn thành 70% đến dưới 100% nhiệm vụ"),
        ((0.7, 0.7, 0.7, 0.7, 0.6), "3.4", "hoàn thành dưới 70% nhiệm vụ"),
    ],
)
def test_the_officers_limits_stand_as_the_circular_has_them(means, total, name):
    facts = dict(zip((1, 2, 3, 4, 7), evidence(*means).values(), strict=True))
    found = rule_scoring.score(TT01, "officer", facts)
    assert (found.total, named(found), found.full) == (Decimal(total), name, 10)


def test_an_indicator_without_information_is_left_out_and_the_reachable_maximum_told():
    facts = evidence(2, 2, 2)
    facts[3] = Evidence("register")  # asked for, and no dossier in the period
    found = rule_scoring.score(TT01, "agency", facts)
    assert [line.indicator for line in found.lines if line.points is not None] == [1, 2]
    assert (found.total, found.reachable, found.full, found.complete) == (4, 4, 18, False)
    assert (named(found), found.best.name["vi"]) == ("yếu", "yếu")  # nobody could reach more than 4.0


def test_without_any_information_there_is_no_total_and_no_class():
    found = rule_scoring.score(TT01, "agency", {})
    assert (found.total, found.rank, found.reachable) == (None, None, 0)


def facts(**changes):
    return OnlineFacts(**({"procedures": 10, "offered": 2, "dossiers": 100, "online": 30, "unsettled": 0} | changes))


@pytest.mark.parametrize(
    ("online", "points"),
    [
        (facts(), 2),
        (facts(online=29), 1),
        (facts(offered=1), 1),
        (facts(online=15), 1),
        (facts(online=14), 0),
        (facts(offered=0), 0),
        (facts(unsettled=1), 0),
        (facts(procedures=0, offered=0), None),
        (facts(dossiers=0, online=0), None),
    ],
)
def test_online_services_bring_points_by_their_shares(online, points):
    assert rule_scoring.online_points(TT01.indicator(9).source, online) == points


@pytest.mark.parametrize(
    ("answers", "points"),
    [
        ({"officials_trouble": "no", "result_time": "early"}, 2),
        ({"officials_trouble": "no", "result_time": "on_time"}, 1),
        ({"officials_trouble": "no", "result_time": "late"}, 0),
        ({"officials_trouble": "yes", "result_time": "early"}, 0),
        ({"officials_trouble": "yes"}, 0),
        ({"officials_trouble": "no"}, None),
        ({"result_time": "early"}, None),
        ({}, None),
    ],
)
def test_an_answer_that_says_too_little_counts_nowhere(answers, points):
    assert TT01.indicator(7).source.points(answers) == points


def test_rule_sets_hold_on_their_days_and_doubt_is_told():
    assert [TT01.in_force(day) for day in (date(2019, 1, 5), date(2019, 1, 6))] == [False, True]
    assert [TT01.doubtful(day) for day in (date(2025, 6, 30), date(2025, 7, 1))] == [False, True]
    assert TT32.in_force(date(2018, 6, 1))
    assert {one.wording_status for one in rule_sets.shipped()} == {"unverified"}


def test_the_shipped_circular_says_what_the_source_says(reference):
    """Limits, indicators and levels of the official text as it was read."""
    path = reference / "data" / "tt01_2018_scoring.json" if reference else None
    source = json.loads(path.read_text(encoding="utf-8")) if path else SOURCE
    for scale in TT01.scales:
        given = source[scale.id]
        assert list(scale.indicators) == given["indicators"]
        assert [float(one.least) for one in scale.classes] == [one["min"] for one in given["classes"]]
        assert all(b["label"] in a.name["vi"] for a, b in zip(scale.classes, given["classes"], strict=True))
        assert TT01.most * len(scale.indicators) == given["max"]


SOURCE = {
    "agency": {
        "indicators": [1, 2, 3, 4, 5, 6, 7, 8, 9],
        "max": 18,
        "classes": [
            {"min": least, "label": name}
            for least, name in ((15, "xuất sắc"), (12, "tốt"), (9, "khá"), (6, "trung bình"), (0, "yếu"))
        ],
    },
    "officer": {
        "indicators": [1, 2, 3, 4, 7],
        "max": 10,
        "classes": [
            {"min": 5, "label": "hoàn thành 100% nhiệm vụ"},
            {"min": 3.5, "label": "hoàn thành 70% đến dưới 100%"},
            {"min": 0, "label": "dưới 70%"},
        ],
    },
}


@pytest.fixture
def raw():
    text = (rule_sets.SHIPPED / "tt-01-2018.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(schema=2), "schema: must be 1"),
        (lambda r: r.update(kind="stars"), "kind: must be one of points, grades"),
        (lambda r: r.update(officer_names=[]), "officer_names: is no part"),
        (lambda r: r.update(valid_from="soon"), "valid_from: must be a day"),
        (lambda r: r.update(valid_to=date(2018, 1, 1)), "valid_to: must lie after"),
        (lambda r: r["title"].pop("vi"), "title: has no text in vi"),
        (lambda r: r.update(wording_status="fine"), "wording_status: must be one of"),
        (lambda r: r["indicators"][0]["source"]["points"].pop("late"), "must give points for early, late, on_time"),
        (lambda r: r["indicators"][0]["source"]["points"].update(late=3), "points are whole numbers from 0 to 2"),
        (lambda r: r["indicators"].append(r["indicators"][0]), "indicators: 1 stands twice"),
        (lambda r: r["indicators"][0].pop("source"), "must say where the points come from"),
        (lambda r: r["scales"][0]["indicators"].append(12), "there is no indicator 12"),
        (lambda r: r["scales"][0]["classes"].reverse(), "must go from the best down to min: 0"),
        (lambda r: r["scales"][0]["classes"].pop(), "must go from the best down to min: 0"),
        (lambda r: r.update(indicators=[]), "indicators: must be a list"),
    ],
)
def test_a_rule_set_that_cannot_be_used_is_refused_with_its_place(raw, change, said):
    change(raw)
    with pytest.raises(rule_set_files.RuleSetError, match=said):
        rule_set_files.parse(raw, "mine")


def rows(*lines):
    return [(k, dict(zip(rule_evidence.POINT_COLUMNS, line, strict=True))) for k, line in enumerate(lines, start=2)]


def test_points_that_an_office_gives_are_read_or_refused_by_row():
    given = rule_evidence.read(
        TT01,
        rows(
            ("xa-1", "5", "2", ""),
            ("xa-1", "2", "150,5", "100"),
            ("xa-1", "2", "150", "100"),
            ("xa-1", "12", "1", "1"),
            ("xa-1", "2", "201", "100"),
            ("xa-1", "4", "1", "0"),
            ("xa-1", "6", "1.5", ""),
            ("", "5", "2", ""),
        ),
    )
    assert given.points["xa-1"][5] == Evidence("given", Decimal(2), 1)
    assert given.points["xa-1"][2].value == Decimal("1.505")
    assert [(p.row, p.field) for p in given.problems] == [
        (4, "indicator"),
        (5, "indicator"),
        (6, "points"),
        (7, "dossiers"),
        (8, "points"),
        (9, "unit"),
    ]


def test_grades_of_the_three_grade_scale_are_read_by_criterion():
    lines = [
        ("xa-1", "overall", "very", "30"),
        ("xa-1", "overall", "not_yet", "5"),
        ("xa-1", "overall", "neutral", "9"),
    ]
    named_rows = [(k, dict(zip(rule_evidence.GRADE_COLUMNS, line, strict=True))) for k, line in enumerate(lines, 2)]
    given = rule_evidence.read(TT32, named_rows)
    (overall,) = given.graded(TT32, "xa-1")
    assert (overall.counts, overall.n) == ((5, 0, 30), 35)
    assert rule_scoring.satisfied_count(TT32, overall.counts) == 30
    assert [p.row for p in given.problems] == [4]
