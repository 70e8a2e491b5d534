"""sipas staff: who may sign in."""

import sys

import click

from survey_app.cli.installation import with_installation
from survey_app.domain import access, round_states
from survey_app.installation import Installation
from survey_app.services import round_roles
from survey_app.services import staff as service

stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
generate_option = click.option("--generate", is_flag=True, help="Make a password and print it once.")


@click.group(name="staff")
def staff() -> None:
    """Let people sign in to the pages of their unit."""


@staff.command()
@click.argument("login")
@click.option("--role", type=click.Choice(access.ROLES), required=True, help="Which pages the login opens.")
@click.option("--unit", required=True, help="Slug of the unit; the login sees it and everything under it.")
@click.option("--name", default="", help="Name shown on the pages.")
@click.option("--language", type=click.Choice(service.LANGUAGES), default="vi", show_default=True)
@stdin_option
@generate_option
@with_installation
def add(
    installation: Installation,
    login: str,
    role: str,
    unit: str,
    name: str,
    language: str,
    password_stdin: bool,
    generate: bool,
) -> None:
    """Add a LOGIN with a role over a unit."""
    password = _password(from_stdin=password_stdin, generate=generate)
    service.create(installation, service.NewStaff(login, name, role, unit, password, language))
    click.echo(f"Added {login}: {role} of {unit}.")
    _print_once(password, generate=generate)


@staff.command(name="list")
@with_installation
def list_(installation: Installation) -> None:
    """Show every login."""
    for line in service.every(installation):
        state = "active" if line.active else "disabled"
        roles = ", ".join(line.round_roles)
        click.echo(f"{line.login}\t{line.role}\t{line.unit_slug}\t{line.name}\t{state}\t{roles}")


@staff.command()
@click.argument("login")
@with_installation
def disable(installation: Installation, login: str) -> None:
    """Stop LOGIN from signing in, and end its sessions."""
    service.set_active(installation, login, active=False)
    click.echo(f"{login} can no longer sign in.")


@staff.command()
@click.argument("login")
@with_installation
def enable(installation: Installation, login: str) -> None:
    """Let LOGIN sign in again."""
    service.set_active(installation, login, active=True)
    click.echo(f"{login} can sign in again.")


@staff.command()
@click.argument("login")
@stdin_option
@generate_option
@with_installation
def passwd(installation: Installation, login: str, password_stdin: bool, generate: bool) -> None:
    """Give LOGIN a new password, and end its sessions."""
    password = _password(from_stdin=password_stdin, generate=generate)
    service.set_password(installation, login, password)
    click.echo(f"{login} has a new password.")
    _print_once(password, generate=generate)


@staff.command()
@click.argument("role", type=click.Choice(round_states.ROLES))
@click.argument("login")
@with_installation
def grant(installation: Installation, role: str, login: str) -> None:
    """Give LOGIN a ROLE in the rounds of its unit: who plans, collects, computes, checks, signs.

    Whoever signs a round must be somebody who neither computed nor checked it.
    """
    round_roles.grant(installation, role, login)
    click.echo(f"{login} has the role {role}.")


@staff.command()
@click.argument("role", type=click.Choice(round_states.ROLES))
@click.argument("login")
@with_installation
def revoke(installation: Installation, role: str, login: str) -> None:
    """Take a ROLE in rounds from LOGIN; what it has done in them stays written down."""
    round_roles.revoke(installation, role, login)
    click.echo(f"{login} no longer has the role {role}.")


def _password(*, from_stdin: bool, generate: bool) -> str:
    """Password typed twice without echo, read from standard input, or made here."""
    if generate:
        return service.generated_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _print_once(password: str, *, generate: bool) -> None:
    """Print a made password; it is kept nowhere."""
    if generate:
        click.echo(f"Password (shown this once): {password}")
