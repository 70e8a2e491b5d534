"""Every page that axe looks at, and every one that it does not, with the reason; tests/house holds it to the routes.

`PAGES` are opened one after the other. Other pages stand at the end of a way that a test walks; the test says in the
end that it really met these routes and these templates.
"""

from tests.figures import LIVE, PUBLISHED

PLANNED = "R2027"  # a round that test_desk.py plans
RELEASE = "minh-hai-r2026-h1"  # of which test_desk.py makes two versions, one withdrawn

PAGES = [
    (None, "/"),
    (None, "/method"),
    (None, "/releases"),
    (None, f"/releases/{RELEASE}/1"),
    (None, f"/releases/{RELEASE}/2"),
    (None, "/accessibility"),
    (None, "/login"),
    (None, f"/rounds/{PUBLISHED}"),
    (None, f"/rounds/{PUBLISHED}/xa-1"),
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
    ("province", f"/province/minh-hai/-/rounds/{PLANNED}/change"),
    ("province", f"/province/minh-hai/-/rounds/{PLANNED}/step?to=frozen"),
    ("province", "/province/minh-hai/-/plan"),
]

# Templates of the pages above; the second part stands at the end of forms that test_desk.py fills in.
DESK = {
    "error.html",
    *(f"public/{name}.html" for name in ("accessibility", "home", "method", "release", "releases", "round", "unit")),
    *(f"agency/{name}.html" for name in ("no_round", "unit")),
    *(f"province/{name}.html" for name in ("fieldwork", "kiosks", "no_round", "round", "round_form", "round_step")),
    *(f"province/{name}.html" for name in ("rounds", "rules", "units")),
    *(f"admin/{name}.html" for name in ("audit", "home", "kiosk", "kiosks", "recordings", "roles", "staff", "units")),
    *(f"staff/{name}.html" for name in ("login", "password")),
    "paper/home.html",
}
FORMS = {"admin/kiosk_code.html", "admin/kiosk_pin.html", "paper/sheet.html"}

# What test_citizen_access.py and test_kiosk_access.py walk through.
CITIZEN_ROUTES = {"/T/<token>", "/t/<token>", "/q", "/q/code", "/r", "/w"}
CITIZEN = {f"citizen/{name}.html" for name in ("closed", "code", "done", "kept", "page", "receipt", "thanks")}
CITIZEN |= {"citizen/withdrawal.html", "citizen/stale.html", "citizen/nowhere.html", "citizen/failed.html"}
KIOSK_ROUTES = {"/kiosk"}
KIOSK = {"kiosk/page.html"}

NO_PAGE = {
    "/admin/kiosks": "",
}
