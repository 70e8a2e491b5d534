"""Whether the inputs of a bundle agree with each other and with the questionnaire that they name."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from analysis import annual
from analysis.release import facts, questions
from analysis.release.bundle import PROTOCOL, Contents
from analysis.release.differences import differences
from analysis.release.facts import json_bytes
from analysis.release.findings import Finding
from instruments.load import load_all
from instruments.model import Instrument


def disagreements(contents: Contents) -> Iterator[Finding]:
    """Inputs that contradict each other or the questionnaire."""
    told, named = contents.protocol.get("instrument"), contents.facts.instrument
    if told != named:
        yield Finding(PROTOCOL, f"is of another questionnaire than {facts.PATH}", expected=named, found=str(told))
    if contents.earlier.rows and not contents.facts.previous:
        yield Finding(facts.PATH, f"does not say of which release the figures of {contents.earlier.path} are")
    if contents.facts.previous and not contents.earlier.rows:
        yield Finding(
            contents.earlier.path, f"repeats no figure of {contents.facts.previous}, which {facts.PATH} names"
        )
    yield from _told_twice(contents)
    instrument = load_all().get(named)
    if instrument is not None:
        yield from _recipe(contents, instrument)
        book = questions.codebook(instrument).content()
        problem = f"is not the questionnaire {named}"
        for one in differences(questions.PATH, book, contents.codebook.content()):
            yield replace(one, problem=problem)


def unchecked(contents: Contents) -> Iterator[str]:
    """What could not be compared, in words for the reader."""
    named = contents.facts.instrument
    if named not in load_all():
        yield f"this program does not know the questionnaire {named}: recipe and codebook were not held against it"
    for path in contents.printed:
        yield f"{path} was printed elsewhere and cannot be made again; what is checked is the page report/*.html"


def _told_twice(contents: Contents) -> Iterator[Finding]:
    """Overall indices of the earlier release that the table of all years has otherwise than the one of that release."""
    if contents.past is None:
        return
    earlier = {r["unit"]: r for r in contents.earlier.records() if r["statistic"] == "overall"}
    for record in contents.past.history.records():
        same = earlier.get(record["unit"], {}) if record["release"] == contents.facts.previous else {}
        for name in (column for column in same if column in record and same[column] != record[column]):
            problem = f"says otherwise of {record['unit']} in {record['release']} than {contents.earlier.path}"
            path = contents.past.history.path
            yield Finding(path, problem, column=name, expected=same[name], found=record[name])


def _recipe(contents: Contents, instrument: Instrument) -> Iterator[Finding]:
    """Statistics that are not counted as the questionnaire says."""
    expected = json.loads(json_bytes(annual.complete({}, instrument)["statistics"]))
    found = contents.protocol.get("statistics")
    for want, have in zip_longest(expected, found if isinstance(found, list) else []):
        if want != have:
            problem = f"counts otherwise than the questionnaire {instrument.key}"
            yield Finding(PROTOCOL, problem, column=_name(want), expected=_text(want), found=_text(have))


def _name(statistic: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    return str(statistic["name"]) if isinstance(statistic, dict) and "name" in statistic else "statistics"


def _text(statistic: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    return "" if statistic is None else json.dumps(statistic, ensure_ascii=False)
