"""Values in the words of a pack: written as in the English text, so that no word of a pack can break a page."""

import json
import re

import pytest

from survey_app.domain.language_packs import Pack
from survey_app.domain.screen_words import ScreenText, faults, fits
from survey_app.services import pack_reading, screen_texts
from tests.pseudo_language import TAG, bracketed, write_pack

COUNTED = "You may choose at most %(num)d answer; %(chosen)d are chosen now. Please take some away."
NEEDED = screen_texts.needed()
SWAPPED = {"s": "d", "d": "s"}
SAMPLES = {"s": "<5>", "d": 5}  # a value for %(name)s and one for %(name)d


def with_values():
    """Texts of the screens in which a value stands."""
    return [text for text, source in NEEDED.items() if source.values]


def problems(folder):
    return [one for one in pack_reading.read(folder).problems if one.severity == "error"]


def swapped(text):
    return re.sub(r"(%\(\w+\))([sd])", lambda found: found[1] + SWAPPED[found[2]], text)


def test_one_letter_beside_each_value_and_the_pack_is_refused_for_each_of_them(tmp_path):
    changed = {text: swapped(bracketed(NEEDED[text].vietnamese)) for text in with_values()}
    found = problems(write_pack(tmp_path / "pack", instruments=(), changed=changed))
    assert len(changed) > 10
    assert {one.path for one in found} == set(changed)
    assert all("The values in the text" in one.message for one in found)


def sample_values(source):
    """Values as the pages put them in: of the kind that the English text asks for."""
    found = re.findall(r"%\((\w+)\)([sd])", source.text + source.plural)
    return {name: SAMPLES[kind] for name, kind in found}


def test_every_text_of_a_pack_that_passes_can_be_shown_with_its_values(tmp_path):
    reading = pack_reading.read(write_pack(tmp_path / "pack", instruments=()))
    assert not reading.refused
    for text, source in NEEDED.items():
        for number in (*range(30), 100, 101, 1_000_003):
            values = sample_values(source) | ({"num": number} if source.plural else {})
            said = reading.pack.counted(text, source.plural, number) if source.plural else reading.pack.said(text)
            shown = said % values
            assert [str(value) for value in values.values() if str(value) not in shown] == []
            if not source.plural:
                break


@pytest.mark.parametrize(
    "form",
    [
        "%(text)d",
        "%(text)",
        "%%(text)s",
        "%%(text)s%",
        "%(text)s %",
        "%(text)5s",
        "%(text)s %(name)s",
        "%s",
        "%(text)x",
    ],
)
def test_what_python_would_not_put_the_value_into_is_refused_and_never_shown(form):
    source = ScreenText("Listen: %(text)s")
    assert list(faults(source, form))
    if fits(source, form):  # an older version may have kept it
        assert isinstance(form % {"text": "x"}, str)


def plural_pack(folder, rule, *forms):
    """Write a pack whose texts depend on a number by this rule."""
    write_pack(folder, instruments=(), without=(COUNTED,))
    head = f"nplurals={len(forms)}; plural={rule};"
    said = (folder / "screens.po").read_text("utf-8").replace("nplurals=1; plural=0;", head)
    lines = [f"msgid {json.dumps(COUNTED)}", f"msgid_plural {json.dumps(NEEDED[COUNTED].plural)}"]
    lines += [f"msgstr[{place}] {json.dumps(form, ensure_ascii=False)}" for place, form in enumerate(forms)]
    (folder / "screens.po").write_text("\n".join([said, *lines, ""]), "utf-8")
    return folder


BOTH, BARE = "⟦%(num)d %(chosen)d⟧", "⟦một %(chosen)d⟧"
SLAVIC = "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"


@pytest.mark.parametrize(
    ("rule", "forms", "fault"),
    [
        ("0", (BOTH,), ""),
        ("n != 1", (BARE, BOTH), ""),
        (SLAVIC, (BOTH, BOTH, BOTH), ""),
        ("0", (BARE,), "The values"),
        ("n != 1", (BARE, BARE), "The values"),
        ("n > 1", (BARE, BOTH), "The values"),  # one form for 0 and 1
        (SLAVIC, (BARE, BOTH, BOTH), "The values"),  # one form for 1, 21, 31 ...
        ("2-n", (BOTH, BOTH), "The rule for plurals"),
        ("n", (BOTH, BOTH), "The rule for plurals"),
        ("1/(n-7)", (BOTH, BOTH), "The rule for plurals"),
        ("n != 1", (BOTH,), "The rule for plurals"),
    ],
)
def test_a_form_lacks_the_number_only_where_it_stands_for_one_number_and_the_rule_holds_for_all(
    tmp_path, rule, forms, fault
):
    found = problems(plural_pack(tmp_path / "pack", rule, *forms))
    assert [one.message.startswith(fault) for one in found] == ([True] if fault else [])


def test_words_kept_by_an_older_version_that_cannot_be_shown_are_missing():
    screens = {"Listen: %(text)s": ("⟦%(text)d⟧",), "Continue": ("⟦100 %⟧",), COUNTED: (BOTH, BOTH), "Back": ("⟦Lùi⟧",)}
    for rule in ("2-n", "1/(n-7)", "n"):
        pack = Pack(TAG, "x", "text", plural=rule, screens=screens)
        assert [pack.said(text) for text in ("Listen: %(text)s", "Continue", "Back", "Stop")] == [
            None,
            None,
            "⟦Lùi⟧",
            None,
        ]
        assert [pack.counted(COUNTED, NEEDED[COUNTED].plural, number) for number in (1, 5, 7)] == [None, None, None]
        assert "Back" not in screen_texts.unsaid(pack)
        assert {"Listen: %(text)s", "Continue", COUNTED} <= set(screen_texts.unsaid(pack))
