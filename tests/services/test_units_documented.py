"""The examples of docs/units-and-dossiers.md do what the text says."""

import csv
import re
from pathlib import Path

import yaml

from survey_app.domain import dossier_mapping, dossiers, unit_events, unit_rows
from survey_app.services import unit_lists, units

TEXT = (Path(__file__).parents[2] / "docs" / "units-and-dossiers.md").read_text(encoding="utf-8")


def examples(kind):
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def test_the_unit_list_of_the_guide_can_be_loaded(installation, tmp_path):
    (tmp_path / "units.csv").write_text(examples("csv")[0], encoding="utf-8")
    assert unit_lists.load(installation, tmp_path / "units.csv") == unit_rows.Tally(new=5)
    with installation.database.read() as session:
        assert units.find(session, "H98.101", installation.today()).slug == "mot-cua-tan-phu"


def test_the_events_of_the_guide_are_without_fault():
    rows = list(csv.DictReader(examples("csv")[1].splitlines()))
    events, problems = unit_events.parse(enumerate(rows, 2))
    assert ([event.kind for event in events], problems) == (["merge", "split"], [])


def test_the_mapping_of_the_guide_is_without_fault():
    mapping = dossier_mapping.parse(yaml.safe_load(examples("yaml")[0]), "guide")
    assert mapping.columns["filing_channel"][0].values["co'"] == "online"


def test_every_field_and_column_is_in_the_guide():
    named = set(re.findall(r"`(\w+)`", TEXT))
    assert {*dossiers.FIELDS, *unit_rows.COLUMNS, *unit_events.COLUMNS} <= named
