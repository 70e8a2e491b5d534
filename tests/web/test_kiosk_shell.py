"""The kiosk's program as it is served: what a browser may do with it, what it weighs, that it holds no words."""

import base64
import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from bench import kiosk_icons
from survey_app.app import create_app
from survey_app.domain import kiosk_screens
from survey_app.web.kiosk.shell import FOLDER
from tests.conftest import Clock, opened_installation

MOST_BYTES = 60_000  # compressed, without audio
SCRIPTS = sorted(FOLDER.glob("*.js"))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    with opened_installation(f"sqlite:///{folder / 'x.sqlite'}", folder, Clock()) as installation:
        yield create_app(installation).test_client()


@pytest.fixture(scope="module")
def listed(client):
    """What the service worker keeps: address to hash."""
    return json.loads(re.match(r"const SHELL = (.*);", client.get("/kiosk/sw.js").text)[1])


def test_every_file_that_the_worker_keeps_is_served_with_the_content_it_expects(client, listed):
    assert len(listed["hashes"]) > 25
    for address, hashed in listed["hashes"].items():
        response = client.get(address)
        assert response.status_code == 200
        assert base64.b64encode(sha256(response.data).digest()).decode() == hashed
        assert ("immutable" in response.headers["Cache-Control"]) == (address != "/kiosk")


def test_every_script_that_another_one_asks_for_is_kept(listed):
    for script in SCRIPTS:
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text(encoding="utf-8")):
            assert f"/kiosk/files/{listed['version']}/{name}" in listed["hashes"]


def test_the_page_may_speak_to_this_server_alone_and_runs_no_code_of_its_own(client):
    response = client.get("/kiosk?code=7K3M9QXA")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert response.headers["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=()"
    assert "7K3M9QXA" not in response.text


def test_the_worker_is_asked_for_anew_each_time_and_minds_the_kiosk_only(client):
    response = client.get("/kiosk/sw.js")
    assert response.headers["Service-Worker-Allowed"] == "/kiosk"
    assert re.search("no-cache|no-store", response.headers["Cache-Control"])


def test_an_unknown_file_or_version_is_not_found(client, listed):
    for address in ("/kiosk/files/0000000000000000/main.js", f"/kiosk/files/{listed['version']}/sw.js"):
        assert client.get(address).status_code == 404


def test_the_whole_program_weighs_at_most_60_kb(client, listed):
    whole = sum(len(gzip.compress(client.get(address).data, 6)) for address in listed["hashes"])
    assert whole + len(gzip.compress(client.get("/kiosk/sw.js").data, 6)) <= MOST_BYTES


def test_it_can_be_installed(client, listed):
    manifest = client.get(f"/kiosk/files/{listed['version']}/kiosk.webmanifest").json
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/kiosk", "/kiosk", "fullscreen")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert all(icon["src"] in listed["hashes"] for icon in manifest["icons"])


@pytest.mark.parametrize("size", kiosk_icons.SIZES)
def test_an_icon_is_the_one_that_the_script_draws(size):
    drawn = kiosk_icons.png(kiosk_icons.pixels(size))
    assert (FOLDER / f"icon-{size}.png").read_bytes() == drawn


def test_every_text_that_a_script_names_has_words_in_each_language(client, listed):
    catalogue = client.get(f"/kiosk/files/{listed['version']}/words.json").json
    program = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    for name in catalogue["vi"]:
        assert re.search(rf"\b{name}\b", program) or re.match("line_|reason_|persisted_|fact_|.*_(done|open)$", name), (
            name
        )
    asked = set(re.findall(r'say\("(\w+)"', program))
    assert asked <= set(catalogue["vi"])
    assert set(catalogue["vi"]) == set(catalogue["en"])
    assert catalogue["vi"]["send"] == "Gửi câu trả lời"
    assert catalogue["en"]["send"] == "Send the answers"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_and_makes_no_markup_and_runs_no_text(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|localStorage|sessionStorage", text
    )
    bodies = re.split(r"^(?:export )?(?:async )?function ", text, flags=re.MULTILINE)[1:]
    assert [body.split("(")[0] for body in bodies if body[: body.find("\n}\n")].count("\n") > 40] == []
    assert max(len(line) for line in text.split("\n")) <= 120


def test_words_are_named_once():
    source = Path(kiosk_screens.__file__).read_text(encoding="utf-8")
    names = re.findall(r'^    "(\w+)": ', source, re.MULTILINE)
    assert len(names) == len(set(names)) > 100
