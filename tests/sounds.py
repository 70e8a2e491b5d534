"""Recordings and pictures made by tests: real files, with a fault where a test wants one."""

import io
import math
import struct
import wave

from PIL import Image
from PIL.PngImagePlugin import PngInfo

# MPEG 1, layer III, 32 kbit/s, 32 kHz, mono: 144 bytes and 36 ms a frame; what follows the head is silence.
MP3_HEAD, MP3_FRAME, MP3_SECONDS = b"\xff\xfb\x18\xc0", 144, 0.036


def wav(seconds=0.5, rate=8_000, *, width=2, channels=1):
    """A tone."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        tone = (int(9_000 * math.sin(place * 0.35)) for place in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", one)[2 - width :] * channels for one in tone))
    return buffer.getvalue()


def mp3(seconds=2.0, *, label=b"", promised=None):
    """Silent frames; `label` stands in an ID3 head, `promised` is the number of frames that an Info head names."""
    frames = [bytearray(MP3_HEAD + bytes(MP3_FRAME - 4)) for _frame in range(round(seconds / MP3_SECONDS))]
    if promised is not None:
        frames[0][21:33] = b"Info" + struct.pack(">II", 1, promised)
    size = len(label)
    head = b"ID3\x04\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + label if label else b""
    return head + b"".join(frames)


def png(width=64, height=64, *, comment="", kind="PNG", **wishes):
    """A picture with a comment in it."""
    about = PngInfo()
    about.add_text("Comment", comment or "x")
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#12436D").save(buffer, kind, pnginfo=about, **wishes)
    return buffer.getvalue()
