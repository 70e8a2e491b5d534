"""Compression of pages as WSGI middleware: a phone on a slow network gets the first page in one round trip.

Compressed length can tell a listener what stands beside text of his choice (BREACH). So nothing is compressed that
depends on a login (`Vary: Cookie`), and the citizen's pages hold no secret that looks the same twice: their hidden
field is sealed anew for every response.
"""

import gzip
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TYPES = ("text/html", "text/css", "text/csv", "text/javascript", "application/json", "image/svg+xml")
WORTH = range(500, 5_000_000)  # bytes: below, the frame costs more than it saves; above, it holds up a thread
LEVEL = 6


def compressing(application: "WSGIApplication") -> "WSGIApplication":
    """Wrap an application so that whole texts go out as gzip to whoever accepts it; streams pass untouched."""

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        response = Response.from_app(application, environ)
        if _fit(response):
            response.vary.add("Accept-Encoding")
            if environ["REQUEST_METHOD"] != "HEAD" and Request(environ).accept_encodings["gzip"] > 0:
                response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
                response.content_encoding = "gzip"
        return response(environ, start_response)

    return wrapped


def _fit(response: Response) -> bool:
    """Whether a response is a whole text that shows nobody's login."""
    return (
        response.mimetype in TYPES
        and response.status_code != HTTPStatus.PARTIAL_CONTENT
        and (response.content_length or 0) in WORTH
        and not response.content_encoding
        and "cookie" not in response.vary
    )
