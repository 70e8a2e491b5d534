"""What a recording or a picture is, judged by its content alone; only sound or pixels of it are kept."""

import io
import warnings
import wave
from dataclasses import dataclass
from typing import Final

from PIL import Image, UnidentifiedImageError

from survey_app.domain.translators import noted as _

MAX_SECONDS: Final = 60.0
MAX_SOUND_BYTES: Final = 2 * 1024 * 1024
MAX_PICTURE_BYTES: Final = 512 * 1024
WEBP_QUALITY: Final = 80  # of 100, for pictures that were saved with loss before
PICTURE_SIDES: Final = (32, 1024)  # pixels
RATES: Final = (8_000, 48_000)  # samples a second
SOUNDS: Final = (".mp3", ".wav")
PICTURES: Final = (".png", ".webp")

_BITRATES: Final = {  # kbit/s of layer III by MPEG version 1 and 2 (2.5 as 2); index 0 and 15 are not allowed
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_MP3_RATES: Final = {3: (44_100, 48_000, 32_000, 0), 2: (22_050, 24_000, 16_000, 0), 0: (11_025, 12_000, 8_000, 0)}
_ID3_FOOTER: Final = 0x10  # flag of an ID3v2.4 label: its head is repeated behind it
_OLD_LABEL: Final = 128  # bytes of an ID3v1 label
_APE_HEAD: Final = 1 << 31  # flag of an APE label: it has a head, too
_WRITTEN_FRAMES: Final = 1  # flag of a Xing or Info head: the number of frames follows


class MediumError(ValueError):
    """No recording or picture that can be used: `text` says why and what to do, `values` stand in it."""

    def __init__(self, text: str, **values: object) -> None:
        self.text, self.values = text, values
        super().__init__(text % values)


@dataclass(frozen=True)
class Clean:
    """Content as it is kept, the suffix of its real format, and how long it lasts."""

    content: bytes
    suffix: str
    seconds: float = 0.0


@dataclass(frozen=True)
class _Frame:
    """Place, length in bytes and duration of one frame of an MP3; `kind` is its MPEG version and sampling rate."""

    start: int
    length: int
    seconds: float
    kind: tuple[int, int]


def recording(content: bytes) -> Clean:
    """Check a recording, MP3 or WAV (PCM), and take away everything but the sound."""
    if len(content) > MAX_SOUND_BYTES:
        raise MediumError(
            _("The file has more than %(most)s kB. Save it as MP3, mono, 48 kbit/s."), most=MAX_SOUND_BYTES // 1024
        )
    if not content:
        raise MediumError(_("The file is empty. Record it again."))
    clean = _wav(content) if content[:4] == b"RIFF" and content[8:12] == b"WAVE" else _mp3(content)
    if clean.seconds > MAX_SECONDS:
        raise MediumError(
            _("It lasts %(seconds)s seconds, more than %(most)s. Record one text per file."),
            seconds=round(clean.seconds),
            most=round(MAX_SECONDS),
        )
    if clean.seconds < 0.2:
        raise MediumError(_("It lasts less than a fifth of a second. Record it again."))
    return clean


def picture(content: bytes) -> Clean:
    """Check a picture, PNG or WebP, and draw it anew: what else the file held (place, camera, comments) is gone."""
    if len(content) > MAX_PICTURE_BYTES:
        raise MediumError(_("The file has more than %(most)s kB. Save it smaller."), most=MAX_PICTURE_BYTES // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "WEBP")) as found:
                return _drawn(found, lossy=_is_lossy(content))
    except MediumError:
        raise
    except UnidentifiedImageError:
        raise MediumError(_("This is neither PNG nor WebP, whatever its name says. Save it as PNG.")) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise MediumError(_("The picture is damaged. Save it again as PNG.")) from None


def _drawn(found: Image.Image, *, lossy: bool) -> Clean:
    least, most = PICTURE_SIDES
    if not (least <= found.width <= most and least <= found.height <= most):
        raise MediumError(
            _("It has %(width)s x %(height)s pixels. Each side takes %(least)s to %(most)s."),
            width=found.width,
            height=found.height,
            least=least,
            most=most,
        )
    if getattr(found, "n_frames", 1) > 1:
        raise MediumError(_("The picture moves. Save one still picture."))
    seen = found.convert("RGBA")
    mode = "RGB" if seen.getchannel("A").getextrema() == (255, 255) else "RGBA"
    drawn = Image.new(mode, found.size)
    drawn.paste(seen.convert(mode))
    buffer, kind = io.BytesIO(), "WEBP" if found.format == "WEBP" else "PNG"
    # A picture that was saved with loss would only grow without.
    how = {"optimize": True} if kind == "PNG" else {"quality": WEBP_QUALITY} if lossy else {"lossless": True}
    drawn.save(buffer, kind, **how)
    if len(buffer.getvalue()) > MAX_PICTURE_BYTES:
        raise MediumError(
            _("Drawn anew it has %(size)s kB, more than %(most)s. Save it with fewer pixels."),
            size=len(buffer.getvalue()) // 1024,
            most=MAX_PICTURE_BYTES // 1024,
        )
    return Clean(buffer.getvalue(), f".{kind.lower()}")


def _is_lossy(content: bytes) -> bool:
    """Whether a WebP says that it was saved with loss: its pixels stand in a part called VP8, not VP8L."""
    place = 12
    while content[:4] == b"RIFF" and place + 8 <= len(content):
        kind, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        if kind in (b"VP8 ", b"VP8L"):
            return kind == b"VP8 "
        place += 8 + size + size % 2
    return False


def _wav(content: bytes) -> Clean:
    try:
        with wave.open(io.BytesIO(content)) as found:
            form = found.getparams()
            sound = found.readframes(form.nframes)
    except (wave.Error, EOFError, ValueError, RuntimeError):
        raise MediumError(_("The WAV file is damaged or not plain PCM. Save it as WAV (PCM, 16 bit) or MP3.")) from None
    if not RATES[0] <= form.framerate <= RATES[1] or form.nchannels > 2 or form.sampwidth > 2:
        raise MediumError(_("This kind of WAV is not played everywhere. Save 8 to 48 kHz, 16 bit, mono, or MP3."))
    if len(sound) < form.nframes * form.nchannels * form.sampwidth:
        raise MediumError(_("The file breaks off before its end. Copy or record it again."))
    if sound == sound[: form.nchannels * form.sampwidth] * form.nframes:
        raise MediumError(_("Nothing is heard in it: every sample is the same. Record it again."))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as kept:
        kept.setparams(form)
        kept.writeframes(sound)
    return Clean(buffer.getvalue(), ".wav", form.nframes / form.framerate)


def _mp3(content: bytes) -> Clean:
    """Walk from frame to frame: a file that holds anything else between them is no MP3."""
    start, end = _without_labels(content)
    frames: list[_Frame] = []
    place = start
    while place < end:
        frame = _frame(content, place)
        if frame is None and not content[place:end].strip(b"\0"):
            break  # some programs fill the end up with zeros
        if frame is None:
            raise MediumError(_("This is neither MP3 nor WAV, whatever its name says. Save it as MP3."))
        if place + frame.length > end:
            raise MediumError(_("The file breaks off before its end. Copy or record it again."))
        frames.append(frame)
        if frame.kind != frames[0].kind:
            raise MediumError(_("Its sampling rate changes in the middle: two recordings in one. Save it as one MP3."))
        place += frame.length
    if not frames or _promised(content, frames[0]) > len(frames):
        raise MediumError(_("The file breaks off before its end. Copy or record it again."))
    return Clean(content[start:place], ".mp3", sum(frame.seconds for frame in frames))


def _without_labels(content: bytes) -> tuple[int, int]:
    """Where the sound begins and ends: labels (ID3, APE) before and after it may name people and places."""
    start, end = 0, len(content)
    while content[start : start + 3] == b"ID3" and len(content) > start + 10:
        footer = 10 if content[start + 5] & _ID3_FOOTER else 0
        start += 10 + _id3_size(content[start + 6 : start + 10]) + footer
    while length := _label_at_end(content[max(end - _OLD_LABEL, 0) : end]):
        end = max(end - length, 0)
    return min(start, end), end


def _label_at_end(tail: bytes) -> int:
    """Length of the label that ends with these bytes; 0 if there is none."""
    if tail[:3] == b"TAG" and len(tail) == _OLD_LABEL:
        return _OLD_LABEL
    if tail[-10:-7] == b"3DI":  # ID3v2.4, set behind the sound
        return 20 + _id3_size(tail[-4:])
    if tail[-32:-24] == b"APETAGEX":
        size, flags = (int.from_bytes(tail[place : place + 4], "little") for place in (-20, -12))
        return max(size, 32) + (32 if flags & _APE_HEAD else 0)
    return 0


def _id3_size(given: bytes) -> int:
    return sum((byte & 0x7F) << shift for byte, shift in zip(given, (21, 14, 7, 0), strict=True))


def _frame(content: bytes, place: int) -> _Frame | None:
    """Read the head of a frame of layer III; None if there is none."""
    if len(content) < place + 4:
        return None
    head = int.from_bytes(content[place : place + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != 1:
        return None
    first = version == 3
    kilobits, rate = _BITRATES[1 if first else 2][head >> 12 & 15], _MP3_RATES[version][head >> 10 & 3]
    if not kilobits or not rate:
        return None
    length = (144 if first else 72) * kilobits * 1000 // rate + (head >> 9 & 1)
    return _Frame(place, length, (1152 if first else 576) / rate, (version, rate))


def _promised(content: bytes, first: _Frame) -> int:
    """Number of frames that the head of the first one names; 0 if it names none."""
    inside = content[first.start : first.start + first.length]
    for mark in (b"Xing", b"Info"):
        place = inside.find(mark, 0, 48)
        if place >= 0 and int.from_bytes(inside[place + 4 : place + 8], "big") & _WRITTEN_FRAMES:
            return int.from_bytes(inside[place + 8 : place + 12], "big")
    return 0
