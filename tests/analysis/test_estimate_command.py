"""`python -m analysis estimate` as others script against it: its output, and its one message for bad input."""

import csv
import json

import openpyxl
import pytest

from analysis.__main__ import main
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.survey import close

DATA = GOLDEN / "data"
LONELY = "weights: w\nstrata: h\npsu: psu\nfpc: fpc\nnest: true\n"
SIPAS = """
weights: weight
strata: stratum
psu: psu
fpc: fpc
by: [agency]
missing: [9]
factors: {access: [q01, q02, q03, q04], procedures: [q05, q06, q07, q08]}
estimate:
  - share: [q01]
    satisfied: [4, 5]
  - score: [q01]
    range: [1, 5]
  - factor: [access, procedures]
    of: share
    how: pooled
    satisfied: [4, 5]
  - overall: {of: share, how: pooled, satisfied: [4, 5], weights: {access: 1, procedures: 3}}
"""


@pytest.fixture
def run(tmp_path):
    def with_design(data, design, out="out.json", *options):
        (tmp_path / "design.yaml").write_text(design, encoding="utf-8")
        path = tmp_path / out
        code = main(["estimate", str(data), "--design", str(tmp_path / "design.yaml"), "--out", str(path), *options])
        return code, path

    return with_design


def rows_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["rows"]


def test_json_has_the_fields_of_the_contract(run):
    code, path = run(DATA / "sipas_2025.csv", SIPAS)
    assert code == 0
    rows = rows_of(path)
    first = rows[0]
    assert list(first)[:6] == ["domain", "statistic", "estimate", "se", "ci", "ci_wald"]
    assert {"df", "deff", "deff_replace", "n", "reason"} <= set(first)
    assert first["domain"] == {"agency": "A01"}
    assert "ci_wald" not in rows[1]
    names = ["share:q01", "score:q01", "factor:access", "factor:procedures", "overall"]
    assert [row["statistic"] for row in rows[:5]] == names
    weighted = (rows[2]["estimate"] + 3 * rows[3]["estimate"]) / 4
    assert rows[4]["estimate"] == pytest.approx(weighted, rel=1e-13)


def test_a_domain_in_one_psu_keeps_its_estimate_and_says_why_it_has_no_error(run):
    _, path = run(DATA / "sipas_2025.csv", SIPAS)
    (row,) = [r for r in rows_of(path) if r["domain"]["agency"] == "A24" and r["statistic"] == "share:q01"]
    assert row["estimate"] is not None
    assert (row["se"], row["ci"], row["deff"], row["df"]) == (None, None, None, 0)
    assert row["reason"] == "no degrees of freedom"


@pytest.mark.parametrize("name", ["srs20_19", "srs100_99", "clus_200_95", "clus_400_99", "clus_300_98", "clus_240_60"])
def test_interval_of_a_share_is_that_of_svyciprop(run, name):
    r = {a["id"]: a["result"] for a in load_json(GOLDEN / "i1_ciprop.json")["assertions"]}
    clustered = "" if name.startswith("srs") else "strata: st\npsu: psu\nnest: true\n"
    asked = "estimate:\n  - share: [y]\n    satisfied: [1]\n  - mean: [y]\n"
    _, path = run(DATA / f"prop_{name}.csv", f"weights: w\n{clustered}{asked}")
    share, mean = rows_of(path)
    close([x / 100 for x in share["ci"]], r[f"{name}:beta:0.95"]["ci"], 1e-8)
    close([x / 100 for x in share["ci_wald"]], r[f"{name}:mean:0.95"]["ci"], 1e-8)
    ours = [mean["estimate"], mean["se"], mean["deff"], mean["df"], *mean["ci"]]
    theirs = r[f"{name}:mean"]
    close(ours, [*theirs["estimate"], *theirs["se"], *theirs["deff"], theirs["df"], *theirs["ci"][0]], 1e-8)


def test_a_share_of_100_percent_keeps_its_zero_error_and_gets_an_honest_interval(run):
    asked = "estimate:\n  - share: [y]\n    satisfied: [1]\n"
    _, path = run(DATA / "prop_srs20_20.csv", f"weights: w\n{asked}")
    (share,) = rows_of(path)
    assert (share["estimate"], share["se"], share["df"]) == (100.0, 0.0, 19)
    # Exact limit for 20 of 20, by R's binom.test; no design effect is known from one domain.
    exact = next(a for a in load_json(GOLDEN / "i1_ciprop.json")["assertions"] if a["id"] == "binom_20_20")
    close(share["ci"], [100 * x for x in exact["result"]["clopper_pearson"]], 1e-8)


def test_the_share_of_zeros_is_the_rest_of_the_share_of_ones(run):
    zeros, ones = (
        rows_of(run(DATA / "prop_srs100_99.csv", f"estimate:\n  - share: [y]\n    satisfied: [{k}]\n")[1])[0][
            "estimate"
        ]
        for k in (0, 1)
    )
    assert (zeros, ones) == (1.0, 99.0)


