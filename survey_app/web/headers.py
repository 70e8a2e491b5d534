"""Security headers of every response: what a browser may load, keep, frame and tell others."""

from flask import Flask, Response, request

from survey_app.web.current import installation

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_STORE = "no-store"
ONE_YEAR = 31_536_000


def install(app: Flask) -> None:
    """Add the headers to every response of the application."""
    app.after_request(add_security_headers)


def add_security_headers(response: Response) -> Response:
    """Add what the view has not set itself: a page with its own style sheet names the sheet's hash in its policy."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if installation().settings.https:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    if request.endpoint != "static" and not response.cache_control.max_age:
        response.headers["Cache-Control"] = NO_STORE
    return response
