"""Sampled units from which no answer came: they come from the frame and count, as R counts rows of blanks."""

import json

import numpy as np
import pyarrow as pa
import pytest

from analysis.__main__ import main
from analysis.design import DesignColumns
from analysis.engines import DuckDb
from analysis.errors import AnalysisError
from analysis.pipeline import compute_indices
from analysis.reading import Table
from analysis.responses import prepare
from analysis.variance import Lonely
from instruments.load import newest
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.survey import ask, close, close_matrix, open_table
from tests.analysis.test_pipeline import DESIGN as SURVEY

REL = 1e-12
TWOSTAGE = {"weights": "w", "strata": "h", "psu": ("psu", "ssu"), "fpc": ("fpc1", "fpc2"), "nest": True}


def only(table, keep):
    return Table(table.path, table.columns.filter(pa.array(keep)))


def small(**columns):
    return Table(GOLDEN, pa.table({name: pa.array([str(v) for v in values]) for name, values in columns.items()}))


def silenced(name, units, item):
    """A file in which some units have blanks only, the same without their rows, and the list of its units."""
    table = open_table(name)
    pairs = list(zip(*(table.columns.column(c).to_pylist() for c in ("h", "psu")), strict=True))
    mute = [pair in units for pair in pairs]
    assert sum(mute) > 1
    answers = [None if m else v for m, v in zip(mute, table.columns.column(item).to_pylist(), strict=True)]
    place = table.columns.column_names.index(item)
    blanks = Table(
        table.path, table.columns.set_column(place, item, pa.array(["" if a is None else a for a in answers]))
    )
    listed = sorted(set(pairs))
    frame = small(h=[h for h, _ in listed], psu=[p for _, p in listed])
    return blanks, only(table, [not m for m in mute]), frame


def figures(rows):
    return [[row.estimate, row.se, row.deff, row.df, *row.ci] for row in rows.values()]


@pytest.mark.parametrize("stages", [1, 2])
def test_units_without_rows_count_as_rows_of_blanks_do(stages):
    """R keeps the full design for blanks: `svymean(na.rm = TRUE)` zeroes their weights, n_h counts every PSU."""
    blanks, answered, frame = silenced("twostage", {("1", "1"), ("2", "3")}, "y")
    columns = TWOSTAGE | {"psu": TWOSTAGE["psu"][:stages], "fpc": TWOSTAGE["fpc"][:stages]}
    entries = [{"mean": ["y"]}, {"total": ["y"]}]
    theirs, full = ask(blanks, columns, entries, covariance=True)
    ours, found = ask(answered, columns | {"frame": frame}, entries, covariance=True)
    close(figures(ours), figures(theirs), REL)
    close_matrix(found.covariance, full.covariance, REL)
    without, _ = ask(answered, columns, entries)
    assert abs(without[("mean:y",)].se / ours[("mean:y",)].se - 1) > 1e-3  # leaving them out is another figure


def test_a_domain_counts_silent_units_only_where_the_frame_puts_them():
    blanks, answered, frame = silenced("twostage", {("1", "1"), ("2", "3")}, "y")
    columns = TWOSTAGE | {"psu": ("psu",), "fpc": ("fpc1",)}
    theirs, _ = ask(blanks, columns, [{"mean": ["y"]}], by=["dom"])
    table = open_table("twostage")
    rows = sorted(set(zip(*(table.columns.column(c).to_pylist() for c in ("h", "psu", "dom")), strict=True)))
    told = small(h=[r[0] for r in rows], psu=[r[1] for r in rows], dom=[r[2] for r in rows])
    ours, _ = ask(answered, columns | {"frame": told}, [{"mean": ["y"]}], by=["dom"])
    close(figures(ours), figures(theirs), REL)
    untold, _ = ask(answered, columns | {"frame": frame}, [{"mean": ["y"]}], by=["dom"])
    unlisted, _ = ask(answered, columns, [{"mean": ["y"]}], by=["dom"])
    for key, row in untold.items():
        close([row.se], [ours[key].se], REL)
        assert row.df == unlisted[key].df
    assert sum(row.df for row in untold.values()) < sum(row.df for row in ours.values())


