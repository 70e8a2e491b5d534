"""The kiosk's program: its files, its words and its page, with one version for all of them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import render_template
from flask_babel import force_locale

from survey_app.web.kiosk.words import words
from survey_app.web.language import DEFAULT, LANGUAGES

FOLDER = Path(__file__).parents[2] / "static" / "kiosk"
WORKER = "sw.js"
MIMETYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
VERSION_LETTERS = 16
ICONS = (("icon-192.png", "192x192"), ("icon-512.png", "512x512"), ("icon.svg", "any"))


@dataclass(frozen=True)
class File:
    """One file of the program."""

    content: bytes
    mimetype: str


@dataclass(frozen=True)
class Shell:
    """Everything that a kiosk stores: files by name, the page, the worker, and what each must hash to."""

    version: str
    files: Mapping[str, File]
    page: str
    worker: str
    hashes: Mapping[str, str]  # address -> SHA-256, base64


def load(folder: Path = FOLDER) -> Shell:
    """Read the files and put the page together; the version is a hash of all of it."""
    files = {path.name: _file(path) for path in sorted(folder.iterdir()) if path.name != WORKER}
    files["words.json"] = _made(catalogue(), ".json")
    blank = _page("")
    content = b"".join(name.encode() + sha256(file.content).digest() for name, file in sorted(files.items()))
    worker = (folder / WORKER).read_text(encoding="utf-8")
    version = sha256(content + blank.encode() + worker.encode()).hexdigest()[:VERSION_LETTERS]
    files["kiosk.webmanifest"] = _made(_manifest(version), ".webmanifest")
    page = _page(version)
    hashes = {f"/kiosk/files/{version}/{name}": _hash(file.content) for name, file in files.items()}
    return Shell(version, files, page, worker, hashes | {"/kiosk": _hash(page.encode())})


def catalogue() -> dict[str, dict[str, str]]:
    """Words of the interface, by language."""
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            found[language] = words()
    return found


def _page(version: str) -> str:
    not_loaded = {language: said["not_loaded"] for language, said in catalogue().items()}
    with force_locale(DEFAULT):
        return render_template("kiosk/page.html", version=version, language=DEFAULT, not_loaded=not_loaded)


def _manifest(version: str) -> dict[str, object]:
    """What makes the page installable."""
    with force_locale(DEFAULT):
        said = words()
    return {
        "id": "/kiosk",
        "name": said["title"],
        "short_name": said["title"],
        "lang": DEFAULT,
        "start_url": "/kiosk",
        "scope": "/kiosk",
        "display": "fullscreen",
        "background_color": "#FFFFFF",
        "theme_color": "#12436D",
        "icons": [
            {"src": f"/kiosk/files/{version}/{name}", "sizes": sizes, "type": MIMETYPES[Path(name).suffix]}
            for name, sizes in ICONS
        ],
    }


def _file(path: Path) -> File:
    return File(path.read_bytes(), MIMETYPES[path.suffix])


def _made(value: object, suffix: str) -> File:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return File(text.encode(), MIMETYPES[suffix])


def _hash(content: bytes) -> str:
    return base64.b64encode(sha256(content).digest()).decode()
