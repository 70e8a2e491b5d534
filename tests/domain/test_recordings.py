"""A recording or picture is what its content is: names, labels and promises in the file count for nothing."""

import io
import random
import struct
import wave
import zipfile
import zlib

import pytest
from PIL import Image

from survey_app.domain.recordings import MAX_PICTURE_BYTES, MAX_SOUND_BYTES, MediumError, picture, recording
from tests.sounds import MP3_FRAME, MP3_SECONDS, mp3, png, wav


@pytest.mark.parametrize("content", [wav(1.5), wav(1.5, 44_100, channels=2), wav(1.5, width=1)])
def test_a_wav_is_taken_with_its_real_length(content):
    clean = recording(content)
    assert (clean.suffix, clean.seconds) == (".wav", pytest.approx(1.5, abs=0.001))


def test_an_mp3_is_measured_frame_by_frame():
    clean = recording(mp3(2.0, promised=56))
    assert clean.suffix == ".mp3"
    assert clean.seconds == pytest.approx(56 * MP3_SECONDS)


def test_who_spoke_and_where_is_taken_out():
    label = b"TPE1 Y Moan, Buon Don, 0912345678" * 9
    clean = recording(mp3(1.0, label=label) + b"TAG" + b"Y Moan".ljust(125))
    assert clean.content == mp3(1.0)
    riff = wav(1.0)
    noted = riff[:4] + struct.pack("<I", len(riff) - 8 + 16) + riff[8:] + b"LIST" + struct.pack("<I", 8) + b"0912-345"
    assert b"0912-345" not in recording(noted).content


def ape(entries, *, head):
    """A label as APE programs set it behind the sound: with or without a head."""
    flags, size = (1 << 31) if head else 0, len(entries) + 32
    frame = b"APETAGEX" + struct.pack("<IIII", 2000, size, 1, flags) + bytes(8)
    opening = b"APETAGEX" + struct.pack("<IIII", 2000, size, 1, flags | 1 << 29) + bytes(8)
    return (opening if head else b"") + entries + frame


def id3(entries, *, footer=False, behind=False):
    """A label of ID3v2.4 with its footer, set before or behind the sound."""
    size = bytes(len(entries) >> shift & 0x7F for shift in (21, 14, 7, 0))
    rest = b"\x04\x00" + (b"\x10" if footer else b"\x00") + size
    return b"ID3" + rest + entries + (b"3DI" + rest if footer or behind else b"")


WHO = b"Y Moan 0912345678 Buon Don"
OLD_LABEL = b"TAG" + b"Y Moan".ljust(125)


@pytest.mark.parametrize(
    "content",
    [
        mp3(1.0) + ape(WHO, head=False),
        mp3(1.0) + ape(WHO, head=True),
        mp3(1.0) + ape(WHO, head=True) + OLD_LABEL,
        mp3(1.0) + bytes(700),
        mp3(1.0) + bytes(3) + ape(WHO, head=True) + OLD_LABEL,
        id3(WHO, footer=True) + mp3(1.0),
        id3(WHO) + id3(WHO, footer=True) + mp3(1.0),
        mp3(1.0) + id3(WHO, footer=True, behind=True),
    ],
)
def test_a_sound_mp3_is_taken_whatever_label_or_filling_stands_around_it(content):
    assert recording(content).content == mp3(1.0)


def zip_of(size):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.mp3", bytes(size))
    return buffer.getvalue()


# As MP3_HEAD, but 44,100 samples a second: 104 bytes a frame.
OTHER_RATE = b"\xff\xfb\x10\xc0" + bytes(100)


