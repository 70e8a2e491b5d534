"""Templates escape everything and hold no code of their own."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "survey_app" / "templates", ROOT / "analysis" / "report")
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
# Our own drawings, whose every name the XML writer has escaped.
MARKED_UP = {"analysis/report/page.py", "survey_app/web/charts.py"}
FORBIDDEN = {
    "a filter that stops escaping": r"\|\s*safe\b",
    "markup made in a template": r"Markup|\bmark_safe\b",
    "escaping switched off": r"autoescape\s+(false|False)",
    "an inline style": r"\sstyle\s*=",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an event handler": r"\son[a-z]+\s*=\s*[\"']",
    "a mistake that takes no focus": r"role=\"alert\"(?![^>]*\bautofocus\b)",
    "something from elsewhere": r"(src|href)\s*=\s*[\"'](https?:)?//",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_escapes_everything(path):
    text = path.read_text(encoding="utf-8")
    assert [fault for fault, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("a filter that stops escaping", "{{ name | safe }}"),
        ("markup made in a template", "{{ Markup(name) }}"),
        ("escaping switched off", "{% autoescape false %}"),
        ("an inline style", '<p style="color: red">'),
        ("an inline script", "<script>x()</script>"),
        ("an event handler", '<p onclick="x()">'),
        ("a mistake that takes no focus", '<div role="alert" tabindex="-1">'),
        ("something from elsewhere", '<img src="//cdn.example/x.png">'),
    ],
)
def test_each_fault_would_be_found(fault, text):
    assert [found for found, pattern in FORBIDDEN.items() if re.search(pattern, text)] == [fault]


def test_only_drawings_of_our_own_are_marked_as_html():
    sources = [path for part in ("analysis", "survey_app") for path in (ROOT / part).rglob("*.py")]
    found = {str(p.relative_to(ROOT)) for p in sources if re.search(r"\bMarkup\b", p.read_text(encoding="utf-8"))}
    assert found == MARKED_UP


def test_there_are_templates():
    assert len(TEMPLATES) > 30
