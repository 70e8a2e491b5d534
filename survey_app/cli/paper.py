"""sipas paper: questionnaires to print, each with a code of its own; staff key them in on /paper/."""

from itertools import groupby
from pathlib import Path

import click
from jinja2 import Environment, PackageLoader, StrictUndefined

from instruments.model import Instrument
from survey_app import whole_files
from survey_app.cli.installation import with_installation
from survey_app.cli.slips import qr_svg
from survey_app.domain import base32, collectors, paper
from survey_app.domain.grades import OWN_DEVICE, PAPER
from survey_app.installation import Installation
from survey_app.services import invitations, language_packs, rounds
from survey_app.services import paper as sheets_of_paper
from survey_app.services.errors import RefusedError

WORDS = {
    "vi": {
        "how": "Xin đánh dấu ✗ vào ô số Ông/Bà chọn. Câu nào không muốn trả lời thì để trống.",
        "who": "Phiếu không ghi tên. Cán bộ nhập phiếu hai lần; chỉ số liệu gộp của ít nhất 10 người được công bố.",
        "phone": "Hoặc quét mã để trả lời bằng điện thoại.",
        "until": "Phiếu và mã dùng được đến hết ngày",
        "names": "Xin không ghi tên, số điện thoại hay số giấy tờ.",
        "choose": "Chọn tối đa {n} ô.",
        "only_if": "Chỉ trả lời nếu ở câu {number} chọn ô {boxes}.",
        "general": "Xin Ông/Bà cố gắng trả lời câu {number}.",
    },
    "en": {
        "how": "Please put a cross in the numbered box that you choose. Leave empty what you do not want to answer.",
        "who": "The sheet bears no name. Staff key it in twice; only figures of at least 10 people are shown.",
        "phone": "Or scan the code and answer on your phone.",
        "until": "The last day of this sheet and its code is",
        "names": "Please write no names, phone numbers or document numbers.",
        "choose": "Choose at most {n} boxes.",
        "only_if": "Answer only if you chose box {boxes} in question {number}.",
        "general": "Please try to answer question {number}.",
    },
}


@click.group(name="paper")
def paper_group() -> None:
    """Print questionnaires on paper; staff key them in twice on the page /paper/."""


@paper_group.command(name="print")
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option("--unit", required=True, help="Slug of the desk.")
@click.option("--sheets", type=int, default=invitations.PACKET, show_default=True, help="How many; at least a packet.")
@click.option("--stratum", type=int, help="Which stratum, where the desk has several.")
@click.option("--language", default="vi", show_default=True, help="Language of the sheets.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="sheets.html, to print on A4."
)
@with_installation
def print_sheets(
    installation: Installation, round_code: str, unit: str, sheets: int, stratum: int | None, language: str, out: Path
) -> None:
    """Make a packet of sheets, each with a code that counts once, and write them as one file for the printer."""
    with installation.database.read() as session:
        row = rounds.by_code(session, round_code)
        rounds.require_collector(row, PAPER)
        instrument = language_packs.spoken(installation, row.instrument_key, row.languages)
        phone = collectors.takes(row.collectors, OWN_DEVICE)
    offered = [code for code in instrument.languages if code in WORDS]
    if language not in offered:
        raise RefusedError(f"Sheets of {round_code} come in {', '.join(offered)}; choose one with --language.")
    issued = invitations.roll(installation, round_code, unit, sheets, stratum, PAPER)
    environment = Environment(loader=PackageLoader("survey_app"), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("paper/print.html").render(
        language=language,
        phone=phone,
        title=instrument.text("title", language).text,
        words=WORDS[language] | {"general": _required(instrument, language)},
        groups=_groups([_question(instrument, line, language) for line in paper.lines(instrument)]),
        sheets=[(s.unit_name, qr_svg(s.url), base32.groups(s.token), s.last_day) for s in issued.slips],
    )
    whole_files.write(out, page.encode())
    click.echo(f"{len(issued.slips)} sheets in {out}: print it, hand the sheets out, and delete it.", err=True)


@paper_group.command(name="handed-out")
@click.argument("number", type=int)
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option("--unit", required=True, help="Slug of the desk.")
@with_installation
def handed_out(installation: Installation, number: int, round_code: str, unit: str) -> None:
    """Report that the desk handed out NUMBER of its sheets."""
    sheets_of_paper.handed_out(installation, round_code, unit, number)
    click.echo(f"{number} sheets noted.")


def _question(instrument: Instrument, line: paper.Line, language: str) -> dict[str, object]:
    """One question as printed: number, words, boxes, and what to heed."""
    words = WORDS[language]
    heed = []
    if line.item.ask_if is not None:
        asked = next(other for other in paper.lines(instrument) if other.item.id == line.item.ask_if.item)
        boxes = [str(box.number) for box in asked.boxes if box.value in {str(v) for v in line.item.ask_if.any_of}]
        heed.append(words["only_if"].format(number=asked.number, boxes=", ".join(boxes)))
    if line.item.choose > 1:
        heed.append(words["choose"].format(n=line.item.choose))
    if line.written:
        heed.append(words["names"])
    return {
        "number": line.number,
        "words": instrument.text(f"item.{line.item.id}", language).text,
        "heed": " ".join(heed),
        "boxes": [(box.number, instrument.text(box.key, language).text) for box in line.boxes],
        "grades": line.item.scale is not None,
        "written": line.written,
    }


def _groups(questions: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    """Put questions of the same grades into one table; every other question stands alone."""
    return [list(found) for _key, found in groupby(questions, lambda q: q["boxes"] if q["grades"] else q["number"])]


def _required(instrument: Instrument, language: str) -> str:
    """Ask for the questions that matter most; a sheet without them counts too."""
    numbers = [str(line.number) for line in paper.lines(instrument) if line.item.required]
    return WORDS[language]["general"].format(number=", ".join(numbers)) if numbers else ""
