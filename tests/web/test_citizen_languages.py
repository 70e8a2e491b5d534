"""An added language on the citizen's pages: every word of it, escaped, and the answer knows what was really shown."""

import re
from dataclasses import replace
from types import MappingProxyType

import pytest

from survey_app.app import create_app
from survey_app.language_folder import with_pack
from survey_app.services import language_packs
from tests.conftest import Clock, empty_database, opened_installation
from tests.factories import a_forged_token, a_round, a_token
from tests.pseudo_language import LONG, NAME, TAG, write_pack
from tests.web.citizen import Citizen, waiting

NAMES = {"Tiếng Việt", "English"}
BRACKETED = re.compile(r"⟦[^⟧]*⟧")


@pytest.fixture(scope="module")
def installation(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("languages")
    with (
        empty_database("sqlite", request, folder) as url,
        opened_installation(url, folder, Clock()) as opened,
    ):
        language_packs.add(opened, write_pack(folder / "pack", instruments=(LONG,)))
        yield opened


@pytest.fixture(scope="module")
def app(installation):
    return create_app(installation)


@pytest.fixture(scope="module")
def round_(installation):
    return a_round(installation)


@pytest.fixture
def token(request, installation, round_):
    return a_token(installation, round_, request.node.name)


def naked(page):
    """Letters of the page that stand in no brackets; languages are called by their own names."""
    texts = [element.text or "" for element in page.root.iter() if element.tag not in ("style", "textarea")]
    texts += [element.tail or "" for element in page.root.iter()]
    texts += [element.get(name, "") for element in page.root.iter() for name in ("aria-label", "alt", "placeholder")]
    bare = {BRACKETED.sub("", text).strip() for text in texts} - NAMES
    codes = {*page.codes}
    return sorted(text for text in bare - codes if re.search(r"[^\W\d_A]", text) and not text.startswith("A+"))


def test_no_text_of_the_questionnaire_and_its_pages_is_hard_coded(app, token):
    citizen = Citizen(app)
    page = citizen.open(f"/T/{token.text}?lang={TAG}")
    pages = 0
    while 'value="send"' not in page.text:
        assert naked(page) == []
        assert page.root.get("lang") == TAG
        page = citizen.press(q00="4", trips="one")
        pages += 1
    assert pages > 5
    assert naked(page) == []
    page = citizen.press("send")
    assert page.codes
    assert naked(page) == []


@pytest.mark.parametrize("path", ["/r", "/w", "/q/code", "/q"])
def test_no_text_of_the_pages_around_it_is_hard_coded(app, path):
    assert naked(Citizen(app).open(f"{path}?lang={TAG}")) == []


def test_neither_is_one_of_what_went_wrong(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.open(f"/q/code?lang={TAG}")
    assert naked(citizen.press("", code="ABC!")) == []
    assert naked(citizen.open(f"/T/{a_forged_token(round_).text}?lang={TAG}")) == []
    citizen.open(f"/T/{token.text}?lang={TAG}")
    faulty = citizen.press("next", **{citizen.page_items()[0]: "99"})
    assert faulty.errors
    assert naked(faulty) == []


def test_the_answer_keeps_the_language_that_it_was_given_in(app, installation, token):
    citizen = Citizen(app)
    citizen.open(f"/T/{token.text}?lang={TAG}")
    assert citizen.answer_all(q00="2").status == 200
    found = waiting(installation)[-1]
    assert (found["language"], found["shown"]) == (TAG, [TAG])


def test_an_incomplete_language_is_not_offered_and_falls_back_whole(app, token):
    page = Citizen(app).open(f"/T/{token.text}?lang=hmn")
    assert page.root.get("lang") == "vi"
    assert NAME in page.words
    assert "hmn" not in page.text


@pytest.mark.parametrize(
    ("text", "broken"), [("Page %(number)d of %(count)d", "⟦%(number)x⟧"), ("Listen: %(text)s", "⟦%(text)d⟧")]
)
def test_a_pack_of_an_older_version_that_would_break_a_page_is_not_offered_and_the_page_goes_on(
    app, installation, token, text, broken
):
    citizen = Citizen(app)
    citizen.open(f"/T/{token.text}?lang={TAG}")
    before = installation.languages.contents()
    pack = before.packs[TAG]
    screens = MappingProxyType({**pack.screens, text: (broken,)})
    installation.languages.write(with_pack(before, TAG, replace(pack, screens=screens)))
    try:
        page = citizen.press("next", q00="2")
        assert (page.status, page.root.get("lang")) == (200, "vi")
        assert Citizen(app).open(f"/r?lang={TAG}").status == 200
    finally:
        installation.languages.write(before)


def test_words_that_got_past_the_check_are_escaped_all_the_same(app, installation, token):
    """Attack 8: a pack on the disk that somebody changed by hand."""
    before = installation.languages.contents()
    pack = before.packs[TAG]
    evil = "<img src=x onerror=alert(1)>%(number)d%(count)d"
    screens = MappingProxyType({**pack.screens, "Page %(number)d of %(count)d": (evil,), "Continue": (evil[:28],)})
    installation.languages.write(with_pack(before, TAG, replace(pack, screens=screens, name=evil[:28])))
    page = Citizen(app).open(f"/T/{token.text}?lang={TAG}")
    assert "<img" not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
    installation.languages.write(before)
