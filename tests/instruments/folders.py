"""Copies of a good instrument that a test may spoil."""

import shutil
from pathlib import Path

SAMPLE = Path(__file__).parent / "valid" / "two-languages"


def copy_of_sample(root: Path, folder: str = "sample/1") -> Path:
    """Copy the good sample to root/folder and return that."""
    return Path(shutil.copytree(SAMPLE, root / folder))


def replace(file: Path, *pairs: tuple[str, str]) -> None:
    """Replace texts that must be there."""
    text = file.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
