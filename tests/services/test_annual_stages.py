"""The frame of a two-stage round holds every dossier once, drawn or not, and says how communes were drawn."""

import numpy as np
import pytest

from survey_app.models import SampleCell
from survey_app.services.annual_stages import Stages


def cell(number, psu, dossiers, chance, first="minh-hai", psus=6, psus_drawn=3):
    return SampleCell(
        stratum_number=number,
        first_stage=first,
        psu=psu,
        psu_probability=chance,
        psus=psus,
        psus_drawn=psus_drawn,
        dossiers=dossiers,
        drawn=60,
    )


def stages(pools=None, *, by_size=False):
    cells = [cell(1, "an", 200, 0.5), cell(2, "binh", 120, 0.5), cell(3, "cau", 100, 0.5)]
    cells.append(cell(4, "dong", 400, 1.0, "dong", 1, 1))
    return Stages({c.stratum_number: c for c in cells}, pools or {}, by_size)


UNITS = {1: "an", 2: "binh", 3: "cau", 4: "dong", 100_000: "pooled"}
ALL = {1: 30, 2: 20, 3: 40, 4: 50}


def frame(made, answered):
    return made.frame(answered, UNITS.__getitem__, "not-drawn", 1200)


def test_communes_that_were_not_drawn_are_counted_and_their_dossiers_kept():
    made = frame(stages(), ALL)
    rest = made.unit == "not-drawn"
    assert (int(rest.sum()), int(made.dossiers[rest].sum()), int(made.drawn[rest].sum())) == (3, 380, 0)
    assert int(made.dossiers.sum()) == 1200
    assert {(p, f) for p, f in zip(made.psu.tolist(), made.first.tolist(), strict=True) if p == "dong"} == {
        ("dong", "dong")
    }


def test_only_communes_drawn_by_size_bring_their_own_chance():
    assert stages().weights() == {}
    assert stages(by_size=True).weights() == {"an": 2.0, "binh": 2.0, "cau": 2.0}  # dong was taken for sure


def test_communes_whose_answers_were_mixed_count_as_one():
    made = stages({100_000: [2, 3]})
    assert made.psus() == {1: "an", 2: "binh + cau", 3: "binh + cau", 4: "dong", 100_000: "binh + cau"}
    assert made.weights() == {"an": 2.0, "binh + cau": 2.0}
    lines = frame(made, {1: 30, 4: 50, 100_000: 14})
    pooled = lines.unit == "pooled"
    assert lines.dossiers[pooled].tolist() == [220]
    assert lines.drawn[pooled].tolist() == [120]
    assert int(lines.dossiers.sum()) == 1200


@pytest.mark.parametrize("answered", [{1: 30, 2: 20, 4: 50, 100_000: 12}, {1: 30, 3: 2, 4: 50, 100_000: 12}])
def test_a_stratum_with_answers_of_its_own_is_not_counted_with_the_mixed_ones_again(answered):
    lines = frame(stages({100_000: [2, 3]}), answered)
    assert int(lines.dossiers.sum()) == 1200
    assert np.all(lines.drawn <= lines.dossiers)
