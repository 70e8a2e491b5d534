"""Who is asked, and who is left out for which reason."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain.eligibility import Candidate, Exclusion, Scope, classify

DAY = date(2026, 5, 4)


def dossier(code, origin=None, outcome="returned", returned=DAY, unit="desk-1", field="Đất đai", procedure="1.011443"):
    return Candidate(code, origin, outcome, returned, unit, field, procedure)


def split(*candidates, scope=Scope(), before=()):  # noqa: B008 - frozen
    kept, left_out = classify(candidates, scope, before)
    assert len(kept) + len(left_out) == len(candidates)
    return [candidate.code for candidate in kept], left_out


def test_returned_refused_and_withdrawn_dossiers_are_asked():
    kept, left_out = split(dossier("A"), dossier("B", outcome="refused"), dossier("C", outcome="withdrawn"))
    assert (kept, left_out) == (["A", "B", "C"], {})


def test_what_has_not_ended_or_has_no_day_is_counted_with_its_reason():
    kept, left_out = split(dossier("A", outcome="supplement"), dossier("B", outcome=None), dossier("C", returned=None))
    assert kept == []
    assert left_out == {"A": Exclusion.NOT_AN_END, "B": Exclusion.NOT_AN_END, "C": Exclusion.NO_DAY}


def test_linked_dossiers_are_asked_once_and_the_first_of_the_visit_speaks():
    kept, left_out = split(dossier("C", "B"), dossier("B", "A"), dossier("A"))
    assert (kept, left_out) == (["A"], {"C": Exclusion.LINKED, "B": Exclusion.LINKED})


def test_two_dossiers_linked_to_one_that_the_register_does_not_hold_are_one_visit():
    assert split(dossier("B", "A", returned=date(2026, 5, 5)), dossier("C", "A"))[0] == ["C"]


def test_links_in_a_circle_lose_nobody():
    assert split(dossier("A", "B"), dossier("B", "A"))[0] == ["A"]
    assert split(dossier("A", "A"))[0] == ["A"]


def test_a_visit_that_was_asked_about_in_an_earlier_period_is_not_asked_again():
    assert split(dossier("B", "A"), before=["A"]) == ([], {"B": Exclusion.ASKED_BEFORE})


def test_a_linked_dossier_stands_for_one_that_has_not_ended():
    assert split(dossier("A", outcome="supplement"), dossier("B", "A"))[0] == ["B"]


def test_a_plan_may_ask_about_some_units_fields_and_procedures_only():
    scope = Scope(units={"desk-1"}, fields={"Đất đai"}, procedures={"1.011443"})
    given_ = (dossier("A"), dossier("B", unit="desk-2"), dossier("C", field="Hộ tịch"), dossier("D", procedure=None))
    kept, left_out = split(*given_, scope=scope)
    assert kept == ["A"]
    assert list(left_out.values()) == [
        Exclusion.UNIT_NOT_PLANNED,
        Exclusion.FIELD_NOT_PLANNED,
        Exclusion.PROCEDURE_NOT_PLANNED,
    ]


LINKS = st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from([None, *"ABCDEFGHXY"]), min_size=1)


@given(LINKS, st.randoms(use_true_random=False))
def test_every_visit_has_one_voice_whatever_the_order_of_import(links, chance):
    dossiers = [dossier(code, origin) for code, origin in links.items()]
    kept, left_out = split(*dossiers)
    chance.shuffle(dossiers)
    assert sorted(split(*dossiers)[0]) == sorted(kept)
    # by hand: families are the connected parts of the links
    families = {code: {code} for code in {*links, *filter(None, links.values())}}
    for code, origin in links.items():
        if origin:
            joined = families[code] | families[origin]
            families |= dict.fromkeys(joined, joined)
    assert len(kept) == len({frozenset(families[code]) for code in links})
    assert len({frozenset(families[code]) for code in kept}) == len(kept)
    assert set(left_out.values()) <= {Exclusion.LINKED}
