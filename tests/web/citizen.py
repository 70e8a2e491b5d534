"""A citizen at a phone: reads the page before him, fills its form, presses its buttons."""

import json
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
from sqlalchemy import func, select

from survey_app.domain import sealing
from survey_app.models import Inbox
from survey_app.web.citizen import draft as drafts
from tests.web import pages

ACTIVE = ("script", "iframe", "object", "embed", "img", "base")

FORM_TYPE = "application/x-www-form-urlencoded"


def count(installation, table) -> int:
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def waiting(installation) -> list[dict[str, Any]]:
    """Waiting answers, opened with the private key of their day."""
    with installation.database.read() as session:
        rows = session.scalars(select(Inbox)).all()
        private = installation.keys.private
        return [json.loads(sealing.open_with(private(row.day.isoformat()), row.sealed)) for row in rows]


class Page:
    """One answer of the server, read as a browser reads it."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.get_data(as_text=True)
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(self.text)
        self.faults = [fault for _place, fault, _values in parser.errors] + self._faults()

    def _faults(self) -> list[str]:
        """What no page of ours may have, whoever opens it."""
        elements = [element for element in self.root.iter() if isinstance(element.tag, str)]
        ids = Counter(element.get("id") for element in elements if element.get("id"))
        faults = [*pages._name_faults(self.root), *pages._label_faults(self.root), *self._policy_faults()]
        faults += [f"id {name} stands {n} times" for name, n in ids.items() if n > 1]
        faults += [f"points to #{name}" for e in elements for name in pages._targets(e) if name not in ids]
        faults += [f"{e.tag} could run something" for e in elements if e.tag in ACTIVE]
        return faults + [f"{e.tag} has {key}" for e in elements for key in e.attrib if _active(str(key))]

    def _policy_faults(self) -> list[str]:
        """The one style sheet stands in the page, and the policy names its hash and allows nothing else."""
        [sheet] = list(self.root.iter("style"))
        digest = b64encode(sha256(sheet.text.encode()).digest()).decode()
        wanted = {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
            "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
        }
        return [f"{name} is not {value}" for name, value in wanted.items() if self.response.headers.get(name) != value]

    @property
    def heading(self) -> str:
        return " ".join("".join(self.root.find(".//h1").itertext()).split())

    @property
    def words(self) -> str:
        body = self.root.find("body")
        return " ".join("".join(body.itertext()).split())

    @property
    def codes(self) -> list[str]:
        return [element.text for element in self.root.iterfind(".//p[@class='code']")]

    @property
    def errors(self) -> list[str]:
        return [" ".join("".join(link.itertext()).split()) for link in self.root.iterfind(".//*[@id='errors']//a")]

    def form(self) -> Element:
        return self.root.find(".//form")

    def fields(self) -> dict[str, Any]:
        """What the form would send as it stands, without a button."""
        found: dict[str, Any] = {}
        form = self.form()
        for element in form.iter() if form is not None else ():
            name, kind = element.get("name"), element.get("type", "")
            if not name or element.tag == "button":
                continue
            if element.tag == "textarea":
                found[name] = element.text or ""
            elif kind not in ("radio", "checkbox"):
                found[name] = element.get("value", "")
            elif "checked" in element.attrib:
                found.setdefault(name, []).append(element.get("value"))
        return found

    def choices(self, name: str) -> list[str]:
        return [e.get("value") for e in self.form().iter("input") if e.get("name") == name]


class Citizen:
    """A browser of one person; `cookies=False` refuses all of them."""

    def __init__(self, app, *, cookies: bool = True, headers: dict[str, str] | None = None) -> None:
        self.client = app.test_client(use_cookies=cookies)
        self.headers = headers or {}
        self.page: Page | None = None
        self.went: list[str] = []

    def open(self, path: str) -> Page:
        return self._follow(self.client.get(path, headers=self.headers))

    def scan(self, token) -> Page:
        return self.open(f"/T/{token.text}")

    def press(self, go: str = "next", page: Page | None = None, **answers) -> Page:
        """Fill in the form of a page (the one before him unless told otherwise) and press a button."""
        form = (page or self.page).form()
        data = (page or self.page).fields() | answers
        sent = {name: value for name, value in data.items() if value is not None}
        action = urljoin(self.went[-1], form.get("action", ""))
        return self._follow(self.client.post(action, data=sent | {"_go": go}, headers=self.headers))

    def answer_all(self, **answers) -> Page:
        """Go through the whole questionnaire; unnamed grades get a 4."""
        for _page in range(20):
            wanted = {name: answers[name] for name in self.page_items() if name in answers}
            grades = {n: "4" for n in self.page_items() if self.page.choices(n)[:5] == list("12345")}
            last = "send" in [b.get("value") for b in self.page.form().iter("button")]
            self.press("send" if last else "next", **(grades | wanted))
            if self.page.status != 200 or "_page" not in self.page.fields():
                return self.page
        raise AssertionError("the questionnaire never ends")

    def page_items(self) -> list[str]:
        names = {e.get("name") for e in self.page.form().iter() if e.tag in ("input", "textarea")}
        return [name for name in names if name and not name.startswith("_")]

    def to_the_end(self) -> Page:
        """Go on to the last page: the general question gets a 4, the others stay blank."""
        while 'value="send"' not in self.page.text:
            self.press(q00="4")
        return self.page

    def cookie(self, name: str = "sipas") -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found else None

    def draft(self, installation) -> drafts.Draft:
        """What the server reads in this browser's cookie."""
        return drafts.unseal(installation.keys, self.cookie(), drafts.COOKIE, installation.now())

    def _follow(self, response) -> Page:
        self.went.append(response.request.path)
        while response.status_code == 303:
            self.went.append(response.headers["Location"])
            response = self.client.get(response.headers["Location"], headers=self.headers)
        self.page = Page(response)
        assert self.page.faults == []
        return self.page


def _active(attribute: str) -> bool:
    return attribute.lower().startswith("on") or attribute.lower() == "style"
