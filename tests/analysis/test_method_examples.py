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


def test_every_formula_that_the_code_names_stands_in_the_method():
    text = METHOD.read_text(encoding="utf-8")
    for source in sorted((ROOT / "analysis").glob("*.py")):
        for number in re.findall(r"method\.md, formula ([A-Z]\d+)", source.read_text(encoding="utf-8")):
            assert f"**{number}**" in text, f"{source.name} names formula {number}"