def test_a_quantile_of_too_few_values_has_no_interval(run, tmp_path):
    data = tmp_path / "few.csv"
    data.write_text("y\n1\n2\n3\n4\n", encoding="utf-8")
    _, path = run(data, "estimate:\n  - quantile: [y]\n")
    (row,) = rows_of(path)
    # R: svyquantile(~y, svydesign(~1, weights = ~1, data = d), 0.5, qrule = "math", interval.type = "mean", df = 3)
    # gives 2 and NaN for both limits, since the share's own limits are below 0 and above 1.
    assert (row["estimate"], row["se"], row["ci"], row["df"]) == (2.0, None, None, 3)
    assert row["reason"] == "too few values beyond the quantile for an interval"


def test_csv_and_xlsx_hold_the_same_rows_as_json(run):
    _, path = run(DATA / "sipas_2025.csv", SIPAS)
    rows = rows_of(path)
    _, table = run(DATA / "sipas_2025.csv", SIPAS, "out.csv", "--covariance")
    with table.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(r["domain"]["agency"], r["statistic"], r["estimate"]) for r in rows] == [
        (line["agency"], line["statistic"], float(line["estimate"])) for line in lines
    ]
    _, book = run(DATA / "sipas_2025.csv", SIPAS, "out.xlsx")
    sheet = openpyxl.load_workbook(book).active
    assert [row[2].value for row in list(sheet.rows)[1:]] == [r["estimate"] for r in rows]
    covariance = table.with_name("out.covariance.csv")
    assert len(covariance.read_text(encoding="utf-8").splitlines()) == len(rows) + 1


def test_covariance_stands_beside_the_rows_it_belongs_to(run):
    _, path = run(DATA / "sipas_2025.csv", SIPAS, "out.json", "--covariance")
    found = json.loads(path.read_text(encoding="utf-8"))
    covariance = found["covariance"]
    for place, row in enumerate(covariance["rows"]):
        variance = covariance["matrix"][place][place]
        se = found["rows"][row]["se"]
        assert (variance is None) == (se is None)
        if se:
            assert variance**0.5 == pytest.approx(se, rel=1e-10)