def silent(seconds, *, width):
    """A WAV in which every sample is silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, width, 8_000, 0, "NONE", ""))
        file.writeframes((b"\x80" if width == 1 else b"\0\0") * int(seconds * 8_000))
    return buffer.getvalue()


TWO_HOURS_WAV = wav(0.1)[:24] + struct.pack("<II", 1, 2) + wav(0.1)[32:40] + struct.pack("<I", 14_400) + bytes(14_400)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "neither MP3 nor WAV"),
        (b"GIF89a" + bytes(100), "neither MP3 nor WAV"),
        (zip_of(50_000_000), "neither MP3 nor WAV"),
        (png(), "neither MP3 nor WAV"),
        (mp3(1.0) + b"<script>" * 40, "neither MP3 nor WAV"),
        (mp3(1.0)[:-20], "breaks off"),
        (mp3(1.0, promised=2_000), "breaks off"),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + mp3(1.0), "breaks off"),
        (wav(2.0)[:-500], "breaks off"),
        (wav(1.0)[:30], "damaged"),
        (b"RIFF\xff\xff\xff\xffWAVE" + bytes(40), "damaged"),
        (mp3(1.0) + OTHER_RATE * 20, "sampling rate changes"),
        (ape(WHO, head=True) + OLD_LABEL, "breaks off"),
        (mp3(1.0) + b"APETAGEX" + struct.pack("<IIII", 2000, 2**32 - 1, 1, 0) + bytes(8), "breaks off"),
        (b"TAG" + bytes(60), "neither MP3 nor WAV"),
        (silent(1.0, width=2), "Nothing is heard"),
        (silent(1.0, width=1), "Nothing is heard"),
        (mp3(61.0), "61 seconds"),
        (wav(61.0), "61 seconds"),
        (TWO_HOURS_WAV, "not played everywhere"),
        (mp3(0.04), "less than"),
        (bytes(MAX_SOUND_BYTES + 1), "more than 2048 kB"),
        (mp3(7_200.0)[: MAX_SOUND_BYTES // MP3_FRAME * MP3_FRAME], "524 seconds"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_usable_recording_is_refused_with_the_remedy(content, reason):
    with pytest.raises(MediumError, match=reason):
        recording(content)


def test_a_picture_is_drawn_anew_without_what_else_was_in_the_file():
    clean = picture(png(comment="GPS 12.8 107.7 0912345678"))
    assert clean.suffix == ".png"
    assert b"0912345678" not in clean.content
    with Image.open(io.BytesIO(clean.content)) as kept:
        assert (kept.size, kept.info) == ((64, 64), {})
    assert picture(png(kind="WEBP")).suffix == ".webp"


def noise(side, kind, mode="RGB", **wishes):
    """A picture that cannot be packed well, as a photograph."""
    pixels = random.Random(20_260_101).randbytes(side * side * len(mode))
    buffer = io.BytesIO()
    Image.frombytes(mode, (side, side), pixels).save(buffer, kind, **wishes)
    return buffer.getvalue()


def test_a_picture_saved_with_loss_stays_as_small_as_it_was():
    given = noise(600, "WEBP", quality=60)
    clean = picture(given)
    assert len(clean.content) < 1.6 * len(given)
    with Image.open(io.BytesIO(clean.content)) as kept:
        assert (kept.size, kept.mode) == ((600, 600), "RGB")


def test_a_picture_saved_without_loss_keeps_every_pixel_and_only_a_transparency_that_is_seen():
    for kind, mode, wishes in (
        ("WEBP", "RGBA", {"lossless": True, "exact": True}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
    ):
        given = noise(64, kind, mode, **wishes)
        with Image.open(io.BytesIO(given)) as old, Image.open(io.BytesIO(picture(given).content)) as new:
            assert new.mode == mode
            assert new.convert("RGBa").tobytes() == old.convert("RGBa").tobytes()
    opaque = Image.new("RGBA", (64, 64), "#12436D")
    buffer = io.BytesIO()
    opaque.save(buffer, "PNG")
    with Image.open(io.BytesIO(picture(buffer.getvalue()).content)) as kept:
        assert kept.mode == "RGB"


def test_a_picture_that_grows_over_the_limit_when_it_is_drawn_anew_is_refused():
    colours = Image.frombytes("P", (700, 700), random.Random(1).randbytes(700 * 700))
    colours.putpalette(random.Random(2).randbytes(768))
    buffer = io.BytesIO()
    colours.save(buffer, "PNG")
    given = buffer.getvalue()
    assert len(given) <= MAX_PICTURE_BYTES
    with pytest.raises(MediumError, match="fewer pixels"):
        picture(given)


def bomb(side):
    """A PNG of a few bytes that says it is huge."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(9_000_000), 9)
    parts = ((len(part) - 4, part) for part in (head, body, b"IEND"))
    chunks = (struct.pack(">I", size) + part + struct.pack(">I", zlib.crc32(part)) for size, part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither PNG nor WebP"),
        (SVG, "neither PNG nor WebP"),
        (mp3(1.0), "neither PNG nor WebP"),
        (png()[:90], "damaged"),
        (bomb(60_000), "damaged|pixels"),
        (bomb(5_000), "pixels"),
        (png(8, 8), "pixels"),
        (bytes(MAX_PICTURE_BYTES + 1), "more than 512 kB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_usable_picture_is_refused_with_the_remedy(content, reason):
    with pytest.raises(MediumError, match=reason):
        picture(content)


def test_a_picture_that_moves_is_refused():
    buffer = io.BytesIO()
    one, other = (Image.new("RGB", (64, 64), colour) for colour in ("white", "black"))
    one.save(buffer, "PNG", save_all=True, append_images=[other])
    with pytest.raises(MediumError, match="moves"):
        picture(buffer.getvalue())
