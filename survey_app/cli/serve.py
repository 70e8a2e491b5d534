"""sipas serve: the web server with its clock for releases, flushes and erasures."""

import logging
import threading
from collections.abc import Sequence

import click
import waitress

from survey_app.app import create_app
from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import due

CHECK_EVERY_SECONDS = 60
log = logging.getLogger("sipas.serve")


@click.command()
@click.option(
    "--flush/--no-flush",
    "flushing",
    default=True,
    help="--no-flush where another process runs `sipas flush`: this one then needs no private key of a day.",
)
@with_installation
def serve(installation: Installation, flushing: bool) -> None:
    """Serve every page on SIPAS_HOST:SIPAS_PORT, and flush at each round's hour."""
    settings = installation.settings
    stopping = threading.Event()
    if flushing:
        installation.keys.prepare_pools()
        installation.keys.prepare_kiosks()
        installation.keys.prepare_days(installation.today())
    works = due.EVERY if flushing else (due.RELEASE,)
    threading.Thread(target=_keep_time, args=(installation, stopping, works), daemon=True).start()
    click.echo(f"Serving {settings.public_url} on {settings.host}:{settings.port}; Ctrl-C stops it.")
    try:
        waitress.serve(
            create_app(installation),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
    finally:
        stopping.set()


def _keep_time(installation: Installation, stopping: threading.Event, works: Sequence[str]) -> None:
    """Look once a minute whether something is due; what fails is logged and tried again."""
    while not stopping.wait(CHECK_EVERY_SECONDS):
        for done in due.run(installation, works):
            if not done.failed:
                log.info("%s of %s: %s", done.work, done.round_code, done.said)
