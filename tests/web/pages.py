"""A reader at a desk, whose every page is checked: valid HTML, title, language, labels, ids, policy, no inline code."""

import re
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib

from survey_app.web.headers import POLICY

UNLABELLED = ("hidden", "submit", "button")


class Page:
    """One checked answer of the server."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location", "")
        self.text = "" if response.mimetype == "application/zip" else response.get_data(as_text=True)
        if response.mimetype == "text/html" and self.text and not self.location:
            self.root = _read(self.text)
            self._check()

    def _check(self) -> None:
        faults = [*_name_faults(self.root), *_label_faults(self.root), *_inline_faults(self.root)]
        faults += _header_faults(self.response)
        ids = Counter(element.get("id") for element in self.root.iter() if element.get("id"))
        faults += [f"id {name!r} stands {n} times" for name, n in ids.items() if n > 1]
        faults += [
            f"{element.tag} points to #{target}, which is not there"
            for element in self.root.iter()
            for target in _targets(element)
            if target not in ids
        ]
        assert faults == [], faults

    @property
    def title(self) -> str:
        return words_of(self.root.find("head/title"))

    @property
    def heading(self) -> str:
        return words_of(self.root.find(".//h1"))

    @property
    def words(self) -> str:
        """Everything a reader sees or hears, pictures included."""
        return " ".join(" ".join(self.root.find("body").itertext()).split())

    @property
    def links(self) -> list[str]:
        return [link.get("href") for link in self.root.iter("a")]

    def token(self) -> str:
        """The form's own token."""
        return next(e.get("value") for e in self.root.iter("input") if e.get("name") == "csrf_token")

    def tables(self) -> list[list[list[str]]]:
        """Every table as lines of cells."""
        return [
            [[words_of(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]
            for table in self.root.iter("table")
        ]


class Visitor:
    """A browser with its cookies; `sign_in` makes it a reader's."""

    def __init__(self, app, language="vi") -> None:
        self.client = app.test_client()
        self.headers = {"Accept-Language": language}

    def get(self, path, **options) -> Page:
        return Page(self.client.get(path, headers=self.headers, **options))

    def post(self, path, token_from=None, **fields) -> Page:
        """Send a form; `token_from` is the page on which it stands."""
        if token_from:
            fields["csrf_token"] = self.get(token_from).token()
        return Page(self.client.post(path, data=fields, headers=self.headers))

    def sign_in(self, login, password, path="/login") -> Page:
        return self.post(path, token_from="/login", login=login, password=password)


def words_of(element: Element) -> str:
    """Text of one element; every kind of blank is one space."""
    return " ".join("".join(element.itertext()).split())


def _read(text: str) -> Element:
    """Parse as a browser does; raises on anything that is not valid."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def _name_faults(root: Element) -> list[str]:
    faults = []
    if not root.get("lang"):
        faults.append("the page does not say its language")
    titles = root.findall("head/title")
    if len(titles) != 1 or not words_of(titles[0]):
        faults.append("the page has no title")
    if len(root.findall(".//h1")) != 1:
        faults.append("the page has not exactly one main heading")
    if len(root.findall(".//main")) != 1:
        faults.append("the page has not exactly one main part")
    return faults


def _label_faults(root: Element) -> list[str]:
    labelled = {label.get("for") for label in root.iter("label")}
    return [
        f"{field.tag} {field.get('name')!r} has no label"
        for field in root.iter()
        if field.tag in ("input", "select", "textarea")
        and field.get("type") not in UNLABELLED
        and field.get("id") not in labelled
        and not (field.get("aria-label") or field.get("aria-labelledby"))
    ]


def _inline_faults(root: Element) -> list[str]:
    faults = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        if name == "style" or (name == "script" and "src" not in element.attrib):
            faults.append(f"inline {name}")
        faults += [f"{name} has {key}" for key in element.attrib if key == "style" or str(key).startswith("on")]
        if str(element.get("href", "")).lower().startswith("javascript:"):
            faults.append(f"{name} leads to a script")
    return faults


def _header_faults(response) -> list[str]:
    faults = []
    if response.headers.get("Content-Security-Policy") != POLICY:
        faults.append("the page has no policy")
    for name, value in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")):
        if response.headers.get(name) != value:
            faults.append(f"{name} is missing")
    return faults


def _targets(element: Element) -> list[str]:
    """Ids that an element points to on its own page."""
    found = []
    for key in ("for", "aria-labelledby", "aria-describedby"):
        found += (element.get(key) or "").split()
    href = element.get("href") or ""
    if re.fullmatch(r"#.+", href):
        found.append(href[1:])
    return found
