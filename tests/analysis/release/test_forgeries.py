"""A dishonest publisher has the key: whatever he signs, the figures must follow from the inputs, and these agree."""

import base64
import io
import json
import zipfile
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analysis.__main__ import main
from analysis.release.bundle import EARLIER, build, contents_of, signed
from analysis.release.checking import unsigned_findings, verify_files
from analysis.release.container import packed
from analysis.release.differences import differences
from analysis.release.following import Previous, history
from analysis.release.inputs import disagreements, unchecked
from analysis.release.signing import OUTSIDE, sums
from tests.analysis.release.sample import KEY, two_years

UNKNOWN = base64.b64encode(bytes.fromhex("300d300806062a0304050607030100")).decode()  # object identifier 1.2.3.4.5.6.7
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture(scope="module")
def files():
    return two_years()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Last year's bundle, and the public keys of the province, then and later."""
    place = tmp_path_factory.mktemp("forged")
    (place / "before.zip").write_bytes(packed(two_years()[0]))
    for name, key in (("province", KEY), ("other", OTHER)):
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (place / f"{name}.pub").write_bytes(pem)
    return place


def resigned(files, **changed):
    """The files with other content, or without it, signed again."""
    plain = {path: content for path, content in files.items() if path not in OUTSIDE} | changed
    plain = {path: content for path, content in plain.items() if content is not None}
    return signed(plain | {"SHA256SUMS": sums(plain)}, KEY)


def given(**changed):
    """The inputs of this year's bundle, some of them others."""
    return replace(contents_of(two_years()[1]), **changed)


def remade(**changed):
    """A bundle made from other inputs with the publisher's own program."""
    return signed(build(given(**changed)), KEY)


def with_facts(**changed):
    return replace(given().facts, **changed)


def verdict(folder, files, *more, capsys, key="province"):
    """Exit code and words of the command."""
    (folder / "now.zip").write_bytes(packed(files))
    words = [str(folder / "now.zip"), "--key", str(folder / f"{key}.pub"), *map(str, more)]
    code = main(["verify", *words])
    return code, capsys.readouterr().out


def problems(files, name):
    return [f.problem for f in verify_files(files, KEY.public_key()).findings if f.file == name]


def raised(earlier):
    """Earlier figures that are all 10.00."""
    place = [column.name for column in earlier.columns].index("estimate")
    rows = (tuple("10.00" if k == place and cell else cell for k, cell in enumerate(row)) for row in earlier.rows)
    return replace(earlier, rows=tuple(rows))


def test_earlier_figures_are_never_called_consistent_without_being_compared(folder, capsys):
    forged = remade(earlier=raised(given().earlier), facts=with_facts(previous="another/1"))
    _code, said = verdict(folder, forged, "--previous", folder / "before.zip", capsys=capsys)
    assert "consistent with" not in said
    assert "figures not compared (repeated are those of another/1)" in said
    assert "note: results/comparison.csv rests on the earlier figures in data/earlier.csv, which were not comp" in said


def test_forged_earlier_figures_are_told(folder):
    before = Previous(folder / "before.zip", KEY.public_key())
    found, _done, _name = history(given(earlier=raised(given().earlier)), before)
    assert {(f.file, f.column, f.found) for f in found} == {("data/earlier.csv", "estimate", "10.00")}


def test_earlier_figures_of_nobody_and_emptied_ones_are_told():
    (nobody,) = disagreements(given(facts=with_facts(previous="")))
    assert nobody.file == "release.json"
    (emptied,) = disagreements(given(earlier=EARLIER))
    assert emptied.problem == "repeats no figure of song-may-2025/1, which release.json names"


def test_without_the_earlier_bundle_the_reader_is_told_what_is_unchecked(folder, files, capsys):
    code, said = verdict(folder, files, capsys=capsys)
    assert code == 0
    assert "note: results/comparison.csv rests on the earlier figures in data/earlier.csv, which were not comp" in said


def test_a_release_put_in_before_is_another_history(folder):
    (listed,) = given().facts.earlier
    before = Previous(folder / "before.zip", KEY.public_key())
    (finding,), _done, _name = history(given(facts=with_facts(earlier=("0" * 64, listed))), before)
    assert finding.problem == "tells another history of releases than song-may-2025/1"


def test_after_a_change_of_the_key_each_bundle_is_held_against_its_own(folder, files, capsys):
    now = signed({path: content for path, content in files.items() if path not in OUTSIDE} | {
        "SHA256SUMS": files["SHA256SUMS"]}, OTHER)  # fmt: skip
    both = ("--previous", folder / "before.zip")
    code, said = verdict(folder, now, *both, "--previous-key", folder / "province.pub", key="other", capsys=capsys)
    assert code == 0, said
    assert "consistent with before.zip" in said
    assert verdict(folder, now, *both, key="other", capsys=capsys)[0] == 1


