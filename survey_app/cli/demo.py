"""sipas demo: a made-up province, loaded by the same commands that a real one uses, then served."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from click.testing import CliRunner

from survey_app.cli.installation import with_installation
from survey_app.cli.slips import qr_terminal
from survey_app.domain import demo as made_up
from survey_app.installation import Installation
from survey_app.services import demo as citizens
from survey_app.services import invitations, rounds
from survey_app.services.errors import RefusedError

SEED = 2026
FIRST_YEAR = 0.28  # share that answers in the first round: fewer people know of it yet
WEEKS = 26  # half of the round in the field lies behind, half before us
LOGINS = (  # role, login, unit, password; printed, and refused outside the demo by its own secret
    ("agency", "phuong.hoabinh", "hoa-binh", "hoabinh-demo-2026"),
    ("province", "tinh.songmay", made_up.PROVINCE, "songmay-demo-2026"),
    ("admin", "quantri", made_up.PROVINCE, "may-nui-demo-2026"),
    ("province", "kiemtra.songmay", made_up.PROVINCE, "kiemtra-demo-2026"),
    ("province", "lanhdao.songmay", made_up.PROVINCE, "lanhdao-demo-2026"),
)
PASSPHRASE = "song may nui dem sao"  # noqa: S105 - of the demo's signing key, known to everybody like its passwords
DOES, CHECKS, SIGNS = LOGINS[1], LOGINS[3], LOGINS[4]  # the three people behind a figure
ROUND_ROLES = (
    ("planner", DOES),
    ("fieldwork", DOES),
    ("computer", DOES),
    ("checker", CHECKS),
    ("signer", SIGNS),
)
MAPPING = """\
id: demo
title: Headings of the demo's one-stop software
columns:
  dossier_code: MaHoSo
  procedure_code: MaTTHC
  field: LinhVuc
  receiving_unit: DonViTiepNhan
  resolving_unit: DonViXuLy
  applicant_kind: {heading: DoiTuong, values: {1: individual, 2: enterprise}}
  filing_channel: {heading: Kenh, values: {1: counter, 2: online, 3: post}}
  received_at: NgayTiepNhan
  due_at: NgayHenTra
  finished_at: NgayKetThuc
  returned_at: NgayTra
  outcome: {heading: TrangThai, values: {7: withdrawn, 8: refused, 10: returned}}
"""


class DemoError(RefusedError):
    """A command of the demo failed; the message holds what it printed."""


class DemoClock:
    """The demo's clock stands at the evening of the day that is being loaded."""

    def __init__(self, real: Installation) -> None:
        self.real, self.at = real, real.now()

    def __call__(self) -> datetime:
        """The moment that services are told."""
        return self.at

    def go_to(self, day: date) -> None:
        """Stand at the evening of a day, or at this moment if the day is today."""
        self.at = self.real.now() if day >= self.real.today() else made_up.evening(day, self.real.now())


@click.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--serve/--no-serve", "serving", default=True, help="Serve the pages afterwards.")
@with_installation
def demo(installation: Installation, folder: Path, serving: bool) -> None:
    """Load the demo province once, show where everything is, and serve it."""
    if not installation.settings.demo:
        raise RefusedError("The demo runs with SIPAS_ENVIRONMENT=demo only: it makes up answers.")
    load(installation, folder)
    show(installation)
    click.echo(checked(installation, folder))
    if serving:
        click.get_current_context().find_root().command.main(["serve"], standalone_mode=False, obj=installation)


def checked(installation: Installation, folder: Path) -> str:
    """What `sipas verify` says of the last published bundle, with the one before; and how to print its report."""
    bundles = sorted(folder.glob("SM-*.zip"))
    key = installation.settings.key_folder / "release" / "province.pub"
    words = ["verify", str(bundles[-1]), "--key", str(key), "--previous", str(bundles[-2])]
    result = CliRunner().invoke(click.get_current_context().find_root().command, words)
    if result.exit_code:
        raise DemoError(result.output)
    paper = f"sipas report annual {bundles[-1]} --language vi --out {folder / 'report.pdf'}"
    return f"sipas {' '.join(words)}\n  {result.output.splitlines()[0]}\nIts report on paper: {paper}"


def load(installation: Installation, folder: Path) -> None:
    """Load what is missing; a second call finds everything there."""
    clock = DemoClock(installation)
    office = Office(replace(installation, clock=clock), folder)
    office.run("db", "upgrade")
    if citizens.is_loaded(installation):
        return
    today = installation.today()
    first = today - timedelta(weeks=5 * WEEKS)
    office.units(first - timedelta(days=3650))
    office.month_by_month(first, today, clock)
    citizens.note_loaded(installation)


