"""While people are being asked, no way round changes the words, the voices or the pictures that they meet."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey_app.cli import sipas
from survey_app.language_folder import PICTURES, SCREENS
from survey_app.models import AuditEntry
from survey_app.services import language_packs, recordings
from survey_app.services.errors import InFieldError
from tests.factories import a_round
from tests.pseudo_language import HEARD, KIOSK, LONG, TAG, write_heard_pack, write_pack
from tests.services.test_recordings import every_text, folder_of
from tests.sounds import mp3, png

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here depends on the database


@pytest.fixture
def asking(installation, tmp_path):
    """A round that asks in an added language, and in one that is only heard."""
    language_packs.add(installation, write_pack(tmp_path / "pack"))
    language_packs.add(installation, write_heard_pack(tmp_path / "heard"))
    recorded(installation, every_text(tmp_path / "voices"), HEARD)
    recorded(installation, folder_of(tmp_path / "pictures", {f"{KIOSK}/item.q00.png": png()}))
    a_round(installation, instrument_key=KIOSK)
    assert language_packs.spoken(installation, KIOSK).languages == ("vi", "en", TAG, HEARD)
    return installation


def recorded(installation, folder, language="vi", **wishes):
    found, faults = recordings.read(folder)
    assert faults == []
    return recordings.add(installation, language, found, **wishes)


def details(installation, action):
    with installation.database.read() as session:
        return [row.detail for row in session.scalars(select(AuditEntry)) if row.action == action]


def test_a_language_is_not_taken_away_and_not_brought_back_with_other_words(asking, tmp_path):
    changed = write_pack(tmp_path / "changed", changed={"item.q00": "⟦Khác⟧"})
    with pytest.raises(InFieldError, match="offered"):
        language_packs.remove(asking, TAG)
    assert TAG in language_packs.spoken(asking, KIOSK).languages
    language_packs.remove(asking, TAG, in_field="its speakers asked for it")
    with pytest.raises(InFieldError, match=r"kiosk-short/1:item\.q00"):
        language_packs.add(asking, changed)
    language_packs.add(asking, write_pack(tmp_path / "same"))
    assert TAG in language_packs.spoken(asking, KIOSK).languages
    [removed] = details(asking, "language removed")
    assert "in the field (its speakers asked for it): kiosk-short/1:" in removed
    assert len(removed) < 2_000


def test_a_language_does_not_change_from_read_to_heard(asking, tmp_path):
    with pytest.raises(InFieldError, match="offered"):
        language_packs.add(asking, write_pack(tmp_path / "audio", offered_as="audio"))
    with pytest.raises(InFieldError, match="offered"):
        language_packs.add(asking, write_pack(tmp_path / "less", without=("Continue",)))
    assert TAG in language_packs.spoken(asking, KIOSK).languages


def test_the_voice_of_a_question_is_not_replaced_nor_taken_away(asking, tmp_path):
    other = folder_of(tmp_path / "other", {f"{KIOSK}/item.q00.mp3": mp3(2.0)})
    with pytest.raises(InFieldError, match=r"kiosk-short/1:item\.q00\.mp3"):
        recorded(asking, other, HEARD)
    with pytest.raises(InFieldError, match=r"item\.q00\.mp3"):
        recordings.remove(asking, HEARD, [f"{KIOSK}:item.q00"])
    with pytest.raises(InFieldError, match="offered"):
        recordings.remove(asking, HEARD, [f"{SCREENS}:send"])
    with pytest.raises(InFieldError, match=r"item\.q00\.png"):
        recordings.remove(asking, PICTURES, [f"{KIOSK}:item.q00"])
    assert HEARD in language_packs.spoken(asking, KIOSK).languages
    recorded(asking, other, HEARD, in_field="the first one was cut off")
    name = asking.languages.contents().media[HEARD][f"{KIOSK}:item.q00"].file
    [told] = [one for one in details(asking, "recordings added") if "in the field" in one]
    assert (
        f"1 files: {KIOSK}:item.q00 {name[:12]}; in the field (the first one was cut off): {KIOSK}:item.q00.mp3" in told
    )
    assert max(map(len, details(asking, "recordings added"))) < 2_000


def test_what_nobody_is_asked_with_changes_freely(asking, tmp_path):
    language_packs.add(asking, write_pack(tmp_path / "pack", changed={"Continue": "⟦Đi tiếp⟧"}))
    recorded(
        asking, folder_of(tmp_path / "one", {f"{SCREENS}/send.mp3": mp3(2.0), f"{LONG}/item.q00.mp3": mp3(1.0)}), HEARD
    )
    recorded(asking, folder_of(tmp_path / "two", {f"{LONG}/item.q00.mp3": mp3(2.0)}), HEARD)
    recorded(asking, folder_of(tmp_path / "new", {f"{KIOSK}/item.q00.mp3": mp3(1.0)}), "vi")
    recordings.remove(asking, HEARD, [f"{LONG}:item.q00"])


def test_a_round_whose_plan_does_not_name_the_language_holds_nothing_up(installation, tmp_path):
    language_packs.add(installation, write_pack(tmp_path / "pack"))
    a_round(installation, instrument_key=KIOSK, languages=["vi", "en"])
    language_packs.add(installation, write_pack(tmp_path / "changed", changed={"item.q00": "⟦Khác⟧"}))
    language_packs.remove(installation, TAG)


def test_the_command_line_says_what_to_do_and_takes_the_reason(asking):
    refused = CliRunner().invoke(sipas, ["languages", "remove", TAG], obj=asking)
    assert refused.exit_code == 1
    command = ["recordings", "remove", "--language", HEARD]
    assert CliRunner().invoke(sipas, command, obj=asking).exit_code == 1
    gone = CliRunner().invoke(sipas, [*command, "--in-field", "the speaker took them back"], obj=asking)
    assert gone.exit_code == 0, gone.output
    assert HEARD not in language_packs.spoken(asking, KIOSK).languages
