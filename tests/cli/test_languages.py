"""The commands with which an office adds a language and its recordings, as somebody types them."""

import pytest

from survey_app.language_folder import SCREENS
from tests.pseudo_language import KIOSK, LONG, NAME, TAG, write_pack
from tests.services.test_recordings import folder_of
from tests.sounds import mp3, png

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # services are tested on both


def test_a_language_from_its_template_to_its_end(run, tmp_path):
    code, said = run("languages", "template", TAG, tmp_path / "empty")
    assert code == 0
    assert {f"{tmp_path / 'empty'}/{name}" for name in ("language.yaml", "screens.po")} <= set(said.splitlines())
    pack = write_pack(tmp_path / "pack")
    code, said = run("languages", "check", pack)
    assert (code, f"{pack}: 0 errors, " in said) == (0, True)
    code, said = run("languages", "add", pack)
    assert code == 0
    assert f"{TAG} ({NAME}) is added, version " in said
    assert f"  {KIOSK}: offered\n" in said
    assert f"  {LONG}: not offered, " in said
    code, said = run("languages", "list")
    assert (code, said.startswith(f"{TAG}\t{NAME}\ttext\tversion ")) == (0, True)
    assert run("languages", "remove", TAG) == (0, f"{TAG} is not offered any more.\n")
    assert f"  {KIOSK}: offered" not in run("languages", "list")[1]


def test_a_missing_text_is_named_and_the_language_not_offered(run, tmp_path):
    pack = write_pack(tmp_path / "pack", without=("item.q00",))
    said = run("languages", "check", pack)[1]
    assert f"instruments/{KIOSK}.yaml: 1 texts missing: item.q00\n" in said
    assert f"  {KIOSK}: not offered, 1 texts missing: {KIOSK}:item.q00\n" in run("languages", "add", pack)[1]


def test_a_pack_with_an_error_is_told_by_place_and_refused_whole(run, tmp_path):
    pack = write_pack(tmp_path / "pack")
    (pack / "language.yaml").write_text('tag: "not a tag"\nname: "x"\noffered_as: text\n', "utf-8")
    code, said = run("languages", "check", pack)
    assert code == 1
    assert "error: " in said
    assert "language.yaml" in said
    assert run("languages", "add", pack)[0] == 1
    assert run("languages", "list") == (0, "")


def test_every_recording_that_cannot_be_used_is_named(run, tmp_path):
    good = folder_of(tmp_path / "good", {f"{KIOSK}/item.q00.mp3": mp3(1.0), f"{SCREENS}/send.png": png()})
    code, said = run("recordings", "check", good)
    assert code == 0
    assert f"{good}: 2 files can be used (" in said
    assert said.endswith(" kB), 0 cannot\n")
    bad = folder_of(tmp_path / "bad", {f"{KIOSK}/item.q00.mp3": mp3(1.0), f"{KIOSK}/item.q99.mp3": b"no sound"})
    code, said = run("recordings", "check", bad)
    assert code == 1
    assert said.splitlines()[0].startswith(f"{KIOSK}/item.q99.mp3: ")
    assert f"{bad}: 1 files can be used (" in said
    assert run("recordings", "add", bad, "--language", "vi")[0] == 1
    assert "missing" in next(
        x for x in run("recordings", "list", "--language", "vi")[1].splitlines() if "item.q00" in x
    )
