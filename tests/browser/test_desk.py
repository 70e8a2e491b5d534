"""Every staff and public page in a real browser: accessible, at any width, by keyboard, on paper.

Whoever is signed in has one page for all tests: opening another one costs more than most of what is looked at.
"""

import re
from datetime import date

import pytest
from sqlalchemy import select

from survey_app.models import Quarantine, QuarantineRequest, Release, Round, Unit
from survey_app.services import invitations, round_roles, rounds
from tests.browser import looked_at
from tests.browser.chromium import DESK, PHONE, Watch, faults, new_context
from tests.browser.conftest import served
from tests.browser.walk import tap_on
from tests.figures import LIVE, PASSWORD


@pytest.fixture(scope="module")
def site(province):
    """The province with a round that is planned only, and a release that was withdrawn."""
    dates = {"period_start": date(2027, 1, 1), "period_end": date(2027, 12, 31)}
    dates |= {"field_start": date(2027, 1, 1), "field_end": date(2027, 12, 31), "erasure_date": date(2029, 12, 31)}
    plan = rounds.Plan(looked_at.PLANNED, "Đo lường năm 2027", "minh-hai", "sipas-2017/1", **dates)
    rounds.create(province, plan)
    for role in ("planner", "fieldwork", "checker"):
        round_roles.grant(province, role, "province")
    a_withdrawn_release(province)
    answers_apart(province)
    with served(province) as running:
        yield running


def a_withdrawn_release(installation):
    now = installation.now()
    people = {f"{done}_by": f"{done}.by" for done in ("computed", "checked", "signed")}
    moments = dict.fromkeys((f"{done}_at" for done in ("release", "computed", "checked", "signed", "published")), now)
    hashes = {"sums_sha256": "0f" * 32, "file_sha256": "1f" * 32, "key_id": "0123456789abcdef"}
    gone = {"state": "withdrawn", "withdrawn_because": "Số của Xã 1 sai.", "withdrawn_at": now}
    with installation.database.write() as session:
        row = session.scalars(select(Round).where(Round.code == LIVE)).one()  # the published one keeps its pages
        name = {"round_id": row.id, "name": looked_at.RELEASE, "version": 1}
        session.add(Release(**name, **people, **moments, **hashes, **gone))


def answers_apart(installation):
    """A group that may be asked about, one that somebody has asked about, and one too small to be listed."""
    groups = (("desk-1", "unknown_address", 12), ("desk-2", "second_answer", 23), ("desk-5", "expired", 4))
    with installation.database.write() as session:
        of_round = {"round_id": session.scalars(select(Round.id).where(Round.code == LIVE)).one()}
        for desk, reason, number in groups:
            of_group = of_round | {"unit_id": session.scalars(select(Unit.id).where(Unit.slug == desk)).one()}
            of_group["reason"] = reason
            session.add_all(Quarantine(**of_group, day=installation.today(), sealed=b"x") for _ in range(number))
            if reason == "second_answer":
                asked = {"asked_by": "agency2", "asked_at": installation.now(), "why": "Phiếu in hai lần"}
                session.add(QuarantineRequest(**of_group, action="discard", **asked))


@pytest.fixture(scope="module")
def page_of(site, chromium):
    """The page of a login, or of somebody who has none; nothing that it does may leave the server."""
    watch, pages = Watch(site.url), {}

    def of(login):
        if login not in pages:
            page = new_context(chromium, locale="vi-VN").new_page()
            watch.look_at(page)
            if login:
                page.goto(site.url + "/login")
                page.fill("#login", login)
                page.fill("#password", PASSWORD)
                tap_on(page, "main button")
            pages[login] = page
        return pages[login]

    yield of
    for page in pages.values():
        page.context.close()
    assert watch.problems == []


@pytest.fixture
def visit(site, page_of):
    """Open a path as someone, at some width, in some language."""

    def opened(login, path, *, width=DESK, language="vi"):
        page = page_of(login)
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={language}")
        return page

    return opened


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_accessible_and_fits_its_window(visit, rendered, language):
    found = []
    for login, path in looked_at.PAGES:
        page = visit(login, path, language=language)
        assert page.locator("html").get_attribute("lang") == language
        found += faults(page, path)
    assert found == []
    assert {name for name in rendered if "/parts/" not in f"/{name}"} >= looked_at.DESK


