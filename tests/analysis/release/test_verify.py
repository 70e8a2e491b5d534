"""A stranger's check: yes for the bundle as it was signed, no and where for anything else."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analysis.__main__ import main
from analysis.release.bundle import build, contents_of, signed
from analysis.release.checking import verify_files
from analysis.release.container import packed
from analysis.release.signing import OUTSIDE, check_signature, check_sums, sums
from tests.analysis.release.sample import KEY, contents, two_years

INPUTS = (
    "release.json",
    "protocol.json",
    "codebook.csv",
    "data/cells.csv",
    "data/fieldwork.csv",
    "data/earlier.csv",
    "data/history.csv",
    "data/succession.csv",
    "data/bridges.csv",
    "reports/weights.json",
    "reports/disclosure.json",
    "reports/integrity.json",
)


@pytest.fixture(scope="module")
def files():
    return two_years()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, files):
    """Both bundles and the public key, as a stranger has them."""
    place = tmp_path_factory.mktemp("stranger")
    before, _now = two_years()
    (place / "2025.zip").write_bytes(packed(before))
    (place / "2026.zip").write_bytes(packed(files))
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (place / "province.pub").write_bytes(pem)
    return place


def flipped(content, place=None):
    """The content with one digit changed: the first one, or the one at a place."""
    at = re.search(rb"[0-9]", content).start() if place is None else place
    digit = b"7" if content[at : at + 1] != b"7" else b"8"
    return content[:at] + digit + content[at + 1 :]


def told(files):
    return verify_files(files, KEY.public_key()).findings


def run(*words, capsys):
    code = main(["verify", *map(str, words)])
    return code, capsys.readouterr().out


def test_the_signed_bundle_is_good_and_follows_last_years(folder, capsys):
    key, before = ("--key", folder / "province.pub"), ("--previous", folder / "2025.zip")
    code, said = run(folder / "2026.zip", *key, *before, capsys=capsys)
    assert code == 0, said
    assert said.startswith("yes: song-may-2026/1")
    assert "consistent with 2025.zip" in said


def test_equal_inputs_give_equal_bytes():
    first, second = (packed(signed(build(contents(1)), KEY)) for _ in range(2))
    assert first == second == packed(two_years()[0])


def test_the_inputs_of_a_bundle_can_be_read_back_from_it(files):
    assert build(contents_of(files)) == {path: content for path, content in files.items() if path != "release.sig"}


def test_any_digit_of_any_file_changed_is_told(files):
    """Every file, twenty digits of each: signature and checksums see all of them."""
    public = KEY.public_key()
    for path, content in files.items():
        digits = [match.start() for match in re.finditer(rb"[0-9]", content)]
        assert digits, path
        for place in digits[:: max(1, len(digits) // 20)]:
            changed = files | {path: flipped(content, place)}
            assert any(f.file == path for f in (*check_sums(changed), *check_signature(changed, public))), (path, place)


def test_a_digit_in_every_file_that_follows_from_others_is_found_and_its_place_told(files):
    derived = [path for path in files if path not in (*INPUTS, *OUTSIDE)]
    changed = files | {path: flipped(files[path]) for path in derived if not path.endswith(".xlsx")}
    places = {(f.file, f.row) for f in told(changed) if f.expected and f.row}
    named = {file for file, _row in places}
    assert named >= {path for path in derived if not path.endswith((".svg", ".xlsx"))}
    assert len(derived) > 15


@pytest.mark.parametrize("path", INPUTS)
def test_a_digit_in_what_all_follows_from_is_found(files, path):
    """The file is named by its checksum, and so is what no longer follows from it or where it cannot be read."""
    findings = told(files | {path: flipped(files[path])})
    assert any(f.file == path and "does not have the checksum" in f.problem for f in findings)
    assert len({f.file for f in findings}) > 1 or any(f.file == path and f.row for f in findings) or len(findings) > 1


def test_a_changed_cell_is_told_by_row_and_column(files):
    """The workbook repeats the cells, so even a changed input is found to the cell."""
    lines = files["data/cells.csv"].split(b"\n")
    row = next(n for n, line in enumerate(lines) if line.startswith(b"sum,"))
    cell, place = lines[row].split(b","), lines[0].split(b",").index(b"y")
    was = cell[place].decode()
    assert "." not in was
    lines[row] = b",".join([*cell[:place], cell[place] + b".001", *cell[place + 1 :]])
    findings = told(files | {"data/cells.csv": b"\n".join(lines)})
    assert any(f.file.startswith("sipas.xlsx") and f.row == str(row + 2) and f.found == was for f in findings)


def test_a_figure_changed_by_somebody_with_the_key_is_found_to_the_column(files):
    lines = files["results/overall.csv"].decode().split("\n")
    heading, cells = lines[0].split(","), lines[1].split(",")
    place = heading.index("estimate")
    was, cells[place] = cells[place], "99.99"
    forged = dict(files) | {"results/overall.csv": "\n".join([lines[0], ",".join(cells), *lines[2:]]).encode()}
    forged = {path: content for path, content in forged.items() if path not in OUTSIDE}
    forged = signed(forged | {"SHA256SUMS": sums(forged)}, KEY)
    (finding,) = [f for f in told(forged) if f.file == "results/overall.csv"]
    assert (finding.row, finding.column, finding.expected, finding.found) == ("2", "estimate", was, "99.99")


def test_a_picture_that_says_another_number_is_found(files):
    path = "charts/factors.vi.svg"
    drawn = files[path].decode()
    number = re.search(r">(\d\d,\d)", drawn)[1]
    forged = {p: c for p, c in files.items() if p not in OUTSIDE} | {path: drawn.replace(number, "99,9").encode()}
    forged = signed(forged | {"SHA256SUMS": sums(forged)}, KEY)
    assert any(f.file == path and "99,9" in f.found for f in told(forged))


def test_missing_and_extra_files_are_named(files):
    without = {path: content for path, content in files.items() if path != "results/items.csv"}
    assert any(f.file == "results/items.csv" and "missing" in f.problem for f in told(without))
    assert any(f.file == "results/more.csv" for f in told(files | {"results/more.csv": b"1\n"}))
    assert any(f.file == "data/cells.csv" for f in told({p: c for p, c in files.items() if p != "data/cells.csv"}))


@pytest.mark.parametrize("content", [b"[]\n", b"{", b'{"tree": NaN}\n', b"[" * 100_000, b'{"tree": {"a": "a"}}\n'])
def test_a_forged_protocol_is_told_and_breaks_nothing(files, content):
    assert any(f.file in ("protocol.json", "data/cells.csv") for f in told(files | {"protocol.json": content}))


def test_no_says_where_and_what_to_do(folder, files, tmp_path, capsys):
    (tmp_path / "forged.zip").write_bytes(
        packed(files | {"results/overall.csv": flipped(files["results/overall.csv"])})
    )
    code, said = run(tmp_path / "forged.zip", "--key", folder / "province.pub", capsys=capsys)
    assert code == 1
    assert said.startswith("no: song-may-2026/1")
    assert re.search(
        r"results/overall.csv, row \d+, column \w+: .* \(expected '.*', found '.*'\)\. Ask the publisher", said
    )
    code, said = run(tmp_path / "forged.zip", "--key", folder / "province.pub", "--json", capsys=capsys)
    assert code == 1
    assert '"ok": false' in said


def test_a_bundle_that_cannot_be_opened_is_a_no_and_a_missing_key_is_neither(folder, tmp_path, capsys):
    (tmp_path / "x.zip").write_bytes(b"PK")
    assert run(tmp_path / "x.zip", "--key", folder / "province.pub", capsys=capsys)[0] == 1
    assert run(tmp_path / "none.zip", "--key", folder / "province.pub", capsys=capsys)[0] == 1
    assert run(folder / "2026.zip", "--key", tmp_path / "none.pub", capsys=capsys)[0] == 2
    assert run(folder / "2026.zip", "--key", folder / "2026.zip", capsys=capsys)[0] == 2


def test_an_earlier_bundle_that_this_one_does_not_build_on_is_told(folder, capsys):
    words = (folder / "2025.zip", "--key", folder / "province.pub", "--previous", folder / "2026.zip")
    code, said = run(*words, capsys=capsys)
    assert code == 1
    assert "does not list song-may-2026/1 among the earlier releases" in said


def test_a_folder_is_checked_like_the_zip(folder, files, tmp_path, capsys):
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert run(Path(tmp_path), "--key", folder / "province.pub", capsys=capsys)[0] == 0
