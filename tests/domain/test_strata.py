"""Strata: fixed before the round, each with room for every answer to hide in."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain import strata
from survey_app.domain.strata import Key
from survey_app.services.strata import group_small_desks

VALUES = {
    "desk": ["d1", "d2", "d3"],
    "agency": ["a1", "a2"],
    "outcome": ["returned", "refused", "withdrawn"],
    "on_time": ["on_time", "late", "unknown"],
    "field": ["land", "civil", "building"],
    "channel": ["counter", "online", "post"],
}
KEYS = st.builds(Key, **{name: st.sampled_from(values) for name, values in VALUES.items()})


def key(**changes):
    base = {"desk": "d1", "agency": "a1", "outcome": "returned", "on_time": "on_time", "field": "land"}
    return Key(**(base | {"channel": "counter"} | changes))


def build(counts, minimum=50):
    return strata.build(counts, {k.desk: k.desk for k in counts}, minimum)


def test_a_desk_is_split_as_far_as_each_part_keeps_fifty():
    counts = {key(): 300, key(channel="online"): 60, key(on_time="late"): 55, key(outcome="refused"): 8}
    rule = build(counts)
    sizes = sorted(leaf.register_count for leaf in rule.leaves if leaf.desks)
    assert sizes == [55, 60, 308]  # the eight refused stay with those that were on time
    assert strata.assign(rule.tree, key()) != strata.assign(rule.tree, key(channel="online"))


def test_small_classes_are_merged_and_their_names_kept():
    counts = {key(field="land"): 200, key(field="civil"): 30, key(field="building"): 25}
    rule = build(counts)
    fields = [leaf.classes["field"] for leaf in rule.leaves if leaf.desks]
    assert fields == [["land"], ["building", "civil", "*"]]


def test_a_class_never_seen_before_falls_into_the_merged_stratum():
    counts = {key(field="land"): 200, key(field="civil"): 30, key(field="building"): 25}
    rule = build(counts)
    assert strata.assign(rule.tree, key(field="forestry")) == strata.assign(rule.tree, key(field="civil"))


def test_an_agency_or_desk_that_the_register_did_not_know_is_credited_to_nobody():
    rule = build({key(): 200})
    assert strata.assign(rule.tree, key(agency="a9")) == 0
    assert strata.assign(rule.tree, key(desk="d9")) == 0
    assert rule.leaves[0].desks == ()


@settings(max_examples=60)
@given(st.dictionaries(KEYS, st.integers(1, 400), min_size=1, max_size=40))
def test_every_stratum_of_a_large_desk_holds_the_minimum_and_every_dossier_has_one(counts):
    rule = build(counts)
    desks = Counter()
    found = Counter()
    for k, n in counts.items():
        desks[k.desk] += n
        found[strata.assign(rule.tree, k)] += n
    for leaf in rule.leaves[1:]:
        assert found[leaf.number] == leaf.register_count
        assert leaf.register_count >= 50 or desks[leaf.desks[0]] < 50
    assert sum(found.values()) == sum(counts.values())


def test_small_desks_are_grouped_under_the_nearest_unit_that_reaches_the_minimum():
    alone = {"d1": "x", "d2": "x", "d4": "y", "x": "p", "y": "p", "p": None}
    assert group_small_desks({"d1": 30, "d2": 25, "d4": 500}, alone, 50) == {"d1": "x", "d2": "x", "d4": "d4"}
    parents = {"d1": "x", "d2": "x", "d3": "y", "d4": "y", "x": "p", "y": "p", "p": None}
    groups = group_small_desks({"d1": 30, "d2": 25, "d3": 10, "d4": 500, "d5": 200}, {**parents, "d5": "y"}, 50)
    assert groups == {"d1": "p", "d2": "p", "d3": "p", "d4": "d4", "d5": "d5"}  # 10 alone under y, so 65 under p


def test_a_small_desk_without_small_siblings_takes_in_the_smallest_other_desk():
    parents = {"d1": "x", "d2": "y", "d3": "z", "x": "p", "y": "p", "z": "p", "p": None}
    assert group_small_desks({"d1": 40, "d2": 300, "d3": 90}, parents, 50) == {"d1": "p", "d2": "d2", "d3": "p"}


def test_the_only_desk_of_a_province_stays_alone_however_small():
    assert group_small_desks({"d1": 40}, {"d1": "x", "x": "p", "p": None}, 50) == {"d1": "p"}
