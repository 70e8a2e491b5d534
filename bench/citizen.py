"""A citizen's phone: opens an address, reads the forms it is given and posts them as a browser without scripts does."""

import http.client
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
REDIRECTS = (301, 302, 303)


class FormReader(HTMLParser):
    """Collects the fields of the page's main form, and the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self.buttons: list[tuple[str, str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given.get("value", "")
        elif tag == "input" and given.get("type") in ("radio", "checkbox"):
            self.choices.setdefault(given["name"], []).append(given["value"])
        elif tag == "textarea":
            self.texts.append(given["name"])
        elif tag == "button" and "name" in given:
            self.buttons.append((given["name"], given.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Phone:
    """One browser: cookies, no scripts."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page, following redirects."""
        return self._send("GET", path, None)

    def post(self, path: str, fields: list[tuple[str, str]]) -> tuple[int, str]:
        """Post a form, following the redirect."""
        return self._send("POST", path, urlencode(fields))

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        self.requests += 1
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        if answer.status in REDIRECTS:
            target = urlsplit(answer.headers["Location"])
            return self._send("GET", target.path + (f"?{target.query}" if target.query else ""), None)
        return answer.status, text


def read(page: str) -> FormReader:
    """Read a page's form."""
    reader = FormReader()
    reader.feed(page)
    return reader


def filled(page: str, answers: dict[str, str]) -> list[tuple[str, str]]:
    """Fields of the page's form with a citizen's answers, and the button that goes on."""
    form = read(page)
    fields = list(form.hidden.items())
    for name, values in form.choices.items():
        if answers.get(name) in values:
            fields.append((name, answers[name]))
    fields += [(name, answers[name]) for name in form.texts if name in answers]
    button = next(b for b in form.buttons if b[1] in ("next", "send"))
    return [*fields, button]


def is_last(page: str) -> bool:
    """True on the page that sends the answers."""
    return ("_go", "send") in read(page).buttons


def receipt(page: str) -> str | None:
    """Receipt code on a thank-you page, or None."""
    if 'name="_form"' in page:
        return None
    found = CODE.search(" ".join(read(page).words))
    return found.group() if found else None
