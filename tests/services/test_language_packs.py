"""An office adds a language without touching the program: checked whole, offered when complete, never rewritten."""

import unicodedata

import pytest
from sqlalchemy import select

from instruments.load import shipped
from survey_app.domain.kiosk_screens import PEOPLE
from survey_app.models import AuditEntry
from survey_app.services import language_packs, pack_reading, pack_template, screen_texts
from survey_app.services.errors import NotFoundError, RefusedError
from tests.factories import a_round
from tests.pseudo_language import KIOSK, LONG, NAME, TAG, bracketed, write_pack

SEND, CHOSEN, PAGE = (
    "Send the answers",
    "You may choose at most %(num)d answer; %(chosen)d are chosen now. Please take some away.",
    "Page %(number)d of %(count)d",
)


def told(installation):
    with installation.database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.at))
        return [(row.action, row.subject) for row in rows if row.action.startswith("language")]


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path / "pack")


def problems(folder):
    found = pack_reading.read(folder)
    return [str(one) for one in found.problems if one.severity == "error"]


def test_a_complete_pack_is_offered_and_its_addition_is_noted(installation, pack):
    added = language_packs.add(installation, pack)
    instrument = language_packs.spoken(installation, KIOSK)
    assert instrument.languages == ("vi", "en", TAG)
    assert instrument.text("item.q00", TAG).text == bracketed(shipped(KIOSK).words["vi"]["item.q00"])
    assert instrument.text("language", TAG).text == NAME
    assert language_packs.spoken(installation, LONG).languages == ("vi", "en")
    assert told(installation) == [("language added", TAG)]
    assert language_packs.add(installation, pack) == added
    assert told(installation) == [("language added", TAG)]


def test_without_a_pack_nothing_is_different(installation):
    assert language_packs.spoken(installation, KIOSK) is shipped(KIOSK)
    assert language_packs.lines(installation) == []


@pytest.mark.parametrize("lacks", ["item.q00", "scale.satisfaction.3", SEND])
def test_one_missing_text_of_question_answer_or_screen_and_the_language_is_not_offered(installation, tmp_path, lacks):
    language_packs.add(installation, write_pack(tmp_path / "pack", without=(lacks,)))
    assert language_packs.spoken(installation, KIOSK).languages == ("vi", "en")
    [line] = language_packs.lines(installation)
    [standing] = [one for one in line.standings if one.instrument == KIOSK]
    assert standing.text_missing == (lacks if lacks == SEND else f"{KIOSK}:{lacks}",)
    language_packs.add(installation, write_pack(tmp_path / "whole"))
    assert TAG in language_packs.spoken(installation, KIOSK).languages


