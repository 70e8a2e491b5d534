"""Every page that axe looks at, and every one that it does not, with the reason; tests/house holds it to the routes.

`PAGES` are opened one after the other. Other pages stand at the end of a way that a test walks; the test says in the
end that it really met these routes and these templates.
"""

from pathlib import Path

import survey_app
from tests import released
from tests.figures import LIVE, PUBLISHED

TEMPLATES = Path(survey_app.__file__).with_name("templates")
PLANNED = "R2027"  # a round that test_desk.py plans
RELEASE = "minh-hai-r2026-h1"  # that test_desk.py makes and withdraws

PAGES = [
    (None, "/"),
    (None, "/method"),
    (None, "/releases"),
    (None, f"/releases/{RELEASE}/1"),
    (None, "/accessibility"),
    (None, "/login"),
    (None, "/nothing"),
    ("agency1", f"/agency/xa-1/{LIVE}"),
    ("agency1", "/account/password"),
    ("agency1", "/paper/"),
    ("province", f"/agency/xa-6/{LIVE}"),
    ("province", f"/agency/xa-5/{LIVE}"),
    ("province", f"/province/minh-hai/{LIVE}"),
    ("far", "/agency/desk-far"),
    ("far", "/province/tinh-khac"),
    ("admin", "/admin/"),
    ("admin", "/admin/staff"),
    ("admin", "/admin/staff/province/roles"),
    ("admin", "/admin/units"),
    ("admin", "/admin/units/xa-1"),
    ("admin", "/admin/audit"),
    ("admin", "/admin/kiosks"),
    ("admin", "/admin/kiosks/3"),
    ("admin", "/admin/recordings"),
    ("province", "/province/minh-hai/-/kiosks"),
    ("province", "/province/minh-hai/-/rules"),
    ("province", f"/province/minh-hai/{LIVE}/fieldwork"),
    ("province", "/province/minh-hai/-/rounds"),
    ("province", f"/province/minh-hai/-/rounds/{PUBLISHED}"),
    ("province", f"/province/minh-hai/-/rounds/{LIVE}/quarantine"),
    ("province", f"/province/minh-hai/-/rounds/{PLANNED}/change"),
    ("province", f"/province/minh-hai/-/rounds/{PLANNED}/step?to=frozen"),
    ("province", "/province/minh-hai/-/plan"),
]

# Templates of the pages above; the second part stands at the end of forms that test_desk.py fills in.
DESK = {
    "error.html",
    *(f"public/{name}.html" for name in ("accessibility", "home", "method", "release", "releases")),
    *(f"agency/{name}.html" for name in ("no_round", "unit")),
    *(f"province/{name}.html" for name in ("fieldwork", "kiosks", "no_round", "round", "round_form", "round_step")),
    *(f"province/{name}.html" for name in ("quarantine", "rounds", "rules", "units")),
    *(f"admin/{name}.html" for name in ("audit", "home", "kiosk", "kiosks", "recordings", "roles", "staff", "units")),
    *(f"staff/{name}.html" for name in ("login", "password")),
    "paper/home.html",
}
FORMS = {"admin/kiosk_code.html", "admin/kiosk_pin.html", "paper/sheet.html"}

# What test_release_pages.py looks at, over two years that were signed.
RELEASES = [
    "/",
    f"/releases/{released.SECOND}/2",
    f"/releases/{released.SECOND}/2/xa-5",
    f"/releases/{released.SECOND}/2/{released.TOO_FEW}",
    "/releases/calendar",
    "/releases/errata",
]
REPORTS = {language: f"/releases/{released.SECOND}/2/report/{language}.html" for language in ("vi", "en")}
SIGNED = {f"public/{name}.html" for name in ("calendar", "errata", "release", "release_unit")}

COMPUTED = "MH-2024"  # a round that waits for its signature there
FACTS = {"xa5": f"/agency/xa-5/{COMPUTED}/facts", "tinh": f"/province/{released.TOP}/-/rounds/{COMPUTED}/facts"}
CHECKED = {"agency/facts.html", "province/facts.html"}

# What test_citizen_access.py and test_kiosk_access.py walk through.
CITIZEN_ROUTES = {"/T/<token>", "/t/<token>", "/q", "/q/code", "/r", "/w"}
CITIZEN = {
    f"citizen/{name}.html" for name in ("closed", "code", "done", "failed", "kept", "nowhere", "other_way", "page")
}
CITIZEN |= {f"citizen/{name}.html" for name in ("receipt", "refused", "stale", "thanks", "withdrawal")}
KIOSK_ROUTES = {"/kiosk"}

# Routes that are no page of ours to look at, and templates that no route shows.
NO_PAGE = {
    "/agency/": "leads to the page of the reader's unit",
    "/province/": "leads to the page of the reader's unit",
    "/kiosk/files/<version>/<name>": "a file of the kiosk's program",
    "/kiosk/package": "what a device asks for",
    "/kiosk/sw.js": "a file of the kiosk's program",
    "/media/<name>": "a recording or a picture",
    "/province/<slug>/<code>/fieldwork.csv": "a table to download",
    "/rounds/<code>": "leads to its release",
    "/rounds/<code>/<slug>": "leads to its release",
    "/releases/<name>/<int:version>.zip": "a file to download",
    "/releases/errata.json": "for programs",
    "/static/<path:filename>": "style sheets",
}
NO_ROUTE = {"desk.html": "the frame of staff pages"}


def page_templates() -> set[str]:
    """Names of the templates that are a whole page: those that stand in a frame of the site."""
    return {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if path.read_text(encoding="utf-8").startswith("{% extends")
    }
