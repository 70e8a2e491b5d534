"""What staff see: the figures that were released and nothing else, in words that can be used."""

import re

import pytest

from survey_app.services import indices, reading, rounds
from tests.figures import LIVE, PASSWORD, POLYGLOT, PUBLISHED
from tests.web.pages import Visitor


def visitor(app, login, language="vi"):
    made = Visitor(app, language)
    made.sign_in(login, PASSWORD)
    return made


@pytest.fixture(scope="module")
def agency(figures_app):
    return visitor(figures_app, "agency1")


@pytest.fixture(scope="module")
def province(figures_app):
    return visitor(figures_app, "province")


@pytest.fixture(scope="module")
def admin(figures_app):
    return visitor(figures_app, "admin")


def figures(app, slug, code=LIVE, language="vi"):
    installation = app.extensions["sipas"]
    with installation.database.read() as session:
        round_id = rounds.by_code(session, code).id
        unit_id = reading.units.unit_by_slug(session, slug).id
    return indices.unit_page(installation, round_id, unit_id, language)


def percent(value):
    return f"{value:g}".replace(".", ",") + " %"


def test_the_first_screen_says_how_we_are_how_sure_it_is_and_what_to_look_at_first(figures_app, agency):
    found = figures(figures_app, "xa-1")
    page = agency.get("/agency/xa-1")
    first = next(e for e in page.root.iter("div") if e.get("class") == "answers")
    said = " ".join("".join(first.itertext()).split())
    assert found.overall.shown
    assert percent(found.overall.estimate) in said
    assert f"{found.overall.low:g}–{found.overall.high:g}" in said
    assert f"Khoảng {found.overall.n_text} câu trả lời" in said
    assert found.rates.response_rate.replace("\u00a0", " ") in said
    lowest = sorted((i for i in found.items if i.shown), key=lambda i: i.estimate)[:3]
    places = [said.index(item.label) for item in lowest]
    assert places == sorted(places)
    assert "không phải nguyên nhân" in said


def test_every_released_figure_stands_in_a_table_exactly_as_released(figures_app, agency):
    found = figures(figures_app, "xa-1")
    factors, trend, items, evidence, _flagged = agency.get("/agency/xa-1").tables()
    shown = {line[0]: line[1] for line in factors[1:]}
    for factor in found.factors:
        assert factor.label in shown
        if factor.shown:
            assert shown[factor.label] == percent(factor.estimate)
    assert [line[0] for line in trend[1:]] == ["03/2026", "04/2026", "05/2026"]
    assert {line[0] for line in items[1:]} == {item.label for item in found.items}
    estimates = [float(line[6].rstrip(" %").replace(",", ".")) for line in items[1:] if line[6][0].isdigit()]
    assert estimates == sorted(estimates)
    assert evidence[1][0] == "G1"


def test_levels_of_an_item_add_up_to_a_hundred(agency):
    items = agency.get("/agency/xa-1").tables()[2][1:]
    for line in items:
        levels = [cell for cell in line[1:6] if cell[0].isdigit()]
        if levels:
            total = sum(float(cell.rstrip(" %").replace(",", ".")) for cell in levels)
            assert total == pytest.approx(100, abs=2)  # five whole per cents: at most half a point off each


def test_a_unit_without_a_figure_says_why_and_when_there_will_be_one(figures_app, province):
    page = province.get("/agency/xa-6")
    assert "Chưa có số liệu" in page.words
    assert "Số liệu xuất hiện khi có 10 câu trả lời được công bố." in page.words
    assert "Lần công bố tới: Thứ Hai 11/05/2026 06:00" in page.words
    how = next(e for e in page.root.iter("section") if e.get("aria-labelledby") == "how")
    assert "%" not in "".join(how.itertext())  # no bare zero


def test_the_index_stands_with_and_without_flagged_answers_for_the_units_own_people(figures_app, agency, province):
    [line] = figures(figures_app, "xa-1").flagged
    assert line.without.estimate < line.all_answers.estimate
    [_head, row] = agency.get("/agency/xa-1").tables()[-1]
    assert row[0] == "G3"
    assert row[1].startswith(f"{line.all_answers.estimate:.0f}")
    assert row[3].startswith(f"{line.without.estimate:.0f}")
    assert {cells[0] for cells in province.get("/province/minh-hai/R2026").tables()[-1][1:]} == {
        "Tỉnh Minh Hải",
        "Xã Đông Ngũ",
    }


def test_a_round_can_be_chosen_and_says_what_kind_of_figures_it_has(agency):
    live, annual = agency.get(f"/agency/xa-1/{LIVE}"), agency.get(f"/agency/xa-1/{PUBLISHED}")
    assert "không xếp hạng" in live.words
    assert "Chỉ số năm" in annual.words
    assert f"/agency/xa-1/{PUBLISHED}" in live.links


def test_months_of_live_figures_never_stand_on_a_page_of_the_annual_index(agency):
    assert "Diễn biến theo tháng" not in agency.get(f"/agency/xa-1/{PUBLISHED}").words
    assert len(agency.get(f"/agency/xa-1/{PUBLISHED}").tables()) == 3


def test_on_paper_the_source_is_named(agency):
    assert "Nguồn: http://127.0.0.1:8000/agency/xa-1" in agency.get("/agency/xa-1?lang=vi").words


