"""Columns of Parquet files as other programs write them: every kind of number and label, or a clear refusal."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.__main__ import main

MEAN = "estimate:\n  - mean: [y]\n"


@pytest.fixture
def estimated(tmp_path):
    """Exit code and rows of `estimate` on a file of these columns."""

    def of(design, **columns):
        data, out = tmp_path / "data.parquet", tmp_path / "out.json"
        pq.write_table(pa.table(columns), data)
        (tmp_path / "design.yaml").write_text(design, encoding="utf-8")
        code = main(["estimate", str(data), "--design", str(tmp_path / "design.yaml"), "--out", str(out)])
        return code, json.loads(out.read_text(encoding="utf-8"))["rows"] if out.exists() else None

    return of


@pytest.mark.parametrize(
    "y",
    [pa.array([Decimal("1.5"), Decimal("2.5")]), pa.array([1.5, 2.5]), pa.array(["1.5", "2.5"]).dictionary_encode()],
)
def test_numbers_of_every_kind_of_parquet_column_are_read(estimated, y):
    _, rows = estimated(MEAN, y=y)
    assert rows[0]["estimate"] == 2.0


def test_a_parquet_column_of_nothing_but_nulls_is_blank(estimated):
    _, rows = estimated(MEAN, y=pa.nulls(3))
    assert (rows[0]["estimate"], rows[0]["reason"]) == (None, "no valid answer")


def test_a_label_that_is_no_number_in_parquet_is_blank(estimated):
    _, rows = estimated("by: [g]\n" + MEAN, y=[1, 3, 5], g=[1.0, 1.0, float("nan")])
    assert [row["domain"] for row in rows] == [{"g": "1"}]


@pytest.mark.parametrize("g", [pa.array([[1], [2]]), pa.array([b"a", b"\xff"])])
def test_labels_that_are_no_text_exit_2(estimated, capsys, g):
    assert estimated("by: [g]\n" + MEAN, y=[1, 2], g=g) == (2, None)
    assert "convert it to text or whole numbers" in capsys.readouterr().err
