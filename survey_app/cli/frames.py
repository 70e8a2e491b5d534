"""sipas frame: freeze the frame of a closed round, draw from it, check both."""

import click

from survey_app.cli.actor import actor_of, as_option
from survey_app.cli.installation import with_installation
from survey_app.domain.eligibility import Exclusion
from survey_app.installation import Installation
from survey_app.services import frame, sample_draw
from survey_app.services.errors import RefusedError
from survey_app.services.frame import Shown

NAMED = 5  # dossiers that a message names
REASONS = {
    Exclusion.NOT_AN_END: "not ended (sent back for more papers, or no outcome)",
    Exclusion.NO_DAY: "closed, but without a day of return",
    Exclusion.UNIT_NOT_PLANNED: "of a unit that the plan does not ask about",
    Exclusion.FIELD_NOT_PLANNED: "of a field that the plan does not ask about",
    Exclusion.PROCEDURE_NOT_PLANNED: "of a procedure that the plan does not ask about",
    Exclusion.ASKED_BEFORE: "linked to a dossier returned before the period",
    Exclusion.LINKED: "linked to another dossier of the frame, which stands for the visit",
}


@click.group(name="frame")
def frame_group() -> None:
    """Freeze the dossiers that a closed round is about, and draw the sample from them."""


@frame_group.command()
@click.argument("code")
@as_option
@with_installation
def freeze(installation: Installation, code: str, login: str | None) -> None:
    """Freeze the frame of round CODE after its period; it never changes afterwards."""
    _tell(frame.freeze(installation, code, actor_of(installation, login)))
    click.echo(f"Publish the hash, then: sipas frame draw {code}")


@frame_group.command()
@click.argument("code")
@with_installation
def show(installation: Installation, code: str) -> None:
    """Show the frame of round CODE, who was left out and why, and what was replaced."""
    shown = frame.show(installation, code)
    if not shown.frozen:
        click.echo("Not frozen yet; the register of today would give:")
    _tell(shown)
    for reason, n in sample_draw.replaced(installation, code).items():
        click.echo(f"{n} replaced from the reserve: {reason}")


@frame_group.command()
@click.argument("code")
@with_installation
def verify(installation: Installation, code: str) -> None:
    """Check that the stored frame has its hash and gives the stored sample; tell what the register changed since."""
    change = frame.verify(installation, code)
    click.echo("The stored frame has the hash that it was frozen with.")
    for words, codes in (("no longer there", change.gone), ("new", change.new), ("changed", change.changed)):
        if codes:
            named = ", ".join(codes[:NAMED]) + (" ..." if len(codes) > NAMED else "")
            click.echo(f"Since then in the register, {words}: {len(codes)} ({named}). The frame stays as it was.")
    again = sample_draw.redraws(installation, code)
    if again is False:
        raise RefusedError("Frame and seed give ANOTHER sample than the stored one: somebody changed it by hand.")
    click.echo("Frame and seed give the stored sample again." if again else "No sample has been drawn yet.")


@frame_group.command()
@click.argument("code")
@as_option
@with_installation
def draw(installation: Installation, code: str, login: str | None) -> None:
    """Draw the sample of round CODE from its frozen frame, once."""
    made = sample_draw.draw(installation, code, actor_of(installation, login))
    click.echo(f"{made.dossiers} dossiers drawn in {made.strata} strata of {made.psus} domains or first-stage units.")
    click.echo(f"Reserve: {made.reserve}. SHA-256 of the sample: {made.hash}")


@frame_group.command()
@click.argument("code")
@click.argument("dossier")
@click.option("--reason", type=click.Choice(sample_draw.REPLACE_BECAUSE), required=True)
@as_option
@with_installation
def replace(installation: Installation, code: str, dossier: str, reason: str, login: str | None) -> None:
    """Take the next of the reserve for DOSSIER, which was drawn and never invited; counted and reported."""
    following = sample_draw.replace(installation, code, dossier, reason, actor_of(installation, login))
    click.echo(f"{following} stands in the place of {dossier}.")


@frame_group.command()
@click.argument("code")
@as_option
@with_installation
def seed(installation: Installation, code: str, login: str | None) -> None:
    """Open the seed of round CODE after its close, so that anybody can draw the sample again."""
    click.echo(frame.open_seed(installation, code, actor_of(installation, login)))


def _tell(shown: Shown) -> None:
    click.echo(f"{shown.size} dossiers in the frame. SHA-256: {shown.hash}")
    click.echo(f"SHA-256 of the seed, written down with the plan: {shown.seed_commitment}")
    for reason, n in shown.excluded.items():
        click.echo(f"{n} left out: {REASONS[reason]}")
