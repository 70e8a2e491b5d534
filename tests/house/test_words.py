"""Every text of the pages is translated, none is left over, and what stands in it stands in its translation."""

import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from survey_app.domain.figures import Reason
from survey_app.web import language, words

ROOT = Path(__file__).parents[2]
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
TRANSLATED = [code for code in language.LANGUAGES if code != "en"]  # English stands in the sources
VALUES = re.compile(r"%\(\w+\)[sd]|%%")


def sources():
    """Every text of the pages with where it stands, plurals as pairs."""
    found = {}
    for file, line, text, _comments, _context in extract_from_dir(ROOT / "survey_app", METHODS, keywords=KEYWORDS):
        found.setdefault(text, f"{file}:{line}")
    return found


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request):
    path = ROOT / "survey_app" / "translations" / request.param / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param, abort_invalid=True)


def test_every_text_is_translated_and_none_is_left_over(catalogue):
    asked, there = sources(), {message.id for message in catalogue if message.id}
    assert {text: place for text, place in asked.items() if text not in there} == {}
    assert there - set(asked) == set()
    assert len(asked) > 150


def test_no_translation_is_empty_or_marked_as_unsure(catalogue):
    assert [message.id for message in catalogue if message.id and (message.fuzzy or not all(strings(message)))] == []
    assert not catalogue.obsolete


def test_what_is_put_into_a_text_is_put_into_its_translation(catalogue):
    for message in catalogue:
        if message.id:
            asked = {value for text in texts(message.id) for value in VALUES.findall(text)}
            for string in strings(message):
                assert set(VALUES.findall(string)) == asked, message.id


def test_translations_are_in_normal_form_c(catalogue):
    for message in catalogue:
        for string in strings(message):
            assert string == unicodedata.normalize("NFC", string)


def strings(message):
    return texts(message.string)


def texts(given):
    return given if isinstance(given, tuple) else (given,)


def test_words_are_compiled_when_they_are_older_than_their_source(tmp_path):
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "messages.po", folder / "messages.mo"
    source.write_text('msgid ""\nmsgstr "Language: vi\\n"\n\nmsgid "Name"\nmsgstr "Tên"\n', encoding="utf-8")
    language.compile_words(tmp_path)
    assert "Tên".encode() in target.read_bytes()
    target.write_bytes(b"newer")
    language.compile_words(tmp_path)
    assert target.read_bytes() == b"newer"
    assert sorted(path.name for path in folder.iterdir()) == ["messages.mo", "messages.po"]


def test_every_reason_for_hiding_a_figure_has_its_words(app_context):
    assert set(words.reasons()) == set(Reason)
    assert all(words.reason_sentence(reason) for reason in Reason)


@pytest.fixture
def app_context(tmp_path):
    from survey_app.app import create_app
    from tests.conftest import Clock, opened_installation

    with (
        opened_installation(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path, Clock()) as installation,
        create_app(installation).test_request_context("/"),
    ):
        yield
