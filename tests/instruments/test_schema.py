"""schema.json and the documentation know the same keys as the loader."""

import json
import re
from pathlib import Path

import pytest

import instruments
from instruments.item_rules import KEYS_OF_KIND
from instruments.lockfile import SHIPPED
from instruments.shape import SECTIONS, Section

SCHEMA = json.loads((SHIPPED / "schema.json").read_text("utf-8"))
GUIDE = (Path(instruments.__file__).parents[1] / "docs" / "instruments.md").read_text("utf-8")
SECTION = pytest.mark.parametrize("section", Section)


def described(section):
    return SCHEMA if section is Section.TOP else SCHEMA["definitions"][section.value]


@SECTION
def test_the_schema_for_editors_has_the_keys_that_the_loader_accepts(section):
    assert list(described(section)["properties"]) == list(SECTIONS[section])
    assert described(section)["additionalProperties"] is False


@SECTION
def test_the_schema_requires_what_the_loader_requires(section):
    wanted = [key for key, form in SECTIONS[section].items() if form.required]

    assert described(section)["required"] == wanted


@SECTION
def test_the_schema_offers_the_choices_that_the_loader_accepts(section):
    for key, form in SECTIONS[section].items():
        part = described(section)["properties"][key]
        listed = part.get("enum") or part.get("items", {}).get("enum") or []
        assert [choice for choice in listed if choice is not None] == list(form.choices), key


def numbers(part):
    """Lowest and highest of the whole numbers that a part of the schema lets through."""
    part = part.get("items", part)
    part = part.get("anyOf", [part])[-1]
    if part.get("type") == "integer":
        yield from (part["minimum"], part["maximum"])


@SECTION
def test_the_limits_of_numbers_are_those_of_the_loader(section):
    for key, form in SECTIONS[section].items():
        part = described(section)["properties"][key]
        for limit in numbers(part):
            beyond = limit - 1 if limit == min(numbers(part)) else limit + 1
            several = part["type"] == "array" if "type" in part else False
            least = part.get("minItems", 1)
            assert form.fits([limit] * least if several else limit), key
            assert not form.fits([beyond] * least if several else beyond), key


@SECTION
def test_every_key_is_described_for_editors_and_in_the_guide(section):
    heading = GUIDE.split(f"\n### {section.value}\n", 1)[1].split("\n#", 1)[0]

    for key, form in SECTIONS[section].items():
        part = described(section)["properties"][key]
        assert part.get("description") or "$ref" in part, key
        (row,) = re.findall(rf"^\| `{key}` \| (yes|no) \|", heading, re.MULTILINE)
        assert (row == "yes") == form.required, key


def test_the_guide_has_no_key_that_does_not_exist():
    known = {key for section in SECTIONS.values() for key in section}

    assert set(re.findall(r"^\| `([a-z_]+)` \| (?:yes|no) \|", GUIDE, re.MULTILINE)) == known


def test_the_guide_says_for_every_kind_which_keys_it_must_and_may_have():
    for kind, keys in KEYS_OF_KIND.items():
        (needs, may) = re.findall(rf"^\| `{kind}` \| [^|]+ \| ([^|]*) \| ([^|]*) \|$", GUIDE, re.MULTILINE)[0]
        assert set(re.findall(r"`(\w+)`", needs)) == keys.needs
        assert set(re.findall(r"`(\w+)`", may)) == keys.may
