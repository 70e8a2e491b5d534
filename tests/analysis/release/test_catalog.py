"""What other programs say of a bundle: Frictionless, an RDF store, CSV on the Web, DDI, a spreadsheet."""

import csv
import io
import json
import unicodedata
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring
from frictionless import Package
from openpyxl import load_workbook
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from analysis.release.catalog import data_package, linked_data
from analysis.release.sheets import FORMULA_STARTS
from tests.analysis.release.sample import FACTS, two_years

DDI = "{ddi:codebook:2_5}"


@pytest.fixture(scope="module")
def files():
    return two_years()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, files):
    place = tmp_path_factory.mktemp("bundle")
    for path, content in files.items():
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).write_bytes(content)
    return place


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's own parts
def test_frictionless_accepts_the_package_and_bites(folder):
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    tabular = {
        resource.path for resource in Package(str(folder / "datapackage.json")).resources if resource.schema.fields
    }
    assert tabular == {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")}
    good = (folder / "results/overall.csv").read_bytes()
    (folder / "results/overall.csv").write_bytes(good.replace(b"song-may,overall,", b"song-may,overall,many", 1))
    try:
        assert not Package(str(folder / "datapackage.json")).validate().valid
    finally:
        (folder / "results/overall.csv").write_bytes(good)


def test_every_file_is_in_the_package(files):
    listed = {resource["path"] for resource in json.loads(files["datapackage.json"])["resources"]}
    assert files.keys() - listed == {"datapackage.json", "catalog.jsonld", "SHA256SUMS", "release.sig"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's own parts
def test_an_rdf_store_reads_the_catalog(files):
    graph = Graph().parse(data=files["catalog.jsonld"], format="json-ld")
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert str(dataset) == FACTS.url
    assert {t.language for t in graph.objects(dataset, DCTERMS.title)} == {"vi", "en"}
    assert (dataset, RDF.type, URIRef("https://schema.org/Dataset")) in graph
    spdx = Namespace("http://spdx.org/rdf/terms#")
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    for part in graph.objects(dataset, DCAT.distribution):
        (path,) = graph.objects(part, DCTERMS.title)
        (checksum,) = graph.objects(part, spdx.checksum)
        (value,) = graph.objects(checksum, spdx.checksumValue)
        assert sums[str(path)] == str(value).lower()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's own parts
def test_machines_find_whom_to_ask(files):
    named = replace(FACTS, contact="sipas@songmay.example, 0123 456 789")
    graph = Graph().parse(data=linked_data(named, files), format="json-ld")
    (whom,) = graph.objects(predicate=DCAT.contactPoint)
    assert str(graph.value(whom, URIRef("http://www.w3.org/2006/vcard/ns#fn"))) == named.contact
    roles = {one["role"]: one["title"] for one in json.loads(data_package(named, [], files))["contributors"]}
    assert roles == {"publisher": FACTS.publisher, "contact": named.contact}


def test_csv_on_the_web_describes_every_column_of_every_table(files):
    described = json.loads(files["csv-metadata.json"])
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    tables = {table["url"]: table["tableSchema"] for table in described["tables"]}
    assert tables.keys() == {path for path in files if path.endswith(".csv")}
    types = {"string": str, "integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}
    for path, schema in tables.items():
        heading, *rows = csv.reader(io.StringIO(files[path].decode()))
        assert heading == [column["titles"] for column in schema["columns"]]
        assert all(row[k] for row in rows for k, column in enumerate(schema["columns"]) if column.get("required"))
        for k, column in enumerate(schema["columns"]):
            assert all(types[column["datatype"]](row[k]) is not None for row in rows if row[k])
        keys = [tuple(row[heading.index(name)] for name in schema.get("primaryKey", heading)) for row in rows]
        assert len(set(keys)) == len(keys), path


def test_the_questionnaire_is_ddi_codebook(files):
    """Order and names of the elements as the schema of 2.5 has them; the schema itself is not shipped."""
    root = fromstring(files["ddi-codebook.xml"])
    assert (root.tag, root.get("version")) == (f"{DDI}codeBook", "2.5")
    assert [child.tag for child in root] == [f"{DDI}stdyDscr", f"{DDI}dataDscr"]
    order = {
        "stdyDscr": ["citation", "stdyInfo", "method"],
        "citation": ["titlStmt", "rspStmt", "prodStmt", "distStmt", "verStmt"],
        "titlStmt": ["titl", "parTitl", "IDNo"],
        "distStmt": ["distrbtr", "distDate"],
        "stdyInfo": ["abstract", "sumDscr"],
        "sumDscr": ["timePrd", "collDate", "nation", "geogCover", "universe", "dataKind"],
        "dataColl": ["sampProc", "collMode", "weight"],
        "var": ["labl", "qstn", "catgry", "concept"],
        "catgry": ["catValu", "labl"],
    }
    for name, children in order.items():
        for element in root.iter(f"{DDI}{name}"):
            places = [children.index(child.tag.removeprefix(DDI)) for child in element]
            assert places == sorted(places), name
    names = [variable.get("name") for variable in root.iter(f"{DDI}var")]
    assert len(set(names)) == len(names) > 5
    assert len({v.get("ID") for v in root.iter(f"{DDI}var")}) == len(names)
    assert [c.findtext(f"{DDI}catValu") for c in root.find(f".//{DDI}var").iter(f"{DDI}catgry")][:5] == list("12345")


def test_no_cell_of_any_table_begins_like_a_formula_unless_it_is_a_number(files):
    seen = 0
    for path in (path for path in files if path.endswith(".csv")):
        for row in csv.reader(io.StringIO(files[path].decode())):
            for cell in row:
                if cell.lstrip(" '").startswith(FORMULA_STARTS):
                    assert cell.startswith("'") or float(cell) < 0, (path, cell)
                    seen += 1
    assert seen > 5  # a unit whose name begins with "=", and falls since last year


def test_the_workbook_opens_and_holds_every_table(files):
    book = load_workbook(io.BytesIO(files["sipas.xlsx"]))
    assert len(book.worksheets) == sum(path.endswith(".csv") for path in files)
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    names = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "=Phường An Khánh" in names


def test_everything_is_utf_8_in_normal_form(files):
    for path, content in files.items():
        if not path.endswith(".xlsx"):
            assert unicodedata.is_normalized("NFC", content.decode()), path
