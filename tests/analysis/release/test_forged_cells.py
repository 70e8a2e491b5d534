"""Cells that their publisher forged and signed again: a row that no release has is told, with its line."""

from dataclasses import replace

import pytest

from analysis import AnalysisError, annual
from analysis.release.bundle import contents_of, signed
from analysis.release.cell_table import cell_table, cells_of
from analysis.release.checking import verify_files
from analysis.release.signing import OUTSIDE, sums
from tests.analysis.release.sample import KEY, two_years

UNIT, ITEM = "an-khanh", "share:q00"


@pytest.fixture(scope="module")
def files():
    return two_years()[1]


@pytest.fixture(scope="module")
def published(files):
    """Cells and protocol of this year's release."""
    found = contents_of(files)
    return cells_of(found.cells), found.protocol


def one_of(cells, kind, domain=UNIT, statistic=None):
    return next(r for r in cells if r.kind == kind and r.domain == domain and statistic in (None, r.statistic))


def changed(cells, old, *new):
    place = cells.index(old)
    return (*cells[:place], *new, *cells[place + 1 :])


def split(cells, n, rest):
    """The cell of an item with one answer, or a few, in a row of their own."""
    row = one_of(cells, "sum", statistic=ITEM)
    few, others = replace(row, n=n, x=5 * 10**6, y=0), replace(row, n=rest, x=row.x - 5 * 10**6)
    return changed(cells, row, few, others)


def with_row(**given):
    return lambda cells: (*cells, annual.Row(**{"domain": UNIT, **given}))


def with_change(kind, statistic=None, domain=UNIT, **values):
    return lambda cells: changed(
        cells, one_of(cells, kind, domain, statistic), replace(one_of(cells, kind, domain, statistic), **values)
    )


SUMS = {"n": 12, "w": 24 * 10**6, "x": 24 * 10**6, "y": 12 * 10**6}
FORGED = {
    "a respondent": (with_row(kind="respondent", statistic=ITEM, cell="0912345678", n=1), "no kind 'respondent'"),
    "a name": (with_row(kind="hidden", statistic="Nguyen Van A", cell="hidden"), "no statistic 'Nguyen Van A'"),
    "a name in a note": (with_row(kind="hidden", statistic="overall", cell="hidden", note="Van A"), "no note 'Van A'"),
    "a unit from elsewhere": (with_row(kind="hidden", domain="x", statistic=ITEM, cell="hidden"), "no unit of"),
    "an answer without count": (lambda cells: split(cells, None, 60), "0 answers; a cell has at least 10"),
    "an answer counted 0": (lambda cells: split(cells, 0, 60), "0 answers; a cell has at least 10"),
    "six answers": (lambda cells: split(cells, 6, 54), "6 answers; a cell has at least 10"),
    "a cell in two rows": (lambda cells: split(cells, 10, 50), "w is not the weight|another cell|same as line"),
    "a count in a level row": (with_change("level", ITEM, n=1), "n must be empty"),
    "an unknown level table": (with_row(kind="level", statistic="share:no", cell="1", y=7), "no statistic 'share:no'"),
    "an unknown square": (with_row(kind="square", statistic="secret", stage="rest", z2=0.5), "no statistic 'secret'"),
    "an unknown pool": (with_row(kind="pool", statistic="factor:x", **SUMS), "no statistic 'factor:x'"),
    "a pool of what is shown": (
        with_row(kind="pool", statistic="overall", note=f"{ITEM} share:q01", **SUMS),
        "an item of a pool is not hidden",
    ),
    "5000 answers": (with_change("domain", n=5000), r"5000 of 150 is the share 1\.0"),
    "5000 answers of 150": (with_change("domain", n=5000, fraction=1.0), "has n 180, its parts 5120"),
    "a share of 0.99": (with_change("domain", fraction=0.99), r"60 of 150 is the share 0\.4"),
    "more satisfied than valid": (with_change("sum", ITEM, y=400 * 10**6), "0 <= y <= x <= w"),
    "more answers than people": (with_change("sum", ITEM, n=61), "61 answers of 60"),
    "no cell at all": (
        lambda cells: tuple(r for r in cells if (r.kind, r.statistic, r.domain) != ("sum", ITEM, UNIT)),
        f"shows {ITEM}, but the answers of {UNIT} are in none",
    ),
    "a level table of another share": (
        lambda cells: tuple(
            replace(r, y=50) if (r.kind, r.domain, r.statistic) == ("level", UNIT, ITEM) else r for r in cells
        ),
        f"the levels of {ITEM} of {UNIT} do not add up to its share",
    ),
    "squares of many digits": (with_change("square", z2=0.123456), "three digits"),
}


@pytest.mark.parametrize(("forge", "told"), FORGED.values(), ids=FORGED)
def test_a_row_that_no_release_has_is_refused_with_its_place(published, forge, told):
    cells, protocol = published
    with pytest.raises(AnalysisError, match=told):
        annual.recompute(forge(cells), protocol)


def test_a_forged_row_signed_again_is_no_good_bundle(files, published):
    forged = cell_table(FORGED["a respondent"][0](published[0])).content()
    again = {path: content for path, content in files.items() if path not in OUTSIDE} | {"data/cells.csv": forged}
    verdict = verify_files(signed(again | {"SHA256SUMS": sums(again)}, KEY), KEY.public_key())
    assert not verdict.ok
    assert any(f.file == "data/cells.csv" and "no kind 'respondent'" in f.problem for f in verdict.findings)
