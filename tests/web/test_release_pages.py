"""What anyone may read of releases: nothing before the announced minute, everything after it, tombstones for good."""

import io
import re
import zipfile
from base64 import b64encode
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

import pytest
from sqlalchemy import update

import analysis
from analysis.annual import publish
from survey_app.app import create_app
from survey_app.models import Release
from survey_app.services import release_reading, releases
from tests import released
from tests.conftest import Clock, copied_province, empty_database, opened_installation
from tests.figures import POLYGLOT
from tests.ready_to_release import CODE, closed_round, sign
from tests.web.pages import Visitor

HOME, LIST, FIRST, ERRATA = "/", "/releases", "/releases/minh-hai-r2026/1", "/releases/errata.json"
FILE, UNIT, CALENDAR, LOG = f"{FIRST}.zip", f"{FIRST}/xa-1", "/releases/calendar", "/releases/errata"
REPORT = f"{FIRST}/report/vi.html"
WHY = "Số của Xã 1 <b>sai</b>."


@pytest.fixture(scope="module")
def told(request, tmp_path_factory):
    """What a visitor is told before a release is published, while it stands, and after it was withdrawn."""
    folder = tmp_path_factory.mktemp("releases")
    with (
        empty_database("sqlite", request, folder) as url,
        opened_installation(url, folder, Clock()) as installation,
    ):
        place = closed_round(installation)
        visitor = Visitor(create_app(installation))

        def look():
            seen = {
                path: visitor.get(path)
                for path in (HOME, LIST, FIRST, FILE, UNIT, CALENDAR, LOG, ERRATA, f"{FIRST[:-1]}2")
            }
            return seen | {path: visitor.client.get(path) for path in (REPORT, f"{FIRST}/report/vi.pdf")}

        releases.build(installation, CODE, place.computes)
        releases.check(installation, CODE, place.checks)
        sign(installation, place.signs)
        pages = {"before": look()}
        installation.clock.now += timedelta(hours=2)
        releases.publish(installation, CODE, place.signs)
        pages["published"] = look()
        pages["stored"] = {file.stem for file in installation.settings.release_folder.rglob("*") if file.is_file()}
        releases.withdraw(installation, CODE, place.signs, WHY)
        pages["withdrawn"] = look()
    return pages


def test_before_the_announced_minute_only_the_date_is_known(told):
    before = told["before"]
    assert before[FIRST].status == before[FILE].status == before[UNIT].status == 404
    assert "Đo lường sự hài lòng năm 2026: Thứ Hai 02/03/2026 11:00" in before[CALENDAR].words
    assert "sắp tới" in before[CALENDAR].words
    assert "Đo lường sự hài lòng năm 2026: Thứ Hai 02/03/2026 11:00" in before[LIST].words
    assert FIRST not in before[LIST].links
    assert "Chưa có số liệu nào được công bố" in before[HOME].words


def test_a_published_release_is_listed_and_its_file_is_the_signed_one(told):
    published = told["published"]
    assert FIRST in published[LIST].links
    assert FIRST in published[HOME].links
    assert published[FIRST].heading.startswith("Đo lường sự hài lòng năm 2026: chỉ số hài lòng, Tỉnh Minh Hải")
    assert FIRST in published[CALENDAR].links
    assert FILE in published[FIRST].links
    answer = published[FILE].response
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="minh-hai-r2026-1.zip"'
    assert sha256(answer.get_data()).hexdigest() in told["stored"]
    assert published[ERRATA].response.json == []


def test_the_report_is_shown_as_it_was_signed_and_nothing_but_its_own_sheet_is_let_in(told):
    assert told["before"][REPORT].status_code == 404
    answer = told["published"][REPORT]
    assert REPORT in told["published"][FIRST].links
    with zipfile.ZipFile(io.BytesIO(told["published"][FILE].response.get_data())) as bundle:
        assert answer.get_data() == bundle.read("report/vi.html")
    sheet = answer.get_data().split(b"<style>")[1].split(b"</style>")[0]
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{b64encode(sha256(sheet).digest()).decode()}'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert told["withdrawn"][REPORT].status_code == 404


def test_a_report_that_nobody_printed_is_not_offered(told):
    assert told["published"][f"{FIRST}/report/vi.pdf"].status_code == 404
    assert f"{FIRST}/report/vi.pdf" not in told["published"][FIRST].links


def test_a_version_that_was_never_published_is_not_there(told):
    assert told["published"][f"{FIRST[:-1]}2"].status == 404