def filled(page, button, **typed):
    """Fill in fields by their ids, and send the form."""
    for name, text in typed.items():
        page.fill(f"#{name}", text)
    tap_on(page, button)
    return page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_at_the_end_of_a_form_are_accessible_too(visit, rendered, site, language):
    page, found = visit("admin", "/admin/kiosks", language=language), []
    found += faults(filled(page, "form button[type=submit], main form button", name=""), "device without a name")
    found += faults(filled(page, "main form button", name="Kiosk sảnh B"), "code of a device")
    page = visit("admin", "/admin/kiosks/1", language=language)
    found += faults(filled(page, "form[action$='/pin'] button"), "new PIN")
    page = visit("province", "/province/minh-hai/-/plan", language=language)
    found += faults(filled(page, "main form button"), "plan with faults")
    page = visit(None, "/login", language=language)
    found += faults(filled(page, "main form button", login="agency1", password="sai rồi"), "wrong password")
    found += paper_faults(visit("agency1", "/paper/", language=language), site)
    assert found == []
    assert rendered >= looked_at.FORMS


def paper_faults(page, site):
    """A sheet of paper is keyed in twice, with every mistake that can be made."""
    code = invitations.roll(site.installation, LIVE, "desk-1", 50).slips[0].token
    found = faults(filled(page, "main form button", code="ABC"), "sheet mistyped")
    found += faults(filled(page, "main form button", code=code), "sheet")
    found += faults(filled(page, ".keying > button", q00="8"), "box that is not there")
    found += faults(filled(page, ".keying > button", q00="4", q01="5"), "keyed in once")
    filled(page, "main form button", code=code)
    found += faults(filled(page, ".keying > button", q00="4", q01="2"), "keyed in differently")
    assert page.locator("#errors a").count() == 1
    return found


def test_the_first_screen_answers_three_questions_without_scrolling(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    for question in ("how", "real", "first"):
        box = page.locator(f"section[aria-labelledby={question}]").bounding_box()
        assert box["y"] + box["height"] <= 800


def test_charts_change_their_form_with_the_window(visit):
    for width, form, other in ((DESK, "wide", "narrow"), (PHONE, "narrow", "wide")):
        page = visit("agency1", f"/agency/xa-1/{LIVE}", width=width)
        assert page.locator(f".chart .{form} svg").first.is_visible()
        assert not page.locator(f".chart .{other} svg").first.is_visible()
        assert overlaps(page, form) == []
    size = page.locator(".chart .narrow svg text").first.evaluate("e => e.getBoundingClientRect().height")
    assert size > 10  # still letters, not dust


def overlaps(page, form):
    """Words in charts that lie on each other, in the fonts of this machine, which widths were not reckoned with."""
    return page.evaluate(
        """form => [...document.querySelectorAll(`.chart .${form} svg`)].flatMap(svg => {
            const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
            return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
                .filter(([, q]) => p.left + 1 < q.right && q.left + 1 < p.right
                                && p.top + 4 < q.bottom && q.top + 4 < p.bottom)
                .map(([b]) => `${a} | ${b}`));
        })""",
        form,
    )


def test_words_in_a_chart_can_be_selected_with_their_diacritics(visit):
    page = visit("province", f"/province/minh-hai/{LIVE}")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.chart .wide'))")
    assert "Phường Ặ Ễ Ỗ Ử ữ ệ" in page.evaluate("getSelection().toString()")


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        tag, style = page.evaluate(
            "() => [document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        reached.add(tag)
        if tag in ("SUMMARY", "A", "BUTTON"):
            assert style == "solid"
    assert {"A", "SUMMARY"} <= reached
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None


def test_the_focus_and_every_control_are_seen_in_forced_colours_and_nothing_moves(visit):
    page = visit("admin", "/admin/kiosks/3")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for button in page.locator("main button:visible").all():
        assert button.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    page.locator("main button:visible").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    moving = """() => [...document.querySelectorAll('*')].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return parseFloat(transitionDuration) > 0 || animationName !== 'none'; })
    .map((one) => one.tagName)"""
    assert page.evaluate(moving) == []
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")


def test_one_signs_in_by_keyboard_and_a_mistake_leads_to_its_field(open_page, site):
    page = open_page("/login")
    page.locator("#login").focus()
    page.keyboard.type("agency2")
    page.keyboard.press("Tab")
    page.keyboard.type("sai mật khẩu rồi")
    page.keyboard.press("Enter")
    page.wait_for_selector("#errors")
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page.inner_text("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/agency/xa-2"))
    assert page.url.startswith(site.url)


def test_targets_are_large_enough_for_a_finger(visit):
    page = visit("admin", "/admin/staff", width=PHONE)
    heights = page.eval_on_selector_all(
        "button, header a, nav a",
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)",
    )
    assert len(heights) > 5
    assert min(heights) >= 24


def test_an_office_can_file_the_page_on_paper(visit):
    page = visit("agency1", f"/agency/xa-1/{LIVE}")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator("footer").is_visible()
    assert page.locator(".chart .wide svg").first.is_visible()
    assert page.locator(".source").is_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_without_scripts_every_page_works_the_same(open_page, page_of):
    cookies = page_of("agency1").context.cookies()
    page = open_page(f"/agency/xa-1/{LIVE}", javascript=False, cookies=cookies)
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()