def test_pictures_are_compared_to_the_last_byte_by_stranger_and_checker(files, tmp_path):
    """Scripts, addresses elsewhere, other lines, a blank: whatever the words say."""
    more = {"units.vi": b"<script>alert(1)</script>", "units.en": b'<image href="https://elsewhere.example/x"/>',
            "factors.vi": b'<g onload="x()"/>', "items.vi": b" "}  # fmt: skip
    changed = {
        f"charts/{name}.svg": files[f"charts/{name}.svg"].replace(b"</svg>", x + b"</svg>") for name, x in more.items()
    }
    moved = "charts/factors.en.svg"
    forged = resigned(files, **changed, **{moved: files[moved].replace(b' d="M', b' d="M0 0 M')})
    found = verify_files(forged, KEY.public_key()).findings
    assert {f.file for f in found} >= {*changed, moved}
    assert [f.problem for f in found if f.file == moved] == [
        "its lines and shapes differ from those that follow from data/cells.csv and protocol.json"
    ]
    (tmp_path / "b.zip").write_bytes(packed(forged))
    assert {told.split(":")[0] for told in unsigned_findings(tmp_path / "b.zip")} >= {*changed, moved}


def test_a_report_on_paper_is_what_nobody_can_make_again_and_a_note_says_so():
    (note,) = unchecked(given(printed={"report/vi.pdf": b"%PDF-1.7 10.00 %"}))
    assert note.startswith("report/vi.pdf was printed elsewhere")


def test_files_that_are_left_out_of_the_list_of_checksums_too_are_missed(files):
    left_out = ("results/ranks.csv", "results/comparison.csv", "method.md", "catalog.jsonld")
    found = verify_files(resigned(files, **dict.fromkeys(left_out)), KEY.public_key()).findings
    assert {f.file for f in found if "is missing" in f.problem} == set(left_out)


def test_another_questionnaire_in_the_facts_than_in_the_protocol_is_told():
    (finding,) = disagreements(given(facts=with_facts(instrument="other/9")))
    assert (finding.file, finding.expected, finding.found) == ("protocol.json", "other/9", "kiosk-short/1")


def test_an_index_that_is_not_the_questionnaire_s_is_told():
    """The overall index made of the one question that came out best."""
    protocol = json.loads(json.dumps(given().protocol))
    parts = next(one["parts"] for one in protocol["statistics"] if one["name"] == "share:q02")
    next(one for one in protocol["statistics"] if one["name"] == "overall")["parts"] = parts
    (finding,) = disagreements(given(protocol=protocol))
    assert (finding.file, finding.column) == ("protocol.json", "overall")


def test_a_question_that_was_not_asked_so_is_told_by_row_and_column():
    book = given().codebook
    place = [column.name for column in book.columns].index("label_vi")
    rows = [list(row) for row in book.rows]
    rows[0][place] = "Ông/Bà có rất hài lòng không?"
    forged = given(codebook=replace(book, rows=tuple(map(tuple, rows))))
    (finding,) = disagreements(forged)
    assert finding.file == "codebook.csv"
    assert (finding.row, finding.column, finding.found) == ("2", "label_vi", "Ông/Bà có rất hài lòng không?")


def test_of_a_questionnaire_that_nobody_knows_a_note_says_so():
    protocol = dict(given().protocol) | {"instrument": "own/1"}
    made = given(protocol=protocol, facts=with_facts(instrument="own/1"))
    assert list(disagreements(made)) == []
    assert any("does not know the questionnaire own/1" in note for note in unchecked(made))


def test_a_damaged_workbook_is_told_wherever_the_damage_lies(files):
    content = files["sipas.xlsx"]
    for byte in (*range(0, 400, 7), *range(400, len(content), 997)):
        damaged = content[:byte] + bytes([content[byte] ^ 0xFF]) + content[byte + 1 :]
        assert differences("sipas.xlsx", content, damaged), byte


def test_a_workbook_packed_in_another_way_is_told(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "x" * 100)
    (finding,) = differences("sipas.xlsx", files["sipas.xlsx"], content.getvalue())
    assert "packed in another way" in finding.problem


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("release.json", b"[" * 100_000),
        ("reports/weights.json", b"[" * 100_000),
        ("release.json", None),
        ("data/cells.csv", b"kind,domain\n" + b'"' * 1000),
        ("protocol.json", b'{\n  "tree": {\n    "song-may": null\n  }\n}\n'),
        ("reports/weights.json", b'{\n  "calibration": 3\n}\n'),
    ],
)
def test_a_forged_input_is_a_no_for_stranger_and_checker(folder, files, path, content, capsys):
    forged = resigned(files, **{path: content})
    assert verdict(folder, forged, capsys=capsys)[0] == 1
    assert unsigned_findings(folder / "now.zip")


@pytest.mark.parametrize(
    "changed",
    [{"title_vi": 5}, {"version": "1"}, {"version": True}, {"period": ["2025-01-01"]}, {"earlier": "x"},
     {"field": ["20250101", "2025-12-31"]}, {"contact": None}, {"period": 7}],
)  # fmt: skip
def test_facts_of_another_kind_are_told(files, changed):
    facts = json.loads(files["release.json"]) | changed
    content = (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()
    assert any("does not describe a release" in p or "cannot be" in p or "days are" in p
               for p in problems(resigned(files, **{"release.json": content}), "release.json"))  # fmt: skip


def test_a_key_of_an_unknown_algorithm_is_no_check_at_all(folder, files, tmp_path, capsys):
    (tmp_path / "x.pub").write_text(f"-----BEGIN PUBLIC KEY-----\n{UNKNOWN}\n-----END PUBLIC KEY-----\n")
    (folder / "now.zip").write_bytes(packed(files))
    assert main(["verify", str(folder / "now.zip"), "--key", str(tmp_path / "x.pub")]) == 2
    assert "no Ed25519 public key" in capsys.readouterr().err