def test_the_page_opens_with_the_round_that_takes_answers(agency):
    assert agency.get("/agency/xa-1").text.count("Số liệu tức thời") == 1


def test_a_month_without_a_release_is_a_gap_with_its_reason(province):
    trend = province.get(f"/agency/xa-2/{LIVE}").tables()[1]
    months = {line[0]: line for line in trend[1:]}
    assert set(months) == {"03/2026", "05/2026"}  # nothing was released in April, so no line joins the two
    svg = province.get(f"/agency/xa-2/{LIVE}").text
    assert 'stroke-width="1.6"' not in svg


def test_the_province_sees_every_unit_by_name_and_no_places(province):
    page = province.get("/province/minh-hai")
    names = [line[0] for line in page.tables()[0][1:]]
    assert names == ["Phường Ặ Ễ Ỗ Ử ữ ệ", "Xã Đông Ngũ", "Xã Ít Người", "Xã Lặng Lẽ", "Xã Nhỏ", POLYGLOT]
    assert "Không phải bảng xếp hạng" in page.words
    assert not re.search(r"(?i)hạng \d|thứ \d", page.words)


def test_the_province_sees_coverage_and_silent_desks(province):
    page = province.get("/province/minh-hai")
    assert "1 bộ phận đã trả kết quả hồ sơ nhưng chưa có ai mở phiếu hỏi" in page.words
    assert "Bộ phận Một cửa xã 6 (100 hồ sơ đã trả, 100 được mời)" in page.words
    assert "Hồ sơ đã trả kết quả 600" in page.words
    assert "Bộ phận Một cửa xã 4" not in page.words  # few answers there wait, or are pooled: not silent


def test_units_lead_to_their_pages(province):
    page = province.get("/province/minh-hai")
    assert f"/agency/xa-1/{LIVE}" in page.links
    assert province.get(f"/agency/xa-1/{LIVE}").heading == "Xã Đông Ngũ"


def test_a_hostile_name_is_text_on_every_page_and_in_every_picture(province, admin):
    for reader, path in (
        (province, "/province/minh-hai"),
        (province, f"/agency/xa-5/{LIVE}"),
        (admin, "/admin/units/minh-hai"),
    ):
        page = reader.get(path)
        assert POLYGLOT in page.words or POLYGLOT[:20] in page.words
        assert "<script>alert(1)" not in page.text
        assert "<svg/onload" not in page.text
        assert "{{7*7}}" in page.words
        assert [e for e in page.root.iter() if str(e.tag).endswith("script")] == []


def test_pages_are_in_the_language_that_is_asked_for_and_keep_it(figures_app):
    reader = visitor(figures_app, "agency1")
    assert reader.get("/agency/xa-1").root.get("lang") == "vi"
    english = reader.get("/agency/xa-1?lang=en")
    assert english.root.get("lang") == "en"
    assert "How are we doing?" in english.words
    assert reader.get("/agency/xa-1").root.get("lang") == "en"
    assert reader.get("/agency/xa-1?lang=vi").root.get("lang") == "vi"


def test_staff_pages_are_kept_by_no_cache(agency):
    for path in ("/agency/xa-1", "/account/password", "/login"):
        assert agency.get(path).response.headers["Cache-Control"] == "no-store"


def test_a_unit_that_no_round_measures_says_so(figures_app):
    reader = visitor(figures_app, "far")
    page = reader.get("/province/tinh-khac")
    assert "Chưa có đợt đo lường nào" in page.words
    assert reader.get("/agency/tinh-khac").status == 200


def test_the_administrator_sees_rounds_units_and_what_was_done(admin):
    assert "đang nhận câu trả lời" in admin.get("/admin/").words
    units = admin.get("/admin/units")
    assert "Xã Đông Ngũ" in units.words
    assert admin.get("/admin/units/desk-1").links.count("/admin/units/xa-1") == 1
    done = admin.get("/admin/audit").words
    assert "round create" in done
    assert "command line" in done


def test_an_administrator_sees_nothing_of_another_province(figures_app):
    reader = visitor(figures_app, "far")
    done = reader.get("/admin/audit").words
    assert "far" in done
    assert "agency1" not in done
    assert LIVE not in done
    assert LIVE not in reader.get("/admin/").words
    assert "agency1" not in reader.get("/admin/staff").words


def test_the_administrator_disables_and_enables_logins_of_his_scope(own_app):
    reader = visitor(own_app, "admin")
    page = reader.post("/admin/staff/agency1/disable", token_from="/admin/staff")
    assert page.location == "/admin/staff"
    assert "Đã tắt agency1." in reader.get("/admin/staff").words
    assert Visitor(own_app).sign_in("agency1", PASSWORD).status == 403
    reader.post("/admin/staff/agency1/enable", token_from="/admin/staff")
    assert Visitor(own_app).sign_in("agency1", PASSWORD).status == 302
    assert "far" not in [line[0] for line in reader.get("/admin/staff").tables()[0]]
    reader.post("/admin/staff/admin/disable", token_from="/admin/staff")
    assert "Không thể tắt tài khoản mà Ông/Bà đang dùng." in reader.get("/admin/staff").words


def test_nothing_of_the_administration_is_open_to_others(province, agency):
    for reader in (province, agency):
        assert reader.get("/admin/staff").status == 404
