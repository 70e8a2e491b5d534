"""sipas quarantine: what lies apart, counted; accepted or discarded by two people at once."""

from collections.abc import Callable
from typing import Any

import click

from survey_app.cli.actor import actor_of
from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import quarantine as service


@click.group(name="quarantine")
def quarantine_group() -> None:
    """Count what lies apart and why; nobody reads it, and two people decide on a whole group."""


@quarantine_group.command(name="list")
@with_installation
def list_groups(installation: Installation) -> None:
    """Show round, reason, desk and number of everything that lies apart."""
    for group in service.groups(installation):
        few = group.number < service.FEWEST
        number = f"fewer than {service.FEWEST}" if few else str(group.number)
        click.echo("\t".join((group.round or "-", group.reason, group.desk or "-", number)))


@quarantine_group.command(name="open")
@click.argument("code")
@with_installation
def open_groups(installation: Installation, code: str) -> None:
    """Let the machine hold what lies apart in round CODE against the rule; no answer is shown."""
    for one in service.opened(installation, code):
        found = ", ".join(f"{verdict} {number}" for verdict, number in sorted(one.found.items()))
        click.echo("\t".join((one.group.reason, one.group.desk or "-", str(one.group.number), found)))


def decided(command: Callable[..., None]) -> Callable[..., None]:
    """What both decisions need: the group, the reason, and the two people, who show their passwords."""
    given = (
        click.argument("code"),
        click.option("--reason", required=True, help="Reason of the group, as listed."),
        click.option("--desk", default="", help="Desk of the group, as listed; none where it is unknown."),
        click.option("--why", required=True, help="A sentence for the audit log."),
        click.option("--asked-by", required=True, help="Login with the role fieldwork."),
        click.option("--agreed-by", required=True, help="Another login, with the role checker."),
    )
    for one in reversed(given):
        command = one(command)
    return command


@quarantine_group.command()
@decided
@with_installation
def accept(installation: Installation, /, code: str, **wishes: Any) -> None:  # noqa: ANN401 - click gives texts
    """Count the answers of a group that fit the rule today, as answers without a slip."""
    went, stayed = service.accept(installation, _decision(installation, code, **wishes))
    click.echo(f"{went} wait for the next flush, {stayed} stay apart.")


@quarantine_group.command()
@decided
@with_installation
def discard(installation: Installation, /, code: str, **wishes: Any) -> None:  # noqa: ANN401 - click gives texts
    """Delete what the answers of a group say; that they were there stays known."""
    click.echo(f"{service.discard(installation, _decision(installation, code, **wishes))} were deleted.")


@quarantine_group.command()
@with_installation
def retry(installation: Installation) -> None:
    """Try once more to read what kiosks sent and nobody could read, as after a key was put back."""
    done = service.retry_letters(installation)
    click.echo(f"{done['stored']} stored, {done['duplicate']} known before, {done['left']} cannot be read.")


def _decision(installation: Installation, code: str, **wishes: str) -> service.Decision:
    people = {name: actor_of(installation, wishes[f"{name}_by"]) for name in ("asked", "agreed")}
    return service.Decision(code, wishes["reason"], wishes["desk"], wishes["why"], **people)
