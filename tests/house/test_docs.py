"""Every setting, command and table is in the documentation, and what it names is there."""

import re
from dataclasses import fields
from pathlib import Path

import click

from survey_app.cli import sipas
from survey_app.db import Base
from survey_app.services import data_dictionary
from survey_app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def read(name):
    return (DOCS / name).read_text(encoding="utf-8")


def commands(command=sipas, path="sipas"):
    """Every command by its full name; groups are asked as the program asks them."""
    if not isinstance(command, click.Group):
        return {path: command}
    context = click.Context(command)
    found = {}
    for name in command.list_commands(context):
        found |= commands(command.get_command(context, name), f"{path} {name}")
    return found


def test_every_setting_is_explained_and_no_other():
    named = set(re.findall(r"`SIPAS_(\w+)`", read("operations.md")))
    assert named == {field.name.upper() for field in fields(Settings)}


def test_every_command_is_explained_and_no_other():
    text = read("operations.md")
    table = text[text.index("## Commands") :]
    named = set(re.findall(r"`(sipas [a-z0-9 -]+?)`", table[: table.index("\n## ", 5)]))
    assert named == set(commands())


def test_every_command_that_a_page_shows_is_there():
    known = {*commands(), "sipas --help"}
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    written = re.compile(r"(?:^    |`)(sipas [^`\n]+)", re.MULTILINE)
    shown = [(page.name, found) for page in pages for found in written.findall(page.read_text(encoding="utf-8"))]
    assert len(shown) > 150
    groups = {" ".join(command.split()[:length]) for command in known for length in (1, 2, 3)}
    wrong = [
        (page, found)
        for page, found in shown
        if not any(f"{found} ".startswith(f"{command} ") for command in known) and found not in groups
    ]
    assert wrong == []


def test_no_two_decisions_share_a_number():
    numbers = [path.name[:4] for path in (DOCS / "adr").glob("*.md")]
    assert len(numbers) == len(set(numbers)) > 20
    assert all(path.read_text().startswith(f"# {int(path.name[:4])}.") for path in (DOCS / "adr").glob("*.md"))


def test_every_command_says_what_it_does():
    assert [name for name, command in commands().items() if not command.help] == []
    assert len(commands()) > 30


def test_the_data_dictionary_is_that_of_the_models():
    """`sipas db dictionary > docs/data-dictionary.md` mends it."""
    assert read("data-dictionary.md") == data_dictionary.markdown()
    for name, table in Base.metadata.tables.items():
        assert f"\n## {name}\n" in read("data-dictionary.md")
        assert all(f"`{column.name}`" in read("data-dictionary.md") for column in table.columns)


def test_every_table_says_what_it_is_for():
    for mapper in Base.registry.mappers:
        assert mapper.class_.__doc__, mapper.class_


def test_links_between_documents_lead_somewhere():
    for path in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_test_that_the_threat_model_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", read("security.md"))
    assert len(named) > 20
    root = DOCS.parent
    assert [one for one in named if f"def {one[1]}(" not in (root / one[0]).read_text(encoding="utf-8")] == []
