"""Recordings on pages: uploaded by the province, heard on a phone without scripts, served as what they are."""

import io
import re

import pytest

from survey_app.app import create_app
from survey_app.services import recordings, staff
from tests.conftest import Clock, empty_database, opened_installation
from tests.factories import a_round, a_token
from tests.figures import PASSWORD
from tests.sounds import mp3, png, wav
from tests.web.citizen import Citizen
from tests.web.pages import Visitor

LONG = "sipas-2017/1"
FIRST_PAGE = 14 * 1024


@pytest.fixture(scope="module")
def office(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    with empty_database("sqlite", request, folder) as url, opened_installation(url, folder, Clock()) as installation:
        a_round(installation, instrument_key="kiosk-short/1")
        for login, unit in (("admin", "minh-hai"), ("desk-admin", "hai-chau")):
            staff.create(installation, staff.NewStaff(login, login, "admin", unit, PASSWORD))
        yield create_app(installation)


@pytest.fixture
def admin(office):
    return signed_in(office, "admin")


def signed_in(app, login):
    visitor = Visitor(app)
    assert visitor.sign_in(login, PASSWORD).status == 302
    return visitor


def test_who_oversees_a_part_of_the_units_changes_nothing_for_all(office):
    visitor = signed_in(office, "desk-admin")
    page = visitor.get(f"/admin/recordings?language=vi&part={LONG}")
    assert list(page.root.iter("audio")) == []
    assert "chỉ quản trị cấp toàn tỉnh" in page.words.casefold()
    token = visitor.get("/account/password").token()
    assert upload(visitor, mp3(1.0), token=token).status_code == 409


def upload(visitor, content, name="voice.mp3", key="item.q00", token=None, **changed):
    token = token or visitor.get(f"/admin/recordings?language=vi&part={LONG}").token()
    data = {"csrf_token": token, "language": "vi", "part": LONG, "key": key} | changed
    data["file"] = (io.BytesIO(content), name)
    return visitor.client.post("/admin/recordings", data=data, content_type="multipart/form-data")


def test_a_recording_is_uploaded_heard_and_removed(admin):
    assert upload(admin, mp3(1.5)).status_code == 302
    page = admin.get(f"/admin/recordings?language=vi&part={LONG}")
    assert "1,51 giây" in page.words or "1.51 giây" in page.words
    [sound] = page.root.iter("audio")
    served = admin.client.get(sound.get("src"))
    assert (served.data, served.mimetype) == (mp3(1.512), "audio/mpeg")
    form = {"csrf_token": page.token(), "language": "vi", "part": LONG, "key": "item.q00", "kind": "sound"}
    admin.client.post("/admin/recordings/remove", data=form)
    assert admin.client.get(sound.get("src")).status_code == 404


def test_what_people_are_being_asked_with_stays_and_the_page_says_why(admin):
    short = {"part": "kiosk-short/1", "key": "item.q00"}
    assert upload(admin, mp3(1.0), **short).status_code == 302
    page = admin.get("/admin/recordings?language=vi&part=kiosk-short/1")
    form = {"csrf_token": page.token(), "language": "vi", **short, "kind": "sound"}
    for answer in (upload(admin, mp3(2.0), **short), admin.client.post("/admin/recordings/remove", data=form)):
        assert answer.status_code == 409
        assert "--in-field" in answer.text
        assert "Đang có đợt đo lường" in answer.text
    assert admin.get("/admin/recordings?language=vi&part=kiosk-short/1").text.count("<audio") == 1


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"<script>alert(1)</script>", "voice.mp3", "không phải MP3 hay WAV"),
        (b"", "voice.wav", "Tệp trống"),
        (mp3(1.0)[:-3], "voice.mp3", "bị đứt"),
        (mp3(90.0), "voice.mp3", "90 giây"),
        (b"<svg onload=alert(1)>", "picture.svg", "Không nhận loại tệp này"),
        (b"<svg onload=alert(1)>", "picture.png", "không phải PNG hay WebP"),
        (mp3(1.0), "voice.exe", "Không nhận loại tệp này"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_the_reason(admin, content, name, reason):
    answer = upload(admin, content, name)
    assert (answer.status_code, reason in answer.text) == (400, True)
    assert "<audio" not in answer.text


def test_more_than_kiosks_can_store_is_refused_with_that_reason(admin, monkeypatch):
    monkeypatch.setattr(recordings, "MAX_TOTAL_BYTES", 5_000)
    answer = upload(admin, wav(1.0), "voice.wav")
    assert answer.status_code == 409
    assert "Tất cả sẽ có" in answer.text


def test_a_text_in_another_language_than_the_page_says_so(admin):
    page = admin.get(f"/admin/recordings?language=en&part={LONG}")
    texts = {
        one.get("id"): one.get("lang") for one in page.root.iter("span") if (one.get("id") or "").startswith("text-")
    }
    assert len(texts) > 20
    assert set(texts.values()) == {"en"}
    named = [one.get("aria-labelledby").split()[-1] for one in page.root.iter("input") if one.get("type") == "file"]
    assert named == list(texts)
    page = admin.get(f"/admin/recordings?language=vi&part={LONG}&lang=en")
    assert {one.get("lang") for one in page.root.iter("span") if (one.get("id") or "") in texts} == {"vi"}
    admin.get("/admin/recordings?lang=vi")


def test_a_text_a_part_or_a_language_that_is_not_there_is_refused(admin):
    assert upload(admin, mp3(1.0), key="../../x").status_code == 400
    assert upload(admin, mp3(1.0), language="hmn").status_code == 409
    assert upload(admin, mp3(1.0), part="sipas-1999/1").status_code in (400, 409)
    assert upload(admin, b"", "").status_code == 400


def test_what_is_served_runs_nothing_and_only_what_is_in_use_is_served(admin):
    upload(admin, png(), "picture.png")
    [picture] = [one.get("src") for one in admin.get(f"/admin/recordings?part={LONG}").root.iter("img")]
    served = admin.client.get(picture)
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (served.mimetype, served.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "immutable" in served.headers["Cache-Control"]
    for name in ("0" * 64 + ".mp3", "..%2Findex.json", "index.json", picture.rsplit("/", 1)[1].replace("png", "mp3")):
        assert admin.client.get(f"/media/{name}").status_code == 404


@pytest.fixture(scope="module")
def heard(request, tmp_path_factory):
    """An office whose every Vietnamese text is recorded."""
    folder = tmp_path_factory.mktemp("heard")
    with empty_database("sqlite", request, folder) as url, opened_installation(url, folder, Clock()) as installation:
        texts = recordings.rows(installation, "vi", LONG)
        files = [recordings.found(LONG, row.key, "a.wav", wav(0.3 + n / 1000)) for n, row in enumerate(texts)]
        files.append(recordings.found(LONG, "option.area.urban", "a.png", png()))
        recordings.add(installation, "vi", files, placeholder=True)
        yield installation, create_app(installation), a_token(installation, a_round(installation))


def test_a_phone_without_scripts_hears_introduction_questions_and_answers(heard):
    _installation, app, token = heard
    page = Citizen(app).open(f"/T/{token.text}")
    sounds = list(page.root.iter("audio"))
    assert len(sounds) > len(list(page.root.iter("fieldset")))
    assert all((one.get("preload"), "controls" in one.attrib) == ("none", True) for one in sounds)
    assert all(one.get("aria-label").startswith("Nghe đọc: ") for one in sounds)
    assert "Giọng máy đọc thử" in page.words
    english = Citizen(app).open(f"/T/{token.text}?lang=en")
    assert list(english.root.iter("audio")) == []


def test_a_part_of_a_recording_can_be_asked_for_as_phones_do(heard):
    _installation, app, token = heard
    address = re.search(r"/media/[0-9a-f]{64}\.wav", Citizen(app).open(f"/T/{token.text}").text)[0]
    part = app.test_client().get(address, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, b"RI")


def test_the_first_page_stays_within_its_weight_with_every_recording(heard):
    _installation, app, token = heard
    citizen = Citizen(app, headers={"Accept-Encoding": "gzip"})
    client = citizen.client
    response = client.get(f"/T/{token.text}")
    while response.status_code == 303:
        response = client.get(response.headers["Location"], headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) <= FIRST_PAGE
