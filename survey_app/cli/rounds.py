"""sipas round: plan a measurement, fix its strata, open, close and erase it."""

from datetime import date, datetime
from typing import Any

import click

from survey_app.cli.actor import actor_of, as_option
from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.cli.round_plan import DAY, plan_fields, plan_options
from survey_app.domain import round_states
from survey_app.domain.round_plan import Plan
from survey_app.installation import Installation
from survey_app.services import erasure, flush, publication, round_view, rounds
from survey_app.services.errors import RefusedError


@click.group(name="round")
def rounds_group() -> None:
    """Plan a measurement, fix its strata, open, close and erase it; `sipas release` publishes it."""


@rounds_group.command()
@click.argument("code")
@click.option("--unit", required=True, help="Slug of the province.")
@plan_options(new=True)
@as_option
@with_installation
def create(installation: Installation, /, code: str, unit: str, login: str | None, **given: Any) -> None:  # noqa: ANN401 - options of a plan
    """Write down the plan of round CODE and make its keys."""
    fields = plan_fields(installation, given)
    rounds.create(installation, Plan(code=code, unit_slug=unit, **fields), actor_of(installation, login))
    click.echo(f"Round {code} is planned. Next: sipas round freeze {code} --register FIRST LAST")


@rounds_group.command()
@click.argument("code")
@plan_options(new=False)
@click.option("--reason", default="", help="Why; needed once the frame is frozen.")
@as_option
@with_installation
def change(installation: Installation, /, code: str, reason: str, login: str | None, **given: Any) -> None:  # noqa: ANN401 - options of a plan
    """Change the plan of round CODE. Once its frame is frozen nothing can be lowered, and a reason is needed."""
    changed = rounds.amend(installation, code, plan_fields(installation, given), actor_of(installation, login), reason)
    click.echo(f"Changed: {', '.join(changed)}." if changed else "Nothing is different.")


@rounds_group.command()
@click.argument("code")
@click.option("--register", nargs=2, type=DAY, required=True, help="First and last day of the register to learn from.")
@as_option
@with_installation
def freeze(installation: Installation, code: str, register: tuple[datetime, datetime], login: str | None) -> None:
    """Fix the strata of round CODE by a past register; they never change afterwards."""
    first, last = (moment.date() for moment in register)
    made = rounds.freeze(installation, code, first, last, actor_of(installation, login))
    click.echo(f"{made} strata are fixed by the register of {first:%d/%m/%Y} to {last:%d/%m/%Y}.")


@rounds_group.command(name="open")
@click.argument("code")
@as_option
@with_installation
def open_round(installation: Installation, code: str, login: str | None) -> None:
    """Open round CODE: from now on addresses are made and answers taken."""
    rounds.move(installation, code, "field", actor_of(installation, login))
    click.echo(f"Round {code} takes answers.")


@rounds_group.command()
@click.argument("code")
@as_option
@with_installation
def close(installation: Installation, code: str, login: str | None) -> None:
    """Close round CODE: every answer moves, small units pooled. Addresses open nothing afterwards."""
    actor = actor_of(installation, login)
    with bar("Moving answers") as progress:
        report = flush.close(installation, code, progress, actor)
    with bar("Computing figures") as progress:
        publication.refresh(installation, code, progress)
    click.echo(f"{report.answers} answers moved in {report.batches} batches.")
    for grade, n in sorted(report.held.items()):
        click.echo(f"{n} answers of grade {grade} are too few for any batch and enter no figure.")
    for desk, n in report.sheets.items():
        click.echo(f"{n} sheets of paper of {desk} were keyed in once only and enter no figure.")


@rounds_group.command(name="send-back")
@click.argument("code")
@click.option("--reason", required=True, help="What is wrong with the figures.")
@as_option
@with_installation
def send_back(installation: Installation, code: str, reason: str, login: str | None) -> None:
    """Send the computed, checked or signed round CODE back, to be computed again."""
    rounds.move(installation, code, "closed", actor_of(installation, login), reason)
    click.echo(f"Round {code} is closed and can be computed again.")


@rounds_group.command()
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_option
@with_installation
def erase(installation: Installation, code: str, yes: bool, login: str | None) -> None:
    """Erase everything that was said in round CODE, and its keys, on or after its erasure date.

    `sipas serve` and `sipas flush` do it by themselves when the day has come. Published figures, the ledger and the
    audit log stay. Killed at any point it can run again.
    """
    actor = actor_of(installation, login)
    if not yes:
        click.confirm(f"Every answer, comment, receipt and key of {code} goes for ever. Go on?", abort=True)
    with bar("Erasing") as progress:
        done = erasure.erase(installation, code, actor, progress)
    click.echo(f"{code}: {sum(done.rows.values())} rows erased.")
    if done.keys_remain:
        raise RefusedError(f"Its keys could not be removed: {done.keys_remain}. Run this as the user that owns them.")


@rounds_group.command(name="list")
@with_installation
def list_rounds(installation: Installation) -> None:
    """Show every round."""
    for line in rounds.every(installation):
        period = f"{_day(line.period_start)} - {_day(line.period_end)}"
        click.echo(f"{line.code:20} {line.state:10} {period}  {line.title}")


@rounds_group.command()
@click.argument("code")
@with_installation
def show(installation: Installation, code: str) -> None:
    """Show the plan of round CODE, and who brought it to each state."""
    page = round_view.page(installation, code)
    for name, value in vars(page.plan).items():
        click.echo(f"{name:20} {_plain(installation, value)}")
    click.echo(f"{'strata':20} {page.strata}")
    click.echo(f"{'seed_commitment':20} {page.seed_commitment}")
    for state in round_states.STATES:
        step = page.last(state)
        mark = "*" if state == page.state else " "
        click.echo(f"{mark} {state:18} {f'{_plain(installation, step.at)}  {step.actor}' if step else '-'}")
    if page.erased_at:
        click.echo(f"erased {_plain(installation, page.erased_at)}")


@rounds_group.command()
@click.argument("code")
@with_installation
def history(installation: Installation, code: str) -> None:
    """Show every step and every change of round CODE: when, who, what, why."""
    page = round_view.page(installation, code)
    lines = [(s.at, s.actor, s.state, s.reason) for s in page.steps]
    lines += [(c.at, c.actor, f"{c.field}: {c.before} -> {c.after}", c.reason) for c in page.changes]
    for at, who, what, why in sorted(lines, key=lambda entry: entry[0]):
        click.echo(f"{_plain(installation, at)}  {who:20} {what}  {why}".rstrip())


@rounds_group.command()
@with_installation
def calendar(installation: Installation) -> None:
    """Show announced releases, the next one first."""
    for entry in rounds.calendar(installation):
        late = f"  (put off {len(entry.put_off_from)} times)" if entry.put_off_from else ""
        click.echo(f"{_plain(installation, entry.release_at)}  {entry.code:20} {entry.state:10} {entry.title}{late}")


def _plain(installation: Installation, value: object) -> str:
    """A value of a plan for a terminal; moments in the office's time zone."""
    if isinstance(value, datetime):
        return f"{value.astimezone(installation.settings.zone):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "-" if value is None else str(value)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
