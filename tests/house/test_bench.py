"""Figures can be measured again: each script that a page names runs by the path that is written there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
SCRIPTS = sorted({path for page in PAGES for path in re.findall(r"bench/\w+\.py", page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_finds_what_it_imports_by_its_path(script):
    """Called by its path it knows its own folder only: the root has to be named before anything of `bench` is."""
    text = (ROOT / script).read_text(encoding="utf-8")
    found, named = text.find("\nfrom bench"), text.find("\nsys.path")
    assert found < 0 or 0 <= named < found


def test_pages_name_scripts():
    assert len(SCRIPTS) > 10