def test_odd_domains_without_their_blank_rows_give_r_s_figures():
    # R survey 4.5 on the whole file, blanks included; here the rows without a value are struck out first.
    columns = {"weights": "w", "strata": "h", "psu": ("psu",), "fpc": ("fpc",), "nest": True}
    table = open_table("domains")
    rows = sorted(set(zip(*(table.columns.column(c).to_pylist() for c in ("h", "psu", "dom")), strict=True)))
    frame = small(h=[r[0] for r in rows], psu=[r[1] for r in rows], dom=[r[2] for r in rows])
    valued = only(table, (~np.isnan(table.numbers("y"))).tolist())
    found, _ = ask(valued, columns | {"frame": frame}, [{"mean": ["y"]}], by=["dom"])
    r = {a["id"]: a["result"] for a in load_json(GOLDEN / "f1_domains.json")["assertions"]}
    for domain in ("A", "B", "D2strata", "F1stratum"):
        row, expected = found[domain, "mean:y"], r[f"subset_mean_{domain}"]
        close([row.estimate, row.se], [*expected["estimate"], *expected["se"]], REL)
        assert row.df == expected["df_subset"]


def test_a_number_of_sampled_units_does_as_well_as_their_list():
    _, answered, frame = silenced("twostage", {("1", "1"), ("2", "3")}, "y")
    labels = frame.columns.column("h").to_pylist()
    numbers = small(h=sorted(set(labels)), sampled=[labels.count(h) for h in sorted(set(labels))])
    listed, _ = ask(answered, TWOSTAGE | {"frame": frame}, [{"mean": ["y"]}])
    counted, _ = ask(answered, TWOSTAGE | {"frame": numbers}, [{"mean": ["y"]}])
    close(figures(counted), figures(listed), REL)


def test_by_hand():
    # One stratum, four units sampled of ten, two of them silent: totals 3 and 5 and two zeros, mean 2,
    # squares 1 + 9 + 4 + 4 = 18; (1 - 4/10) x 4/3 x 18 = 14.4, on 3 degrees of freedom.
    table, design = small(y=[3, 5], c=["a", "b"], N=[10, 10]), {"psu": ("c",), "fpc": ("N",), "weights": "w"}
    table = Table(table.path, table.columns.append_column("w", pa.array(["1", "1"])))
    rows, _ = ask(table, design | {"frame": small(c=["a", "b", "p", "q"])}, [{"total": ["y"]}])
    row = rows[("total:y",)]
    assert (row.estimate, row.df) == (8.0, 3)
    assert row.se**2 == pytest.approx(14.4)


def test_one_answering_unit_of_two_sampled_is_not_lonely():
    table = small(y=[3, 4], c=["a", "b"], h=["1", "2"])
    design = DesignColumns(strata="h", psu=("c",))
    with pytest.raises(AnalysisError, match="only one sampled unit"):
        ask(table, design, [{"total": ["y"]}])
    frame = small(h=["1", "1", "2", "2", "3", "3"], c=["a", "p", "b", "q", "r", "s"])
    rows, _ = ask(table, DesignColumns(strata="h", psu=("c",), frame=frame), [{"total": ["y"]}])
    row = rows[("total:y",)]
    # Each stratum adds 2 x ((y/2)^2 + (y/2)^2) = y^2; six units in three strata leave 3.
    assert (row.se, row.df) == (pytest.approx(5.0), 3)


@pytest.mark.parametrize("rule", ["remove", "adjust", "average", "collapse"])
def test_lonely_rules_know_the_silent_units(rule):
    blanks, answered, frame = silenced("lonely", {("1", "1"), ("4", "2")}, "y")
    columns = {"weights": "w", "strata": "h", "psu": ("psu",), "fpc": ("fpc",), "nest": True, "lonely": Lonely(rule)}
    entries = [{"mean": ["y"]}, {"total": ["y"]}]
    theirs, _ = ask(blanks, columns, entries)
    ours, _ = ask(answered, columns | {"frame": frame}, entries)
    close(figures(ours), figures(theirs), REL)


