"""The command `rank` as other programs call it."""

import json

import pytest

from analysis.__main__ import main


def row(unit, estimate, se, df=20, **more):
    return {
        "domain": {"agency": unit},
        "statistic": "overall",
        "estimate": estimate,
        "se": se,
        "df": df,
        "n": 60,
        **more,
    }


ROWS = [row("A", 90.0, 1.0), row("B", 80.0, 1.0), row("C", 79.5, 1.0), row("D", None, None, reason="no valid answer")]
MATRIX = [[1.0, 0, 0, None], [0, 1.0, 0, None], [0, 0, 1.0, None], [None, None, None, None]]


@pytest.fixture
def rank(tmp_path):
    def call(content, *options, method="kww"):
        source, out = tmp_path / "INDEX.json", tmp_path / "RANKS.json"
        source.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        out.unlink(missing_ok=True)
        code = main(["rank", str(source), "--method", method, *options, "--out", str(out)])
        return code, json.loads(out.read_text(encoding="utf-8")) if out.exists() else None

    return call


def spans(result, name="rank_set"):
    return {line["domain"]["agency"]: line[name] for line in result["rows"]}


@pytest.mark.parametrize("method", ["kww", "mrsw"])
def test_units_that_differ_get_ranks_and_close_ones_share_a_set(rank, method):
    content = {"level": 0.95, "rows": ROWS, "covariance": {"statistic": "overall", "matrix": MATRIX}}
    code, result = rank(content, "--level", "0.95", "--seed", "1", method=method)
    assert code == 0
    # D is nowhere, so it may stand before or behind everybody.
    assert spans(result) == {"A": [1, 2], "B": [2, 4], "C": [2, 4], "D": [1, 4]}
    assert [line["rank"] for line in result["rows"]] == [1, 2, 3, None]
    assert result["rows"][3]["reason"] == "no estimate"
    assert result["reliability"]["left_out"] == 1
    assert (result["method"], result["level"], result["seed"]) == (method, 0.95, 1)


def test_an_index_from_which_a_factor_is_missing_is_not_ranked(rank):
    _, result = rank({"rows": [*ROWS[:3], row("E", 99.0, 0.1, reweighted=True)]})
    assert result["rows"][3] | {"rank_set": [1, 4], "rank": None} == result["rows"][3]


def test_an_agency_where_all_are_satisfied_keeps_an_interval(rank):
    _, result = rank({"rows": [row("A", 100.0, 0.0), row("B", 96.0, 1.0), row("C", 50.0, 1.0)]})
    assert spans(result) == {"A": [1, 2], "B": [1, 2], "C": [3, 3]}


def test_one_seed_gives_one_file(rank):
    content = {"rows": ROWS, "covariance": {"matrix": MATRIX}}
    first, again = (rank(content, "--seed", "7", method="mrsw") for _ in range(2))
    assert first == again
    assert first[1]["draws"] == 20_000
    assert "rank_set_marginal" in first[1]["rows"][0]


@pytest.mark.parametrize(
    ("content", "options", "method", "words"),
    [
        ({"rows": ROWS}, ["--seed", "1"], "mrsw", "INDEX.json has no covariance, which mrsw needs"),
        ({"rows": ROWS, "covariance": {"matrix": MATRIX}}, [], "mrsw", "--seed"),
        ({"rows": ROWS, "covariance": {"matrix": [["a"]]}}, ["--seed", "1"], "mrsw", "no table of numbers"),
        ({"rows": ROWS, "covariance": {"matrix": [[1.0]]}}, ["--seed", "1"], "mrsw", "one row and one column"),
        ({"rows": ROWS[:1]}, [], "kww", "1 units; make it with index --by"),
        ({"rows": [row("A", "good", 1.0), *ROWS]}, [], "kww", "estimate must be a number"),
        ({"rows": [row("E", float("nan"), 1.0), *ROWS]}, [], "kww", "'E'}: estimate must be a number or null, not nan"),
        ({"rows": [row("E", 150.0, 1.0), *ROWS]}, [], "kww", "estimate is 150, which no index has"),
        ({"rows": [row("E", 90.0, -1.0), *ROWS]}, [], "kww", "se is -1, which no index has"),
        ({"rows": [row("E", 90.0, 1.0, df=None), *ROWS]}, [], "kww", "a standard error without df"),
        ({"rows": [row("E", 90.0, 1.0) | {"domain": {}}, *ROWS]}, [], "kww", "a row has no domain"),
        ({"rows": [*ROWS, ROWS[0]]}, [], "kww", '{"agency": "A"}: has the overall index twice'),
        ({"rows": ROWS}, ["--level", "95"], "kww", "--level: 95"),
        ("{", [], "kww", "INDEX.json is not JSON"),
        ("[]", [], "kww", "has no rows"),
    ],
)
def test_bad_input_exits_two_with_one_message(rank, capsys, content, options, method, words):
    code, result = rank(content, *options, method=method)
    error = capsys.readouterr().err
    assert (code, result) == (2, None)
    assert words in error
    assert error.count("\n") == 1


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main(["rank", str(tmp_path / "no.json"), "--method", "kww", "--out", str(tmp_path / "o.json")]) == 2
    assert "no.json is not a file" in capsys.readouterr().err