def test_labels_that_look_like_formulas_are_disarmed_and_negative_numbers_are_not(run, tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("unit,y\n=1+1,3\n=1+1,5\n-7,2\n-7,4\n", encoding="utf-8")
    _, path = run(data, "by: [unit]\nestimate:\n  - mean: [y]\n", "out.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert [line["unit"] for line in csv.DictReader(file)] == ["-7", "'=1+1"]


def test_labels_keep_their_spelling(run, tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("unit,y\n007,3\n007,5\n7,2\n7,4\n", encoding="utf-8")
    _, path = run(data, "by: [unit]\nestimate:\n  - mean: [y]\n")
    assert {r["domain"]["unit"]: r["estimate"] for r in rows_of(path)} == {"007": 4.0, "7": 3.0}


ESTIMATE = "estimate:\n  - mean: [y]\n"
BAD = {
    "column not there": (LONELY + "by: [nowhere]\n" + ESTIMATE, "column nowhere is not in lonely.csv; it has h, psu"),
    "lonely": (LONELY + ESTIMATE, "stratum 2 has only one sampled unit at stage 1; join it"),
    "no nest": (LONELY.replace("nest: true", "nest: false") + ESTIMATE, "PSU 1 stands in two strata; set nest: true"),
    "unknown key": ("weight: w\n" + ESTIMATE, "weight is not a key; the keys are weights, strata"),
    "unknown rule": (LONELY + "lonely_psu: drop\n" + ESTIMATE, "lonely_psu: drop is not a rule; use fail, remove"),
    "level": (LONELY + "level: 95\n" + ESTIMATE, "level: 95 is not between 0 and 1"),
    "no statistic": (LONELY, "estimate: give a list of at least one statistic"),
    "unknown statistic": (LONELY + "estimate:\n  - median: [y]\n", "entry 1: give exactly one of mean, total"),
    "option of another": (LONELY + "estimate:\n  - mean: [y]\n    probs: [0.5]\n", "probs is no option of mean"),
    "two options": (
        LONELY + "estimate:\n  - share: [z]\n    satisfied: [1]\n  - share: [z]\n    satisfied: [0]\n",
        "share:z is asked twice with different options",
    ),
    "no factor": (LONELY + "estimate:\n  - factor: [access]\n", "factor: access is no factor"),
    "level outside": (LONELY + "lonely_psu: remove\nestimate:\n  - score: [y]\n", "is no level from 1 to 5"),
    "probability": (LONELY + "estimate:\n  - quantile: [y]\n    probs: [50]\n", "50 is not between 0 and 1"),
    "not a number": (
        LONELY + "lonely_psu: remove\nestimate:\n  - mean: [dom]\n",
        "column dom, row 1: 'a' is not a number",
    ),
    "fraction": (
        LONELY.replace("fpc: fpc", "fpc: z") + ESTIMATE,
        "column z, row 1: population count 1 is less than the 3",
    ),
    "too many counts": (LONELY.replace("fpc: fpc", "fpc: [fpc, z]") + ESTIMATE, "fpc names 2 columns for 1 stages"),
    "differing counts": (LONELY.replace("fpc: fpc", "fpc: y") + ESTIMATE, "give one population count per stratum"),
    "key twice": (LONELY + "weights: z\n" + ESTIMATE, "design file, line 6: weights is given twice; give it once"),
    "item twice": ("factors: {f: [z, z]}\nestimate:\n  - factor: [f]\n", "factors, f: a column is named twice"),
    "satisfied and missing": (
        "missing: [0]\nestimate:\n  - share: [z]\n    satisfied: [0, 1]\n",
        "share:z: 0 stands under satisfied and under missing",
    ),
    "satisfied between levels": (LONELY + "estimate:\n  - share: [z]\n    satisfied: [0.5]\n", "0.5 is no level of"),
    "satisfied outside": (
        LONELY + "estimate:\n  - share: [z]\n    satisfied: [2]\n    range: [0, 1]\n",
        "share, satisfied: 2 is no level of the scale",
    ),
    "satisfied no number": (LONELY + "estimate:\n  - share: [z]\n    satisfied: [.nan]\n", "give a list of numbers"),
    "endless range": (LONELY + "estimate:\n  - score: [z]\n    range: [0, .inf]\n", "range: give a list of numbers"),
    "range between levels": (LONELY + "estimate:\n  - score: [z]\n    range: [0.5, 5]\n", "lowest and the highest"),
    "weight of a factor": (
        "factors: {f: [z]}\nestimate:\n  - overall: {weights: {f: .nan}}\n",
        "overall, weights, f: give one number",
    ),
    "two weights of a factor": (
        "factors: {f: [z]}\nestimate:\n  - overall: {weights: {f: [1, 2]}}\n",
        "overall, weights, f: give one number",
    ),
    "weight of no factor": (
        "factors: {f: [z]}\nestimate:\n  - overall: {weights: {f: 1, g: 0}}\n",
        "overall, weights: g is no factor",
    ),
    "no YAML": ("weights: [w\n", "design.yaml is not YAML"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_exits_2_with_one_message_and_leaves_no_file(run, capsys, fault):
    design, message = BAD[fault]
    code, path = run(DATA / "lonely.csv", design)
    assert code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("w,y\n1,2\n0,3\n", "column w, row 2: weight 0 is not above 0"),
        ("w,y\n1,2\nnan,3\n", "column w, row 2: weight nan is not above 0"),
        ("w,y\n1,2\n,3\n", "column w, row 2: weight nan is not above 0"),
        ("w,y\n-1,2\n1,3\n", "column w, row 1: weight -1 is not above 0"),
        ("w,y\n1,inf\n1,3\n", "column y, row 1: infinite"),
        ("w,y,y\n1,2,3\n", "column y stands twice"),
        ("w,y\n", "has no rows"),
        ("w,y\n1,2,3\n", "cannot be read"),
        ("w,y\n1,2\n1,1_000\n", "column y, row 2: '1_000' is not a number"),
        ("w,y\n1,２\n1,3\n", "column y, row 1: '２' is not a number"),
        ("w,y\n1,1e308\n1,3\n", "column y, row 1: 1e+308 is too large"),
        ("w,y,ğ\n1,2,3\n".encode("iso8859-9"), "data.csv: the headings are not UTF-8"),
        ("w,y,g\n1,2,ğ\n".encode("iso8859-9"), "data.csv cannot be read"),
    ],
)
def test_bad_data_exits_2_and_names_column_and_row(run, capsys, tmp_path, content, message):
    data = tmp_path / "data.csv"
    data.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, path = run(data, "weights: w\n" + ESTIMATE)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize(("data", "out"), [("missing.csv", "o.json"), ("data.txt", "o.json"), ("missing.csv", "o.pdf")])
def test_unknown_files_and_endings_are_refused(run, capsys, tmp_path, data, out):
    code, _ = run(tmp_path / data, ESTIMATE, out)
    assert code == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_folder_in_the_place_of_the_result_is_refused(run, capsys, tmp_path):
    (tmp_path / "out.json").mkdir()
    code, _ = run(DATA / "lonely.csv", LONELY + "lonely_psu: remove\n" + ESTIMATE)
    assert code == 2
    assert "is a folder; give the name of a file" in capsys.readouterr().err


def test_a_mistake_leaves_the_old_result_untouched(run):
    _, path = run(DATA / "lonely.csv", LONELY + "lonely_psu: remove\n" + ESTIMATE)
    before = path.read_bytes()
    code, path = run(DATA / "lonely.csv", LONELY + ESTIMATE)
    assert code == 2
    assert path.read_bytes() == before
