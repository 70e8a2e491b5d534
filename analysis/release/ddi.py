"""The questionnaire and the study as DDI-Codebook 2.5."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET  # writes only

from analysis.release.facts import Facts
from analysis.release.sheets import Sheet

PATH = "ddi-codebook.xml"
NAMESPACE = "ddi:codebook:2_5"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGES = (("vi", "label_vi"), ("en", "label_en"))


def ddi_codebook(facts: Facts, codebook: Sheet, words: Mapping[str, str]) -> bytes:
    """Write the study description and one variable per question.

    Parameters
    ----------
    facts : Facts
        Title, publisher, dates.
    codebook : Sheet
        Questions and their answers (`release.codebook`).
    words : mapping of str to str
        Texts under abstract, universe, sampling, mode, weights.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("codeBook"), {"version": "2.5", _LANG: "vi"})
    study = _add(root, "stdyDscr")
    _citation(study, facts)
    _scope(study, facts, words)
    _method(study, words)
    data = _add(root, "dataDscr")
    answers = dict[str, list[dict[str, str]]]()
    for record in codebook.records():
        answers.setdefault(record["item"], []).append(record)
    for number, (item, records) in enumerate(answers.items(), start=1):
        _variable(data, f"V{number}", item, records)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _citation(study: ET.Element, facts: Facts) -> None:
    citation = _add(study, "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", facts.title_vi, {_LANG: "vi"})
    _add(titles, "parTitl", facts.title_en, {_LANG: "en"})
    _add(titles, "IDNo", facts.name)
    _add(_add(citation, "rspStmt"), "AuthEnty", facts.publisher)
    _add(_add(citation, "prodStmt"), "software", facts.software)
    distribution = _add(citation, "distStmt")
    _add(distribution, "distrbtr", facts.publisher)
    if facts.contact:
        _add(distribution, "contact", facts.contact, {"affiliation": facts.publisher})
    _add(distribution, "distDate", facts.announced, {"date": facts.announced})
    _add(_add(citation, "verStmt"), "version", str(facts.version))


def _scope(study: ET.Element, facts: Facts, words: Mapping[str, str]) -> None:
    info = _add(study, "stdyInfo")
    _add(info, "abstract", words["abstract"])
    summary = _add(info, "sumDscr")
    for name, days in (("timePrd", facts.period), ("collDate", facts.field)):
        for event, day in zip(("start", "end"), days, strict=True):
            _add(summary, name, day, {"event": event, "date": day})
    _add(summary, "nation", "Việt Nam", {"abbr": "VN"})
    _add(summary, "geogCover", facts.place)
    _add(summary, "universe", words["universe"])
    _add(summary, "dataKind", "survey data: sums over groups of answers")


def _method(study: ET.Element, words: Mapping[str, str]) -> None:
    collection = _add(_add(study, "method"), "dataColl")
    _add(collection, "sampProc", words["sampling"])
    _add(collection, "collMode", words["mode"])
    _add(collection, "weight", words["weights"])


def _variable(data: ET.Element, identity: str, item: str, records: list[dict[str, str]]) -> None:
    """One question: wording in both languages, then its answers."""
    variable = _add(data, "var", "", {"ID": identity, "name": item})
    head = records[0]
    for language, column in _LANGUAGES:
        if head[column]:
            _add(variable, "labl", head[column], {_LANG: language})
    question = _add(variable, "qstn")
    for language, column in _LANGUAGES:
        if head[column]:
            _add(question, "qstnLit", head[column], {_LANG: language})
    for record in records[1:]:
        category = _add(variable, "catgry")
        _add(category, "catValu", record["code"])
        for language, column in _LANGUAGES:
            if record[column]:
                _add(category, "labl", record[column], {_LANG: language})
    if head["factor"]:
        _add(variable, "concept", head["factor"])


def _add(parent: ET.Element, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> ET.Element:
    element = ET.SubElement(parent, _tag(name), dict(attributes or {}))
    element.text = text or None
    return element


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