def test_collapse_knows_them_at_both_stages():
    blanks, answered, frame = silenced("twostage", {("1", "1"), ("2", "3")}, "y")
    columns = TWOSTAGE | {"lonely": Lonely.COLLAPSE}
    theirs, _ = ask(blanks, columns, [{"mean": ["y"]}])
    ours, _ = ask(answered, columns | {"frame": frame}, [{"mean": ["y"]}])
    close(figures(ours), figures(theirs), REL)


def test_index_counts_them_too(tmp_path):
    table = open_table("sipas_2025")
    psu = table.columns.column("psu").to_pylist()
    mute = sorted(set(psu))[5]
    items = [item.id for item in newest("sipas-2017").scored_items() if item.id in table.columns.column_names]
    blanks = table.columns
    for item in items:
        old = blanks.column(item).to_pylist()
        new = ["" if p == mute else v for p, v in zip(psu, old, strict=True)]
        blanks = blanks.set_column(blanks.column_names.index(item), item, pa.array(new))
    answered = only(table, [p != mute for p in psu])
    pairs = sorted(set(zip(table.columns.column("stratum").to_pylist(), psu, strict=True)))
    frame = small(stratum=[h for h, _ in pairs], psu=[p for _, p in pairs])
    ours, theirs = ([], [])
    for figures_, source, design in (
        (theirs, Table(table.path, blanks), SURVEY),
        (ours, answered, DesignColumns(**(vars(SURVEY) | {"frame": frame}))),
    ):
        of = newest("sipas-2017")
        ready = prepare(source, design, (), of)
        found = compute_indices(DuckDb.over_table(ready.view), ready.shape, design, of, 0.95, ready.sampled)
        figures_ += [[f.estimate, f.se, f.df] for f in found.figures]
    close(ours, theirs, 1e-11)
    assert max(df for *_, df in ours) == len(pairs) - len({h for h, _ in pairs})


def test_the_command_reads_the_frame_beside_the_design(tmp_path):
    _, answered, frame = silenced("twostage", {("1", "1"), ("2", "3")}, "y")
    pa.csv.write_csv(answered.columns, tmp_path / "data.csv")
    pa.csv.write_csv(frame.columns, tmp_path / "units.csv")
    (tmp_path / "design.yaml").write_text(
        "weights: w\nstrata: h\npsu: [psu, ssu]\nfpc: [fpc1, fpc2]\nnest: true\nframe: units.csv\n"
        "estimate:\n  - mean: [y]\n"
    )
    options = ["--design", str(tmp_path / "design.yaml"), "--out", str(tmp_path / "out.json")]
    assert main(["estimate", str(tmp_path / "data.csv"), *options]) == 0
    (row,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["rows"]
    expected, _ = ask(answered, TWOSTAGE | {"frame": frame}, [{"mean": ["y"]}])
    assert row["se"] == expected[("mean:y",)].se


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (small(h=["1", "1"], c=["a", "p"]), "unit b of stratum 2 has answers but is not among"),
        (small(h=["1", ""], c=["a", "b"]), "column h, row 2: blank"),
        (small(h=["1", "2"], sampled=[2, 1.5]), "row 2: 1.5 is no number of units"),
        (small(h=["1", "2"], sampled=[2, 0]), "row 2: 0 is no number of units"),
        (small(h=["1"], sampled=[2]), "a stratum with answers has no number"),
        (small(c=["a", "b"]), "column h is not in"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_with_the_place(frame, word):
    table = small(y=[3, 4], c=["a", "b"], h=["1", "2"])
    with pytest.raises(AnalysisError, match=word):
        ask(table, DesignColumns(strata="h", psu=("c",), frame=frame), [{"total": ["y"]}])


def test_fewer_units_than_have_answers_and_a_frame_of_no_units_are_refused():
    table = small(y=[3, 4, 5], c=["a", "b", "d"], h=["1", "1", "1"])
    with pytest.raises(AnalysisError, match="2 units sampled, but 3 have answers"):
        ask(table, DesignColumns(strata="h", psu=("c",), frame=small(h=["1"], sampled=[2])), [{"total": ["y"]}])
    with pytest.raises(AnalysisError, match="lists the units named under psu"):
        ask(table, DesignColumns(strata="h", frame=small(h=["1"])), [{"total": ["y"]}])
