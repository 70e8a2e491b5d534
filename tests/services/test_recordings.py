"""An office adds recordings and pictures: all or none, measured, for the words of today only, kept small for kiosks."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from instruments.load import shipped
from survey_app.cli import sipas
from survey_app.domain.recordings import MediumError
from survey_app.language_folder import PICTURES, SCREENS
from survey_app.models import AuditEntry
from survey_app.services import heard, language_packs, recordings
from survey_app.services.errors import RefusedError
from tests.pseudo_language import KIOSK, TAG, write_pack
from tests.sounds import mp3, png, wav


def folder_of(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def every_text(root, *, without=()):
    """A recording of every text that a kiosk asks with, in the layout of the command."""
    names = [f"{SCREENS}/{name}" for name in recordings.heard.SPOKEN]
    names += [f"{KIOSK}/{key}" for key in heard.recordable(shipped(KIOSK))]
    return folder_of(root, {f"{name}.mp3": mp3(1.0) for name in names if name not in without})


def add(installation, folder, language="vi", **wishes):
    found, faults = recordings.read(folder)
    assert faults == []
    return recordings.add(installation, language, found, **wishes)


def row(installation, key, language="vi", scope=KIOSK):
    return next(one for one in recordings.rows(installation, language, scope) if one.key == key)


def test_a_folder_is_taken_over_and_noted(installation, tmp_path):
    files = {f"{KIOSK}/item.q00.mp3": mp3(2.0), f"{KIOSK}/item.q01.png": png(), f"{SCREENS}/send.wav": wav()}
    assert add(installation, folder_of(tmp_path / "r", files)) == 3
    assert row(installation, "item.q00").medium.seconds == pytest.approx(2.0, abs=0.04)
    assert row(installation, "item.q01").picture.file.endswith(".png")
    assert row(installation, "send", scope=SCREENS).medium.file.endswith(".wav")
    assert row(installation, "item.q02").medium is None
    with installation.database.read() as session:
        assert [one.subject for one in session.scalars(select(AuditEntry)) if one.action == "recordings added"] == [
            "vi"
        ]


def test_every_faulty_file_is_told_and_then_none_is_added(installation, tmp_path):
    files = {
        f"{KIOSK}/item.q00.mp3": mp3(2.0),
        f"{KIOSK}/item.q01.mp3": b"<svg/>",
        f"{KIOSK}/item.q02.svg": b"<svg/>",
        f"{KIOSK}/item.q99.mp3": mp3(1.0),
        "../outside".replace("../", "elsewhere/") + ".mp3": mp3(1.0),
        f"{SCREENS}/nothing.mp3": mp3(1.0),
    }
    folder = folder_of(tmp_path / "r", files)
    _found, faults = recordings.read(folder)
    assert len(faults) == 5
    told = CliRunner().invoke(sipas, ["recordings", "add", str(folder), "--language", "vi"], obj=installation)
    assert told.exit_code == 1
    assert "item.q02.svg" in told.output
    assert installation.languages.contents().media == {}


def test_a_recording_of_other_words_is_not_played(installation, tmp_path, monkeypatch):
    add(installation, folder_of(tmp_path / "r", {f"{SCREENS}/send.mp3": mp3(1.0)}))
    contents = installation.languages.contents()
    assert "send" in heard.playable(contents, "vi", SCREENS)
    monkeypatch.setattr(heard, "_screen", lambda *_given: "Nộp câu trả lời")
    assert heard.playable(contents, "vi", SCREENS) == {}
    assert row(installation, "send", scope=SCREENS).outdated


def test_a_language_that_is_only_heard_is_offered_when_every_text_is_recorded(installation, tmp_path):
    language_packs.add(installation, write_pack(tmp_path / "pack", instruments=(), offered_as="audio", screens=False))
    add(installation, every_text(tmp_path / "most", without=(f"{KIOSK}/item.q03",)), TAG)
    assert TAG not in language_packs.spoken(installation, KIOSK).languages
    add(installation, folder_of(tmp_path / "last", {f"{KIOSK}/item.q03.mp3": mp3(1.0)}), TAG)
    instrument = language_packs.spoken(installation, KIOSK)
    assert TAG in instrument.languages
    assert instrument.text("item.q00", TAG).language == "vi"
    assert language_packs.only_heard(installation, TAG)
    assert {row(installation, "item.q00", TAG).language, row(installation, "send", TAG, SCREENS).language} == {"vi"}
    recordings.remove(installation, TAG, [f"{SCREENS}:send"])
    assert TAG not in language_packs.spoken(installation, KIOSK).languages


def test_more_than_a_kiosk_can_store_is_refused_and_nothing_is_changed(installation, tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "MAX_TOTAL_BYTES", 5_000)
    folder = folder_of(tmp_path / "r", {f"{KIOSK}/item.q00.mp3": mp3(2.0)})
    with pytest.raises(RefusedError, match="Together"):
        add(installation, folder)
    assert installation.languages.contents().media == {}


def test_replaced_and_removed_files_are_gone_from_the_disk(installation, tmp_path):
    add(installation, folder_of(tmp_path / "one", {f"{KIOSK}/item.q00.mp3": mp3(1.0)}))
    add(installation, folder_of(tmp_path / "two", {f"{KIOSK}/item.q00.mp3": mp3(2.0), f"{KIOSK}/item.q00.png": png()}))
    assert len(list((installation.settings.language_folder / "media").iterdir())) == 2
    recordings.remove(installation, "vi", [f"{KIOSK}:item.q00"])
    recordings.remove(installation, PICTURES, [f"{KIOSK}:item.q00"])
    assert list((installation.settings.language_folder / "media").iterdir()) == []


def test_a_language_that_nobody_added_has_no_recordings(installation, tmp_path):
    with pytest.raises(RefusedError, match="no language"):
        add(installation, folder_of(tmp_path / "r", {f"{KIOSK}/item.q00.mp3": mp3(1.0)}), "hmn")
    with pytest.raises(MediumError, match="No part"):
        recordings.found("../../etc", "passwd", "a.mp3", mp3(1.0))


def test_the_machine_s_voice_is_marked_everywhere(installation, tmp_path, monkeypatch):
    """A stand-in for espeak-ng: the same arguments, a tone instead of a voice."""
    (tmp_path / "tone.wav").write_bytes(wav(1.0, 22_050))
    program = tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\ncat > "$0.said"\ncp {tmp_path}/tone.wav "$6"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = ["recordings", "placeholder", "--language", "vi", "--scope", SCREENS]
    told = CliRunner().invoke(sipas, command, obj=installation)
    assert told.exit_code == 0, told.output
    assert (tmp_path / "espeak-ng.said").read_text("utf-8").startswith("Bản thử. ")
    assert all(one.medium.placeholder for one in recordings.rows(installation, "vi", SCREENS))
    listed = CliRunner().invoke(sipas, ["recordings", "list", "--language", "vi"], obj=installation)
    assert "placeholder" in listed.output
    gone = ["recordings", "remove", "--language", "vi", "--placeholders"]
    removed = CliRunner().invoke(sipas, gone, obj=installation).output
    assert f"{len(recordings.heard.SPOKEN)} recordings removed" in removed
    refused = CliRunner().invoke(sipas, [*command[:3], TAG], obj=installation)
    assert "need a person" in refused.output