def test_a_withdrawn_release_keeps_its_page_and_its_reason_but_not_its_file(told):
    after = told["withdrawn"]
    assert f"Bản này đã bị thu hồi: {WHY}" in after[FIRST].words  # as text, whatever it holds
    assert FILE not in after[FIRST].links
    assert FIRST not in after[HOME].links
    assert after[FILE].status == 404
    assert after[UNIT].status == 410
    assert WHY in after[UNIT].words
    assert "%" not in after[FIRST].words
    assert WHY in after[LOG].words
    assert [(line["version"], line["withdrawn_because"]) for line in after[ERRATA].response.json] == [(1, WHY)]


BASE, ROUND = f"/releases/{released.SECOND}/2", "MH-2025"


@pytest.fixture(scope="module")
def visitor(request, tmp_path_factory):
    """Somebody who reads two published years and a correction of the second."""
    folder = tmp_path_factory.mktemp("years")
    with empty_database("sqlite", request, folder) as url, opened_installation(url, folder, Clock()) as installation:
        released.two_years(installation)
        yield Visitor(create_app(installation))


def results(name):
    """A table of results of this year's bundle, by unit and statistic."""
    _first, _second, third = released.bundles("kiosk-short/1")
    return {(r["unit"], r.get("statistic", "")): r for r in analysis.release.records_of(third[f"results/{name}.csv"])}


def written(printed):
    """A printed figure as a page writes it in Vietnamese, to one decimal, halves away from zero."""
    return str(Decimal(printed).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",").removesuffix(",0") + " %"


def test_the_page_of_a_release_shows_every_unit_as_it_was_signed(visitor):
    page, overall, ranks = visitor.get(BASE), results("overall"), results("ranks")
    names = {released.NAMES[unit]: unit for unit in released.SATISFIED}
    lines = {names[line[0]]: line for line in page.tables()[0][1:]}
    assert set(lines) == set(released.SATISFIED)
    for unit, line in lines.items():
        printed, rank = overall[unit, "overall"], ranks[unit, ""]
        if printed["estimate"] and not printed["bound"]:
            assert line[1] == written(printed["estimate"])
            places = f"{rank['first']}–{rank['last']} / {rank['of']}" if rank["first"] else "–"
            assert line[3] == places
    assert any(line[3] != "–" for line in lines.values())
    assert f"{BASE}/xa-5" in page.links


def test_a_hostile_name_is_text(visitor):
    for path in (BASE, f"{BASE}/xa-9"):
        page = visitor.get(path)
        assert POLYGLOT in page.words
        assert "<script>alert" not in page.text
    assert b"<script>alert" not in visitor.client.get(f"{BASE}/report/vi.html").data


def test_a_unit_has_its_place_in_words_and_never_as_a_bare_rank(visitor):
    rank = results("ranks")["xa-5", ""]
    page = visitor.get(f"{BASE}/xa-5")
    said = f"Đứng từ thứ {rank['first']} đến thứ {rank['last']} trong 10 đơn vị cùng loại; không thể nói rõ hơn."
    assert said in page.words
    assert "Trong khoảng dự kiến" in page.words
    assert page.heading == "Xã Tân Phú"


def test_a_share_of_several_levels_has_the_colour_of_none(visitor):
    joined = [
        unit
        for (unit, statistic), record in results("items").items()
        if statistic.startswith("share:") and 0 < sum(bool(record[f"level_{j}"]) for j in range(1, 6)) < 5
    ]
    assert joined
    page = visitor.get(f"{BASE}/{joined[0]}")
    assert "Nhiều mức gộp lại" in page.words  # the legend of outlined bars
    assert "mức có quá ít câu trả lời được tính gộp" in page.words


def test_an_interval_on_a_page_is_never_shorter_than_the_signed_one(visitor):
    printed = results("overall")["xa-5", "overall"]
    shown = re.search(r"Khoảng tin cậy 95%: ([\d,]+)–([\d,]+) %", visitor.get(f"{BASE}/xa-5").words)
    low, high = (float(text.replace(",", ".")) for text in shown.groups())
    assert low <= float(printed["low"]) <= low + 0.1
    assert high - 0.1 <= float(printed["high"]) <= high


def test_a_change_is_told_with_its_interval_or_that_it_is_not_clear(visitor):
    change = results("comparison")["xa-5", "overall"]
    words = visitor.get(f"{BASE}/xa-5").words
    assert f"{written(change['earlier'])} → {written(change['later'])}" in words
    assert ("tăng" if change["reading"] == "up" else "chưa thấy khác biệt rõ") in words


def test_a_unit_with_too_few_answers_is_never_told_to_wait(visitor):
    page = visitor.get(f"{BASE}/{released.TOO_FEW}")
    assert "Đợt đã kết thúc, sẽ không có thêm câu trả lời" in page.words
    assert "Không công bố con số nào của đơn vị này: thu được quá ít câu trả lời hợp lệ" in page.words
    assert "chờ thêm" not in page.words
    assert "%" not in page.words.partition("Số liệu chắc đến đâu?")[0].partition("Nội dung")[2]


