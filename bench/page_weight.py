"""Bytes over the wire: a citizen's first page and the whole kiosk, beside SurveyJS with nothing but its library.

    .venv/bin/python bench/page_weight.py            # npm must be there: it fetches the two packages of the peer

Everything is compressed with gzip, level 6. Ours is the page with its words and questions; the peer's is the library
and its style sheet alone, before any question, font or page.
"""

import argparse
import gzip
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask.testing import FlaskClient

from bench.running_site import empty_database
from survey_app.app import create_app
from survey_app.web.kiosk import shell
from tests.conftest import Clock, opened_installation
from tests.factories import a_round, a_token

PEER = "2.5.38"
PEER_FILES = {
    "survey-core": ("survey.core.min.js", "survey-core.min.css"),
    "survey-js-ui": ("survey-js-ui.min.js",),
}
FIRST_PAGE_LIMIT, KIOSK_LIMIT = 14 * 1024, 60_000


def packed(content: bytes) -> int:
    """Bytes after gzip."""
    return len(gzip.compress(content, 6, mtime=0))


def first_page(client: FlaskClient, address: str) -> tuple[int, int]:
    """Requests and bytes from scanning a slip to the first question, with every file that the page asks for."""
    requests, size = 0, 0
    while address:
        response = client.get(address)
        requests += 1
        size += packed(response.data) if response.data else 0
        size += sum(len(name) + len(value) + 4 for name, value in response.headers)
        address = response.headers.get("Location", "")
    html = response.get_data(as_text=True)
    if 'rel="stylesheet"' in html or "<script" in html or "<img" in html:
        raise RuntimeError("The first page asks for further files: count them here.")
    return requests, size


def kiosk() -> tuple[int, int]:
    """Files and bytes that a kiosk stores before it is ready, without recordings."""
    program = shell.load()
    contents = [file.content for file in program.files.values()]
    contents += [program.page.encode(), program.worker.encode()]
    return len(contents), sum(packed(content) for content in contents)


def peer(folder: Path) -> tuple[int, int]:
    """Files and bytes of SurveyJS: core, its plain renderer, its style sheet."""
    files, size = 0, 0
    for package, names in PEER_FILES.items():
        command = ["npm", "pack", "--silent", f"{package}@{PEER}"]
        archive = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(folder / archive) as unpacked:
            for name in names:
                found = unpacked.extractfile(f"package/{name}")
                if found is None:
                    raise RuntimeError(f"{package} has no {name}")
                files += 1
                size += packed(found.read())
    return files, size


def main() -> None:
    """Print one line each."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with empty_database("sqlite") as (url, folder), opened_installation(url, folder, Clock()) as installation:
        token = a_token(installation, a_round(installation))
        app = create_app(installation)
        with app.test_request_context():
            whole = kiosk()
        page = first_page(app.test_client(), f"/T/{token.text}")
        rival = peer(folder)
    lines = (
        ("first citizen page, requests", page, FIRST_PAGE_LIMIT),
        ("whole kiosk, files", whole, KIOSK_LIMIT),
        (f"SurveyJS {PEER}, library only, files", rival, None),
    )
    for name, (number, size), limit in lines:
        allowed = f"limit {limit:,}" if limit else f"{size / page[1]:.0f} x our first page"
        print(f"{name:40} {number:3} {size:9,} bytes   {allowed}")
    sys.exit(page[1] > FIRST_PAGE_LIMIT or whole[1] > KIOSK_LIMIT)


if __name__ == "__main__":
    main()
