"""sipas release: the signed bundle of a round, from its computation to its publication and its corrections."""

import json
import sys
from pathlib import Path

import click

from survey_app.cli.actor import actor_of, as_option
from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import release_list, releases
from survey_app.services.release_list import Line
from survey_app.services.report_pdf import print_pdf

PDF = click.option("--pdf/--no-pdf", default=True, show_default=True, help="Print the report as PDF, too.")


@click.group(name="release")
def release_group() -> None:
    """Compute, check, sign, publish, correct and withdraw the bundle of a round."""


@release_group.command()
@click.argument("code")
@PDF
@as_option
@with_installation
def build(installation: Installation, code: str, login: str | None, *, pdf: bool) -> None:
    """Compute the bundle of the closed round CODE; the round is computed then."""
    _tell(releases.build(installation, code, actor_of(installation, login), printer=print_pdf if pdf else None))


@release_group.command()
@click.argument("code")
@click.option("--reason", required=True, help="What was wrong with the published version.")
@PDF
@as_option
@with_installation
def correct(installation: Installation, code: str, reason: str, login: str | None, *, pdf: bool) -> None:
    """Compute a corrected version of the published release of CODE; the old one stays."""
    _tell(releases.build(installation, code, actor_of(installation, login), reason, print_pdf if pdf else None))


@release_group.command()
@click.argument("code")
@as_option
@with_installation
def check(installation: Installation, code: str, login: str | None) -> None:
    """Say, as a second person, that the bundle was checked; it is made again from its own cells first."""
    _tell(releases.check(installation, code, actor_of(installation, login)))


@release_group.command()
@click.argument("code")
@click.option("--key", type=click.Path(path_type=Path), help="Signing key; that of the key folder without it.")
@as_option
@with_installation
def sign(installation: Installation, code: str, key: Path | None, login: str | None) -> None:
    """Sign the checked bundle, as a person who neither computed nor checked it.

    The passphrase of the key is asked for, or read from standard input after the password of the login.
    """
    actor = actor_of(installation, login)
    if sys.stdin.isatty():
        passphrase: str = click.prompt("Passphrase of the signing key", hide_input=True)
    else:
        passphrase = sys.stdin.readline().rstrip("\r\n")
    key_file = key or installation.settings.key_folder / "release" / "release.key"
    _tell(releases.sign(installation, code, actor, key_file, passphrase))


@release_group.command()
@click.argument("code")
@click.option("--scheduled", is_flag=True, help="Leave it to `sipas serve` at the announced minute.")
@as_option
@with_installation
def publish(installation: Installation, code: str, scheduled: bool, login: str | None) -> None:
    """Publish the signed release, not before its announced minute."""
    line = releases.publish(installation, code, actor_of(installation, login), scheduled=scheduled)
    _tell(line)
    if scheduled:
        click.echo(
            f"It becomes public by itself at {line.release_at.astimezone(installation.settings.zone):%d/%m/%Y %H:%M}."
        )


@release_group.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why it is taken back; anybody can read it.")
@as_option
@with_installation
def withdraw(installation: Installation, code: str, reason: str, login: str | None) -> None:
    """Withdraw the published release: it stays listed with the reason, its file is no longer handed out."""
    _tell(releases.withdraw(installation, code, actor_of(installation, login), reason))


@release_group.command(name="list")
@click.option("--errata", is_flag=True, help="The log of corrections and withdrawals, as JSON.")
@with_installation
def list_releases(installation: Installation, errata: bool) -> None:
    """Show every version of every release."""
    if errata:
        click.echo(json.dumps(release_list.errata(installation), ensure_ascii=False, indent=1))
        return
    for line in release_list.every(installation):
        moment = line.release_at.astimezone(installation.settings.zone)
        told = line.withdrawn_because or line.erratum or ""
        click.echo(f"{line.round_code:12} {line.name}/{line.version}  {line.state:10} {moment:%d/%m/%Y %H:%M}  {told}")


@release_group.command()
@click.argument("code")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--version", "number", type=int, help="The newest one without it.")
@with_installation
def export(installation: Installation, code: str, out: Path, number: int | None) -> None:
    """Copy the bundle of CODE to the file OUT, for whoever checks or signs elsewhere."""
    line = release_list.copy_out(installation, code, out, number)
    click.echo(f"{out}: {line.name}/{line.version}, {line.state}.")


def _tell(line: Line) -> None:
    click.echo(f"{line.name}/{line.version} is {line.state}; SHA256SUMS {line.sums_sha256[:16]}.")