def test_the_first_page_shows_the_index_of_every_release_that_stands_with_its_interval(visitor):
    page = visitor.get("/")
    share, low, high = (results("overall")[released.TOP, "overall"][key] for key in ("estimate", "low", "high"))
    lines = page.tables()[0][1:]
    assert [line[0] for line in lines] == [
        "Tỉnh Minh Hải, 01/01/2025–31/12/2025",
        "Tỉnh Minh Hải, 01/01/2024–31/12/2024",
    ]
    assert lines[0][1] == f"{float(share):.1f}".replace(".", ",") + " %"
    told = [float(limit.replace(",", ".")) for limit in lines[0][2].removesuffix(" %").split("–")]
    assert told[0] <= float(low) <= told[0] + 0.1
    assert told[1] - 0.1 <= float(high) <= told[1]
    assert {BASE, f"/releases/{released.FIRST}/1"} <= set(page.links)


def years_of(page):
    """The table of the years: period, index, interval, what it is."""
    return next(table[1:] for table in page.tables() if table[0][-1] == "Nguồn gốc số liệu")


def test_the_years_of_a_unit_stand_as_the_bundle_prints_them(visitor):
    _first, _second, third = released.bundles("kiosk-short/1")
    signed = [
        record
        for record in analysis.release.records_of(third["results/series.csv"])
        if (record["unit"], record["view"]) == ("xa-5", "rebuilt")
    ]
    told = years_of(visitor.get(f"{BASE}/xa-5"))
    assert [line[0] for line in told] == ["2024", "2025"]
    assert [line[1] for line in told] == [written(record["estimate"]) for record in signed]
    change = written(signed[1]["change"]).removesuffix(" %").replace("-", "−")
    assert f"so với đợt trước: {change} điểm phần trăm" in told[1][3]


def test_the_address_of_a_round_leads_to_its_newest_release(visitor):
    for path, to in ((f"/rounds/{ROUND}", BASE), (f"/rounds/{ROUND}/xa-5", f"{BASE}/xa-5")):
        answer = visitor.client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, to)
    assert visitor.get("/rounds/R2099").status == visitor.get("/rounds/R2099/xa-5").status == 404


def test_a_version_whose_correction_was_withdrawn_does_not_come_back(request, tmp_path):
    with (
        empty_database("sqlite", request, tmp_path) as url,
        opened_installation(url, tmp_path, Clock()) as installation,
    ):
        released.two_years(installation)
        gone = update(Release).where(Release.version == 2).values(state="withdrawn", withdrawn_because="Sai.")
        with installation.database.write() as session:
            session.execute(gone)
        visitor = Visitor(create_app(installation))
        for path in ("/", f"/releases/{released.FIRST}/1/xa-5"):
            assert not any(link.startswith(f"/releases/{released.SECOND}") for link in visitor.get(path).links)


def test_a_unit_leads_to_its_other_years_and_an_older_version_to_the_newer(visitor):
    assert f"/releases/{released.FIRST}/1/xa-5" in visitor.get(f"{BASE}/xa-5").links
    old = visitor.get(f"/releases/{released.SECOND}/1/xa-5")
    assert "Đã có bản mới hơn." in old.words
    assert BASE in old.links


def test_the_log_of_corrections_names_every_figure_that_changed(visitor):
    page = visitor.get(LOG)
    assert released.WHY in page.words
    assert page.tables()[0][1] == ["xa-5", "overall", "estimate", "74.10", "75.33"]


@pytest.mark.parametrize("path", [f"{BASE}/nowhere", f"/releases/{released.SECOND}/3/xa-5", "/releases/x/1/xa-5"])
def test_a_unit_that_no_release_has_is_not_there(visitor, path):
    assert visitor.get(path).status == 404


def test_every_reason_that_a_bundle_gives_for_a_hidden_figure_has_its_words():
    """What `analysis` writes beside a hidden figure; anything else would be told as protection of another figure."""
    told = {publish.TOO_FEW: "too_few", "fewer than 30 answers": "too_few", "no valid answer": "no_valid_answer"}
    told |= {"an item without a valid answer": "factor_missing", publish.PROTECTS: "protects_another"}
    assert {label: release_reading._reason(label).value for label in told} == told


def test_an_installation_without_releases_says_how_a_date_is_announced(province_template, tmp_path):
    with copied_province(province_template, tmp_path) as installation:
        page = Visitor(create_app(installation)).get("/releases?lang=en")
        assert "announced at least four weeks ahead" in page.words
