"""The examples in docs/method.md give what they say, and the code names only formulas that stand there."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
METHOD = ROOT / "docs" / "method.md"


def test_examples_give_what_they_say():
    failed, run = doctest.testfile(str(METHOD), module_relative=False)
    assert run > 5
    assert failed == 0


def sections():
    """Lettered sections of the method by heading."""
    parts = METHOD.read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.split("\n")[0]: part for part in parts if re.match(r"[A-Z](, [A-Z])*\. ", part)}


def test_every_section_has_an_example_that_runs():
    assert len(sections()) > 15
    assert [heading for heading, text in sections().items() if ">>> " not in text] == []


def test_every_formula_stands_once_and_in_the_section_of_its_letter():
    found = [
        (number, heading) for heading, text in sections().items() for number in re.findall(r"\*\*([A-Z]\d+)\*\*", text)
    ]
    numbers = [number for number, _ in found]
    assert [number for number in numbers if numbers.count(number) > 1] == []
    assert [(number, heading) for number, heading in found if number[0] not in heading.split(".")[0]] == []


def test_sections_come_in_the_order_in_which_the_pipeline_calls_them():
    letters = [heading[0] for heading in sections()]
    assert letters[:4] == ["S", "E", "V", "I"]


def test_every_formula_that_the_code_names_stands_in_the_method():
    text = METHOD.read_text(encoding="utf-8")
    for source in sorted((ROOT / "analysis").glob("*.py")):
        for named in re.findall(r"formulas? ((?:[A-Z]\d+(?:, | and | to )?)+)", source.read_text(encoding="utf-8")):
            for number in re.findall(r"[A-Z]\d+", named):
                assert f"**{number}**" in text, f"{source.name} names formula {number}"
