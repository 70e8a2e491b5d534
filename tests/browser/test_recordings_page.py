"""Recordings in a real browser: the page on which a province uploads them, and a phone that plays them."""

import pytest

from survey_app.domain.kiosk_screens import SPOKEN
from survey_app.language_folder import SCREENS
from survey_app.services import language_packs, recordings, staff
from tests.browser import walk
from tests.browser.chromium import DESK, PHONE, axe_violations, overflow
from tests.factories import a_round, a_token
from tests.figures import PASSWORD
from tests.pseudo_language import HEARD, write_heard_pack
from tests.sounds import png, wav

PART = "kiosk-short/1"


@pytest.fixture(scope="module")
def seed():
    def filled(installation):
        a_round(installation)  # asks with another questionnaire: recordings in use would not be replaced
        staff.create(installation, staff.NewStaff("admin", "Admin", "admin", "minh-hai", PASSWORD))
        rows = recordings.rows(installation, "vi", PART)
        files = [recordings.found(PART, row.key, "a.wav", wav(0.3)) for row in rows]
        recordings.add(installation, "vi", [*files, recordings.found(PART, "item.q00", "a.png", png())])
        language_packs.add(installation, write_heard_pack(installation.settings.key_folder.parent / "pack"))
        screens = [recordings.found(SCREENS, name, "a.wav", wav(0.2)) for name in SPOKEN]
        recordings.add(installation, HEARD, [*screens, *files])

    return filled


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_of_uploads_is_accessible_and_takes_a_file(open_page, axe, tmp_path, language):
    page = open_page("/login", locale=f"{language}-VN")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("main button")
    address = page.url.split("/admin")[0].split("/login")[0].rstrip("/")
    page.goto(f"{address}/admin/recordings?language=vi&part={PART}&lang={language}")
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0
        axe(page)
    (tmp_path / "voice.wav").write_bytes(wav(0.7))
    row = page.locator("tr", has=page.locator("code", has_text="item.q00"))
    row.locator("input[type=file]").set_input_files(tmp_path / "voice.wav")
    with page.expect_navigation():
        row.locator("button").last.click()
    assert "0.7" in row.inner_text() or "0,7" in row.inner_text()


def test_a_phone_without_scripts_fetches_no_sound_that_is_not_played_and_is_accessible(open_page, site):
    round_ = a_round(site.installation, instrument_key=PART, number=7, code="R7")
    token = a_token(site.installation, round_)
    asked = []
    quiet = open_page("/q/code", width=PHONE, javascript=False)
    quiet.on("request", lambda request: asked.append(request.url))
    quiet.goto(f"{site.url}/T/{token.text}")
    assert quiet.locator("audio").count() > 5
    walk.tap_on(quiet, f"button[value='language:{HEARD}']")  # heard only: words stay, nothing begins by itself
    assert quiet.locator("audio").count() > 5
    assert quiet.locator("audio[autoplay]").count() == 0
    assert [url for url in asked if url.endswith(".wav")] == []
    page = open_page(f"/T/{token.text}", width=PHONE)
    for summary in page.locator("details > summary").all():
        summary.click()
    assert overflow(page) == 0
    assert [one for one in axe_violations(page) if f'lang="{HEARD}"' not in one] == []  # axe knows no private tags
    sound = page.locator("audio").first
    played = sound.evaluate(
        "one => new Promise((told) => { one.onended = () => told(one.currentTime); one.onerror = () => told(-1);"
        " one.muted = true; one.play().catch(() => told(-2)); })",
    )
    assert abs(played - 0.3) < 0.1
