"""The frame of the citizen's pages: weight, languages, cookies, and no word that is written into a template."""

import gzip
import re
from dataclasses import replace
from pathlib import Path

import flask_babel
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import instruments
from survey_app.app import create_app
from survey_app.installation import Installation
from survey_app.services import language_packs
from tests.factories import a_forged_token, a_round, a_token
from tests.web.citizen import Citizen, Page

ROOT = Path(instruments.__file__).parents[1] / "survey_app"
FIRST_WINDOW = 14 * 1024  # what a server may send before the first answer of a new connection
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("instrument", ["sipas-2017/1", "sipas-2012/1", "kiosk-short/1"])
@ONE_DATABASE
def test_the_first_page_takes_two_requests_and_fits_one_round_trip(app, installation, instrument):
    client = app.test_client()
    token = a_token(installation, a_round(installation, instrument_key=instrument))
    scanned = client.get(f"/T/{token.text}", headers={"Accept-Encoding": "gzip"})
    page = client.get(scanned.headers["Location"], headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    heads = sum(len(str(answer.headers)) for answer in (scanned, page))
    assert heads + len(scanned.data) + len(page.data) <= FIRST_WINDOW
    html = gzip.decompress(page.data).decode()
    assert [link for link in re.findall(r'(?:src|href)="([^"]*)"', html) if not link.startswith(("#", "data:"))] == []
    assert "url(" not in html
    assert "@import" not in html


@ONE_DATABASE
def test_every_page_of_the_questionnaire_fits_one_round_trip(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    for _page in range(9):
        citizen.press(q00="4", comment="ế" * 500)
        assert len(gzip.compress(citizen.page.text.encode())) <= FIRST_WINDOW


@ONE_DATABASE
def test_pages_are_compressed_only_for_whoever_takes_it(app):
    client = app.test_client()
    for accepted, coded in (("gzip, br", "gzip"), ("gzip;q=0", None), ("br", None), ("", None)):
        answer = client.get("/q", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == coded
        assert answer.content_length == len(answer.data)
        assert "Accept-Encoding" in answer.vary
    head = client.head("/q", headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.data) == (200, b"")


@ONE_DATABASE
def test_a_page_that_depends_on_a_login_is_never_compressed(app):
    answer = app.test_client().get("/login", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


@ONE_DATABASE
def test_no_secret_in_a_page_looks_the_same_twice(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    fields = [citizen.open("/q").fields()["_form"] for _time in range(3)]
    parts = [{field[place : place + 12] for place in range(3, len(field) - 12)} for field in fields]
    assert not parts[0] & parts[1] & parts[2]


def test_the_cookie_is_closed_to_scripts_other_sites_and_plain_connections(installation, round_, token):
    for url, name, secure in (("http://127.0.0.1:8000", "sipas", False), ("https://x.example", "__Host-sipas", True)):
        settings = replace(installation.settings, public_url=url)
        here = Installation(settings, installation.database, installation.keys, installation.clock)
        cookie = create_app(here).test_client().get(f"/T/{token.text}").headers["Set-Cookie"]
        assert cookie.startswith(f"{name}={round_.code}.")
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=172800"} <= set(cookie.split("; "))
        assert ("Secure" in cookie.split("; ")) is secure
        assert "Domain" not in cookie


@ONE_DATABASE
def test_no_page_uses_the_staff_session(app, token):
    client = app.test_client()
    for path in (f"/T/{token.text}", "/q", "/r", "/w"):
        answer = client.get(path)
        assert "Cookie" not in answer.vary
        assert not client.get_cookie("session")


@ONE_DATABASE
def test_pages_are_vietnamese_unless_asked_otherwise(app, installation, round_, token):
    phone_set_to_english = Citizen(app, headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert phone_set_to_english.scan(token).heading == "Đánh giá chung"
    assert phone_set_to_english.page.root.get("lang") == "vi"
    english = Citizen(app)
    assert english.open(f"/t/{a_forged_token(round_).text}?lang=en").heading == "This code opens no questionnaire"
    assert english.press().heading == "Overall"
    assert english.page.root.get("lang") == "en"


def unfinished(language, *missing):
    """The shipped questionnaire with some texts of a language taken away."""
    whole = instruments.shipped("sipas-2017/1")
    words = {key: text for key, text in whole.words[language].items() if key not in missing}
    return replace(whole, words={**whole.words, language: words})


def test_a_text_that_falls_back_is_marked_and_the_answer_says_so(app, installation, token, monkeypatch):
    partly = unfinished("en", "item.q05", "scale.satisfaction.3")
    monkeypatch.setattr(language_packs, "spoken", lambda *_given: partly)
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press("language:en")
    citizen.press(q00="4")
    assert citizen.page.root.find(".//*[@lang='vi'][.='Bình thường']") is not None
    shown = citizen.draft(installation).shown
    assert shown == ("en", "vi"), "the first page was seen in Vietnamese before the switch"


@ONE_DATABASE
def test_a_questionnaire_may_have_a_language_that_the_buttons_do_not_have(app, token, monkeypatch):
    whole = instruments.shipped("sipas-2017/1")
    words = {key: f"⟦{key}⟧" for key in whole.words["vi"]} | {"language": "Thử"}
    third = replace(whole, words={**whole.words, "tyz": words}, languages=(*whole.languages, "tyz"))
    monkeypatch.setattr(language_packs, "spoken", lambda *_given: third)
    citizen = Citizen(app)
    citizen.scan(token)
    page = citizen.press("language:tyz")
    assert page.root.get("lang") == "vi"
    assert page.root.find(".//h1/span[@lang='tyz']").text == "⟦page.general⟧"
    assert ">Tiếp tục<" in page.text


def words_written_into(page: Page) -> list[str]:
    """Texts of a page that went through no dictionary."""
    texts = [text.strip() for text in page.root.find("body").itertext()]
    return [text for text in texts if re.search(r"[^\W\d_]{2}", text) and "⟦" not in text]


@ONE_DATABASE
def test_no_word_is_written_into_a_template(app, installation, round_, token, monkeypatch):
    whole = instruments.shipped("sipas-2017/1")
    words = {code: {key: f"⟦{key}⟧" for key in whole.words[code]} for code in whole.languages}
    monkeypatch.setattr(language_packs, "spoken", lambda *_given: replace(whole, words=words))
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _self: Marked())
    names = {"Tiếng Việt", "English"}  # a language is always named in itself
    citizen = Citizen(app)
    seen = [citizen.scan(token), citizen.press()]
    while "_page" in citizen.page.fields():
        seen.append(citizen.press("send" if 'value="send"' in citizen.page.text else "next", q00="4"))
    codes, mistyped = set(citizen.page.codes), f"{token.text[:-1]}U"
    seen += [citizen.open(path) for path in ("/q", "/r", "/w", f"/t/{mistyped}")]
    seen += [Citizen(app).open("/q"), Citizen(app).open("/q?s=old"), Citizen(app).scan(a_forged_token(round_))]
    assert len(seen) == 19
    assert {word for page in seen for word in words_written_into(page)} <= names | codes | {mistyped}


class Marked:
    """A language whose every text is marked as translated."""

    def ugettext(self, text):
        return f"⟦{text}⟧"

    def ungettext(self, _one, many, _number):
        return f"⟦{many}⟧"

    def upgettext(self, _context, text):
        return f"⟦{text}⟧"


def test_every_sentence_of_the_citizens_pages_is_there_in_vietnamese():
    with (ROOT / "translations" / "vi" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {message.id: message.string for message in read_po(file, locale="vi")}
    files = [*(ROOT / "templates" / "citizen").glob("*.html"), *(ROOT / "web" / "citizen").glob("*.py")]
    said = set()
    for file in files:
        method = "jinja2.ext:babel_extract" if file.suffix == ".html" else "python"
        said |= {found[1] for found in extract_from_file(method, file, keywords={"_": None, "ngettext": (1, 2)})}
    assert len(said) > 80
    assert {text for text in said if not any(known.get(text) or ())} == set()
