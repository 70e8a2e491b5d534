"""Draw the kiosk's icons: python bench/kiosk_icons.py writes survey_app/static/kiosk/icon-*.png, the same each time."""

import struct
import zlib
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "survey_app" / "static" / "kiosk"
SIZES = (192, 512)
GROUND, LINE = (0x12, 0x43, 0x6D), (0xFF, 0xFF, 0xFF)
SHADES = 16
HALF_WIDTH = 0.8  # of a line, in the 32 units of icon.svg
ARC = np.linspace(0.15 * np.pi, 0.85 * np.pi, 60)  # the smile
POINTS = np.concatenate(
    [
        np.stack([16 + 4.8 * np.cos(ARC), 17.2 + 4.6 * np.sin(ARC)], axis=1),
        [[12.5, 13.0], [12.5, 13.6], [12.5, 14.2], [19.5, 13.0], [19.5, 13.6], [19.5, 14.2]],
    ],
)


def pixels(size: int) -> np.ndarray:
    """Shades of the icon, 0 (ground) to 15 (line): a face in a circle, its edges softened over one pixel."""
    steps = (np.arange(size) + 0.5) * 32 / size
    x, y = np.meshgrid(steps, steps)
    distance = np.abs(np.hypot(x - 16, y - 16) - 10)
    for px, py in POINTS:
        distance = np.minimum(distance, np.hypot(x - px, y - py))
    share = np.clip((HALF_WIDTH - distance) * size / 32 + 0.5, 0, 1)
    return np.round(share * (SHADES - 1)).astype(np.uint8)


def png(image: np.ndarray) -> bytes:
    """Write shades as PNG with a palette, two pixels in a byte: a kiosk stores it, so every byte counts."""
    height, width = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image[:, ::2] << 4 | image[:, 1::2])
    head = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
    share = np.linspace(0, 1, SHADES)[:, None]
    palette = np.round(share * LINE + (1 - share) * GROUND).astype(np.uint8).tobytes()
    parts = [(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


if __name__ == "__main__":
    for side in SIZES:
        (FOLDER / f"icon-{side}.png").write_bytes(png(pixels(side)))
