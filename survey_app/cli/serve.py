"""sipas serve: the web server with its clock for the flush, for one machine."""

import logging
import threading

import click
import waitress

from survey_app.app import create_app
from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import erasure, publication, releases
from survey_app.services.flush import run_due

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
        threading.Thread(target=_keep_flushing, args=(installation, stopping), daemon=True).start()
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


def _keep_flushing(installation: Installation, stopping: threading.Event) -> None:
    """Look once a minute whether something is due; what fails is logged, holds up nothing else and is tried again."""
    while not stopping.wait(CHECK_EVERY_SECONDS):
        for name, work in (("release", _publish_due), ("flush", _flush_due), ("erasure", _erase_due)):
            try:
                work(installation)
            except Exception:  # a missing key, a restarting database: whatever it was, the clock goes on
                log.exception("%s failed", name)


def _publish_due(installation: Installation) -> None:
    for line in releases.publish_due(installation):
        log.info("release %s, version %d, is published", line.name, line.version)


def _flush_due(installation: Installation) -> None:
    installation.keys.prepare_days(installation.today())
    for report in run_due(installation):
        publication.refresh(installation, report.round_code)
        log.info("flush of %s: %d answers, %d wait", report.round_code, report.answers, report.waiting)


def _erase_due(installation: Installation) -> None:
    for done in erasure.run_due(installation):
        log.info("%s erased: %d rows; keys remain: %s", done.round_code, sum(done.rows.values()), done.keys_remain)
