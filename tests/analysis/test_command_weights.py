"""The command `weights` as other programs call it."""

import csv

import pytest

from analysis.__main__ import main

DATA = "id,w,sex,age\n1,25,f,y\n2,25,f,o\n3,25,m,y\n4,25,m,o\n"
MARGINS = "variable,level,total\nsex,f,30\nsex,m,70\nage,y,40\nage,o,60\n"


@pytest.fixture
def weights(tmp_path):
    def call(*options, data=DATA, margins=MARGINS, design="weights: w\n"):
        for name, text in (("d.csv", data), ("m.csv", margins), ("design.yaml", design)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        out = tmp_path / "w.csv"
        out.unlink(missing_ok=True)
        files = ["--design", str(tmp_path / "design.yaml"), "--margins", str(tmp_path / "m.csv"), "--out", str(out)]
        code = main(["weights", str(tmp_path / "d.csv"), *files, *options])
        if not out.exists():
            return code, None
        with out.open(encoding="utf-8", newline="") as file:
            return code, list(csv.DictReader(file))

    return call


@pytest.mark.parametrize(
    "options",
    [
        ("--method", "raking"),
        ("--method", "raking", "--bounds", "0.3,3"),
        ("--method", "linear"),
        ("--method", "logit", "--bounds", "0.3,3"),
    ],
)
def test_margins_are_met_in_the_order_of_the_rows(weights, capsys, options):
    code, rows = weights(*options)
    assert code == 0
    w = [float(row["weight"]) for row in rows]
    assert w[0] + w[1] == pytest.approx(30, rel=1e-10)
    assert w[0] + w[2] == pytest.approx(40, rel=1e-10)
    assert sum(w) == pytest.approx(100, rel=1e-10)
    assert [row["row"] for row in rows] == ["1", "2", "3", "4"]
    assert float(rows[0]["base_weight"]) * float(rows[0]["ratio"]) == pytest.approx(w[0], rel=1e-15)
    assert "4 weights with the sum 100" in capsys.readouterr().out


def test_raking_of_independent_margins_is_their_product(weights):
    _, rows = weights("--method", "raking")
    assert [float(row["weight"]) for row in rows] == pytest.approx([12, 18, 28, 42], rel=1e-12)


def test_a_level_that_nobody_has_and_whose_total_is_0_changes_nothing(weights):
    _, rows = weights("--method", "raking", margins=MARGINS + "sex,x,0\n")
    assert [float(row["weight"]) for row in rows] == pytest.approx([12, 18, 28, 42], rel=1e-12)


def test_weights_from_population_counts_where_no_column_is_named(weights):
    data = "id,N,sex,age\n1,20,f,y\n2,20,f,o\n3,20,m,y\n4,20,m,o\n"
    _, rows = weights("--method", "raking", data=data, design="fpc: N\n")
    assert [float(row["base_weight"]) for row in rows] == [5.0] * 4


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"data": DATA.replace("1,25,", "1,0,")}, ["--method", "raking"], "column w, row 1: weight 0"),
        ({"data": DATA.replace("1,25,", "1,,")}, ["--method", "raking"], "column w, row 1"),
        ({"data": DATA.replace("2,25,f,o", "2,25,f,")}, ["--method", "raking"], "column age, row 2: blank"),
        ({"data": DATA.replace("2,25,f,o", "2,25,f,x")}, ["--method", "raking"], "row 2 has level 'x'"),
        ({"margins": MARGINS.replace("age,o,60", "age,o,60.001")}, ["--method", "raking"], "totals do not agree"),
        ({"margins": MARGINS + "sex,f,30\n"}, ["--method", "raking"], "row 5: sex, f stands twice"),
        ({"margins": MARGINS.replace("total", "count")}, ["--method", "raking"], "column total is not in m.csv"),
        ({"margins": MARGINS.replace("30", "").replace("70", "100")}, ["--method", "raking"], "row 1: blank"),
        ({"margins": MARGINS.replace("sex", "gender")}, ["--method", "raking"], "column gender is not in d.csv"),
        ({"design": "weights: pw\n"}, ["--method", "raking"], "column pw is not in d.csv"),
        ({}, ["--method", "logit"], "logit calibration needs bounds"),
        ({}, ["--method", "raking", "--bounds", "0.9,1.1"], "no raking weights between 0.9 and 1.1"),
        ({}, ["--method", "raking", "--bounds", "3"], "--bounds: '3' is not two numbers"),
        ({}, ["--method", "raking", "--bounds", "2,3"], "bounds are 2,3"),
        (
            {
                "margins": MARGINS.replace("sex,f,30\nsex,m,70", "sex,f,1\nsex,m,99")
                .replace("40", "1")
                .replace("60", "99")
            },
            ["--method", "linear"],
            "use --method raking",
        ),
    ],
)
def test_bad_input_exits_two_with_one_message(weights, capsys, change, options, words):
    code, rows = weights(*options, **change)
    error = capsys.readouterr().err
    assert (code, rows) == (2, None)
    assert words in error
    assert error.count("\n") == 1