class Office:
    """Calls the program as the people of the province would."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self.folder = installation, folder
        self.program = click.get_current_context().find_root().command
        folder.mkdir(parents=True, exist_ok=True)
        self.mapping = folder / "mapping.yaml"
        self.mapping.write_text(MAPPING, encoding="utf-8")

    def units(self, since: date) -> None:
        """Units and logins."""
        rows = made_up.unit_rows(since)
        self.run("units", "load", self.write("units.csv", rows))
        known = self.run("staff", "list")
        for role, login, unit, password in LOGINS:
            if login not in known:
                self.run("staff", "add", login, "--role", role, "--unit", unit, "--password-stdin", given=password)
        for round_role, (_role, login, _unit, _password) in ROUND_ROLES:
            self.run("staff", "grant", round_role, login)

    def month_by_month(self, first: date, today: date, clock: DemoClock) -> None:
        """A register, two rounds that were closed and published, and one that is in the field."""
        begins = [first + timedelta(weeks=n * WEEKS) for n in (1, 2)] + [today - timedelta(weeks=WEEKS)]
        ends = [begin - timedelta(days=1) for begin in begins[1:]] + [today + timedelta(weeks=WEEKS)]
        registers = [first, first, begins[1]]
        planned = [(code_of(begin), begin, end) for begin, end in zip(begins, ends, strict=True)]
        with click.progressbar(made_up.months(first, today), label="Two and a half years pass") as passing:
            for start, end in passing:
                clock.go_to(start)
                for (code, begin, last), register in zip(planned, registers, strict=True):
                    if start <= begin <= end:
                        self.plan(code, begin, last, (register, begin - timedelta(days=1)))
                clock.go_to(end)
                self.import_month(start, min(end, today - timedelta(days=1)))
                for code, begin, last in planned:
                    current = last > today
                    if start > begin and (end <= last or current) and self.state(code) == "field":
                        # fewer answers and flushes in the first year: the demo has to be there within two minutes
                        share, months = (FIRST_YEAR, 6) if code == planned[0][0] else (citizens.ANSWERED, 3)
                        self.field(code, share, flushing=current or end.month % months == 0)
                    if start <= last + timedelta(days=1) <= end and self.state(code) != "published":
                        self.release(code)

    def state(self, code: str) -> str:
        """State of a round."""
        return next(line.state for line in rounds.every(self.installation) if line.code == code)

    def release(self, code: str) -> None:
        """Close a round; one person computes its bundle, another checks it, a third one signs and publishes it."""
        self.step(DOES, "round", "close", code)
        key = self.installation.settings.key_folder / "release" / "release.key"
        if not key.exists():
            self.run("keys", "release", "--passphrase-stdin", given=f"{PASSPHRASE}\n")
        # nothing is printed: two PDFs would take as long as everything else of a release; the end says how to have one
        self.step(DOES, "release", "build", code, "--no-pdf")
        self.step(CHECKS, "release", "check", code)
        self.step(SIGNS, "release", "sign", code)
        self.step(SIGNS, "release", "publish", code)
        self.run("release", "export", code, str(self.folder / f"{code}.zip"))

    def step(self, who: tuple[str, str, str, str], *words: str) -> None:
        """Take a step of a round as one of the logins."""
        _role, login, _unit, password = who
        self.run(*words, "--as", login, given=f"{password}\n{PASSPHRASE}\n")

    def plan(self, code: str, start: date, end: date, register: tuple[date, date]) -> None:
        """Plan a round, fix its strata, open it."""
        if any(line.code == code for line in rounds.every(self.installation)):
            return
        days = (start.isoformat(), end.isoformat())
        title = f"Đo lường sự hài lòng từ {start:%d/%m/%Y}"
        release = f"{end + timedelta(days=1):%Y-%m-%d} 08:00"
        self.step(
            DOES,
            *("round", "create", code, "--title", title, "--unit", made_up.PROVINCE, "--release", release),
            *("--period", *days, "--field", *days, "--erase", (end + timedelta(days=730)).isoformat()),
        )
        self.step(DOES, "round", "freeze", code, "--register", register[0].isoformat(), register[1].isoformat())
        self.step(DOES, "round", "open", code)

    def import_month(self, start: date, end: date) -> None:
        """Import the dossiers of a month."""
        rows = list(made_up.dossier_rows(start, end, SEED))
        if not rows:
            return
        file = self.write(f"dossiers-{start:%Y-%m-%d}.csv", rows)
        self.run("dossiers", "import", file, "--mapping", str(self.mapping))

    def field(self, code: str, share: float, *, flushing: bool) -> None:
        """Make addresses, let citizens answer, and flush (a real round: every week)."""
        slips = self.folder / "slips.csv"
        self.run("keys", "prepare")
        self.run("tokens", "issue", "--round", code, "--unit", made_up.PROVINCE, "--out", str(slips))
        with slips.open(encoding="utf-8", newline="") as file:
            pairs = [(row["dossier_code"], row["survey_url"]) for row in csv.DictReader(file)]
        slips.unlink()
        citizens.answer(self.installation, code, pairs, SEED, share)
        if flushing:
            self.run("flush", "--now")

    def run(self, *words: str, given: str = "") -> str:
        """Run one command of the program; DemoError with its output if it fails."""
        result = CliRunner().invoke(self.program, list(words), obj=self.installation, input=given)
        if result.exit_code:
            raise DemoError(f"sipas {' '.join(words)} failed:\n{result.output}") from result.exception
        return result.output

    def write(self, name: str, rows: Sequence[dict[str, str]]) -> str:
        """Write a table as CSV and return its path."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return str(path)


def code_of(start: date) -> str:
    """Code of a round of the demo."""
    return f"SM-{start:%Y-%m}"


def show(installation: Installation) -> None:
    """Print the addresses, the logins and a QR code that opens a questionnaire."""
    site = installation.settings.public_url
    lines = [
        ("Citizens, on a phone", f"{site}/q"),
        ("Public figures", f"{site}/"),
        ("Staff of agency and province", f"{site}/login"),
    ]
    for title, address in lines:
        click.echo(f"{title:32} {address}")
    for role, login, _unit, password in LOGINS:
        click.echo(f"  {role:10} {login:18} {password}")
    code = next(line.code for line in rounds.every(installation) if line.state == "field")
    url = fresh_address(installation, code)
    if url:
        click.echo(qr_terminal(url))
        click.echo(f"This code opens a questionnaire: {url}")


def fresh_address(installation: Installation, code: str) -> str | None:
    """An address of the newest dossier that was not answered, the same each time until it is used."""
    for dossier in citizens.newest(installation, 50):
        for slip in invitations.issue(installation, code, [dossier]).slips:
            if citizens.unused(installation, slip.token):
                return slip.url
    return None