@pytest.mark.parametrize(
    ("name", "words", "fault"),
    [
        (PAGE, "⟦Trang⟧", "values in the text"),
        (PAGE, "⟦%(number)d %(count)d %(token)s⟧", "values in the text"),
        (SEND, "⟦100 % gửi⟧", "bare %"),
        (SEND, "<b>Gửi</b>", "markup"),
        (SEND, "Gửi\u202e", "invisible"),
        (SEND, unicodedata.normalize("NFD", "Gửi câu trả lời"), "normal form C"),
        (SEND, "Gửi " * 60, "begins or ends with a space"),
        (SEND, "Gửi" * 60, "Shorten it"),
        ("item.q00", "<script>alert(1)</script>", "markup"),
        ("item.q00", "x" * 401, "Shorten it"),
        ("scale.satisfaction.1", bracketed("Hài lòng"), "Word them differently"),
        ("item.q00", unicodedata.normalize("NFD", "Ông/Bà"), "normal form C"),
    ],
)
def test_a_text_that_cannot_be_shown_refuses_the_pack_with_place_and_remedy(installation, tmp_path, name, words, fault):
    folder = write_pack(tmp_path / "pack", changed={name: words})
    found = problems(folder)
    assert any(fault in one and name in one for one in found), found
    with pytest.raises(RefusedError, match="faults"):
        language_packs.add(installation, folder)
    assert language_packs.lines(installation) == []


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("language.yaml", "tag: vi\nname: x\noffered_as: text\n", "cannot be added"),
        ("language.yaml", "tag: ../../x\nname: x\noffered_as: text\n", "cannot be added"),
        ("language.yaml", "tag: qps\nname: x\noffered_as: video\n", "neither text nor audio"),
        ("language.yaml", "tag: qps\nname: x\noffered_as: text\nethnic_groups: '1999'\n", "1979 or 2008"),
        ("language.yaml", "tag: qps\n", "missing or empty"),
        ("language.yaml", "tag: &a qps\nname: *a\noffered_as: text\n", "Anchors"),
        ("screens.po", "no file of translations\n", "cannot be read"),
        ("screens.po", 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=99999999; plural=0;\\n"\n', "plurals"),
        ("screens.po", 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=__import__;\\n"\n', "plurals"),
        ("screens.po", '#, fuzzy\nmsgid "Send the answers"\nmsgstr "⟦Gửi⟧"\n', "fuzzy"),
        ("instruments/sipas-1999/1.yaml", "title: x\n", "No questionnaire has this name"),
        ("instruments/kiosk-short/1.yaml", "item.q77: x\n", "No text has the key"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_a_reason(pack, file, content, fault):
    (pack / file).parent.mkdir(parents=True, exist_ok=True)
    (pack / file).write_text(content, "utf-8")
    assert any(fault in one for one in problems(pack)), problems(pack)


def test_a_file_of_a_hundred_megabytes_is_not_even_read(pack):
    with (pack / "screens.po").open("r+b") as file:
        file.truncate(100_000_000)
    assert any("more than" in one for one in problems(pack))


def test_every_problem_is_told_at_once(tmp_path):
    folder = write_pack(tmp_path / "pack", changed={SEND: "<b>", PAGE: "x", "item.q00": "<i>", "item.q01": "x" * 500})
    assert len(problems(folder)) >= 4


def test_words_in_which_people_are_being_asked_stay_as_they_are(installation, tmp_path, pack):
    language_packs.add(installation, pack)
    a_round(installation, instrument_key=KIOSK)
    changed = write_pack(tmp_path / "changed", changed={"item.q00": "⟦Khác⟧"})
    with pytest.raises(RefusedError, match=r"item\.q00"):
        language_packs.add(installation, changed)
    language_packs.add(installation, write_pack(tmp_path / "screens", changed={SEND: "⟦Nộp⟧"}))
    with pytest.raises(RefusedError, match="--in-field REASON"):
        language_packs.add(installation, changed, in_field="  ")
    language_packs.add(installation, changed, in_field="a wrong word")
    assert language_packs.spoken(installation, KIOSK).text("item.q00", TAG).text == "⟦Khác⟧"


def test_earlier_versions_stay_and_a_language_that_went_is_still_known(installation, pack):
    version = language_packs.add(installation, pack).version
    language_packs.remove(installation, TAG)
    assert language_packs.spoken(installation, KIOSK).languages == ("vi", "en")
    assert TAG in language_packs.known_languages(installation, KIOSK)
    assert (installation.settings.language_folder / "packs" / f"{version}.json").exists()
    assert sorted(told(installation)) == [("language added", TAG), ("language removed", TAG)]
    with pytest.raises(NotFoundError, match="none"):
        language_packs.remove(installation, TAG)


def test_two_who_change_the_languages_at_once_do_not_undo_each_other(installation, pack):
    with installation.languages.changing(), pytest.raises(RefusedError, match="somebody else"):
        language_packs.add(installation, pack)
    language_packs.add(installation, pack)


def test_nothing_is_changed_when_the_note_of_it_cannot_be_kept(installation, pack, monkeypatch):
    monkeypatch.setattr(language_packs.audit, "note", lambda *a: (_ for _ in ()).throw(OSError("no database")))
    with pytest.raises(OSError, match="no database"):
        language_packs.add(installation, pack)
    assert language_packs.lines(installation) == []
    monkeypatch.undo()
    language_packs.add(installation, pack)


def test_the_template_filled_in_is_a_pack_and_holds_what_was_added(installation, tmp_path, pack):
    written = pack_template.write(installation, TAG, tmp_path / "empty")
    assert {path.name for path in written} >= {"language.yaml", "screens.po"}
    blank = pack_reading.read(tmp_path / "empty")
    assert [one.path for one in blank.problems] == ["name"]  # only the name has to be there from the beginning
    assert 'msgid "Send the answers"\nmsgstr ""' in (tmp_path / "empty/screens.po").read_text("utf-8")
    assert "#. Gửi câu trả lời" in (tmp_path / "empty/screens.po").read_text("utf-8")
    assert f'#, python-format\nmsgid "{PAGE}"\n' in (tmp_path / "empty/screens.po").read_text("utf-8")
    added = language_packs.add(installation, pack)
    pack_template.write(installation, TAG, tmp_path / "again")
    again = pack_reading.read(tmp_path / "again").pack
    assert again.screens == added.screens
    assert {key: words for key, words in again.instruments.items() if words.keys() > {"language"}} == added.instruments
    with pytest.raises(RefusedError, match="exists"):
        pack_template.write(installation, TAG, tmp_path / "again")


def test_the_kiosk_gets_every_word_of_its_screens_and_of_the_questionnaire(installation, pack):
    language_packs.add(installation, pack)
    screens = language_packs.kiosk_screens(installation, {"vi", TAG})
    assert set(screens) == {TAG}
    assert screens[TAG]["send"] == "⟦Gửi câu trả lời⟧"
    assert set(screens[TAG]) == set(PEOPLE)


def test_a_language_with_some_words_of_the_screens_sends_none_of_them_to_kiosks(installation, tmp_path):
    """Otherwise a kiosk would say that its screens stood in that language."""
    others = set(screen_texts.needed()) - {SEND}
    folder = write_pack(tmp_path / "pack", instruments=(), offered_as="audio", without=others)
    assert set(language_packs.add(installation, folder).screens) == {SEND}
    assert language_packs.kiosk_screens(installation, {"vi", TAG}) == {}


def test_every_text_of_citizens_is_asked_for():
    needed = screen_texts.needed()
    assert {SEND, PAGE, CHOSEN, "Touch here to begin"} <= set(needed)
    assert not [text for text, source in needed.items() if not source.vietnamese]
    assert "PIN of the staff" not in needed
