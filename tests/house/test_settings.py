""".env.example lists every setting with its default, and nothing else."""

import re
from dataclasses import fields
from pathlib import Path

from survey_app.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_lists_every_setting_with_its_default():
    found = dict(re.findall(r"^SIPAS_(\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert found == {field.name.upper(): str(field.default) for field in fields(Settings)}
