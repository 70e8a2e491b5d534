"""The checks of every fetched page bite: each fault alone is found."""

import pytest
from flask import Response
from html5lib.html5parser import ParseError

from survey_app.web.headers import ALWAYS
from tests.web.pages import Page

GOOD = '<!doctype html><html lang="vi"><head><title>t</title></head><body><main><h1>h</h1>{}</main></body></html>'


def page(text, headers=ALWAYS):
    return Page(Response(text, headers=dict(headers), mimetype="text/html"))


def test_a_good_page_passes():
    assert page(GOOD.format('<label for="a">A</label><input id="a">')).heading == "h"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (GOOD.format("").replace(' lang="vi"', ""), "language"),
        (GOOD.format("").replace("<title>t</title>", "<title></title>"), "title"),
        (GOOD.format("<h1>another</h1>"), "main heading"),
        (GOOD.format("<input name='x'>"), "no label"),
        (GOOD.format("<p id='a'></p><p id='a'></p>"), "2 times"),
        (GOOD.format("<a href='#gone'>x</a>"), "not there"),
        (GOOD.format("<p style='color:red'>x</p>"), "has style"),
        (GOOD.format("<p onclick='x()'>x</p>"), "has onclick"),
        (GOOD.format("<script>alert(1)</script>"), "inline script"),
        (GOOD.format("<a href='JavaScript:x()'>x</a>"), "leads to a script"),
    ],
)
def test_a_fault_is_found(fault, said):
    with pytest.raises(AssertionError, match=said):
        page(fault)


def test_html_that_a_browser_would_have_to_mend_is_found():
    with pytest.raises(ParseError):
        page(GOOD.format("<p><div></p></div>"))


def test_a_page_without_its_policy_is_found():
    with pytest.raises(AssertionError, match="no policy"):
        page(GOOD.format(""), {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"})
