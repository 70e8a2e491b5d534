"""Slips to print: QR code, typed form and words in the citizen's languages."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined

from survey_app.domain import base32, collectors
from survey_app.domain.grades import OWN_DEVICE
from survey_app.installation import Installation
from survey_app.services import language_packs, rounds
from survey_app.services.invitations import Slip

WORDS = {
    "vi": {
        "title": "Xin Ông/Bà cho biết ý kiến",
        "scan": "Quét mã bằng điện thoại, hoặc mở {site} và nhập mã dưới đây.",
        "promise": "Không ai biết phiếu nào của ai. Mã dùng được một lần, trả lời ở nhà cũng được.",
        "until": "Mã mở được đến hết ngày",
    },
    "en": {
        "title": "Please tell us what you think",
        "scan": "Scan the code with your phone, or open {site} and type the code below.",
        "promise": "Nobody can tell whose answer is whose. The code works once, at home as well.",
        "until": "The last day of this code is",
    },
}

AT_THE_DESK = {
    "vi": {
        "scan": "Đưa mã này trước máy lấy ý kiến tại nơi trả kết quả, hoặc nhập mã dưới đây trên máy đó.",
        "promise": "Không ai biết phiếu nào của ai. Mã dùng được một lần.",
    },
    "en": {
        "scan": "Hold this code in front of the device at the desk, or type the code below into it.",
        "promise": "Nobody can tell whose answer is whose. The code works once.",
    },
}


@dataclass(frozen=True)
class PrintedSlip:
    """What stands on one slip; nothing of the dossier."""

    unit_name: str
    qr: str
    typed: str
    last_day: date


def page(installation: Installation, slips: Sequence[Slip], round_code: str) -> str:
    """A4 page of slips; drawn and undrawn look alike, and no slip names its dossier."""
    with installation.database.read() as session:
        row = rounds.by_code(session, round_code)
        instrument = language_packs.spoken(installation, row.instrument_key, row.languages)
        own = collectors.takes(row.collectors, OWN_DEVICE)
    site = installation.settings.public_url.split("://", 1)[1] + "/q"
    words = [
        {"language": code, **{k: text.format(site=site) for k, text in _words(code, own=own).items()}}
        for code in instrument.languages
        if code in WORDS
    ]
    environment = Environment(loader=PackageLoader("survey_app"), autoescape=True, undefined=StrictUndefined)
    printed = [PrintedSlip(s.unit_name, qr_svg(s.url), base32.groups(s.token), s.last_day) for s in slips]
    return environment.get_template("slips.html").render(slips=printed, words=words)


def _words(language: str, *, own: bool) -> dict[str, str]:
    """Words of a slip; where the round is not answered on citizens' own devices it leads to the one at the desk."""
    return WORDS[language] if own else WORDS[language] | AT_THE_DESK[language]


def qr_svg(url: str) -> str:
    """QR code of an address in capitals (alphanumeric mode, level M) as a path for one SVG element."""
    code = segno.make_qr(url, error="m", mode="alphanumeric")
    buffer = io.BytesIO()
    code.save(buffer, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True)
    return "data:image/svg+xml," + _escaped(buffer.getvalue().decode())


def qr_terminal(url: str) -> str:
    """The same code for a terminal."""
    buffer = io.StringIO()
    segno.make_qr(url, error="m", mode="alphanumeric").terminal(buffer, compact=True)
    return buffer.getvalue()


def _escaped(svg: str) -> str:
    return "".join(c if c.isalnum() or c in " =:/.-,'" else f"%{ord(c):02X}" for c in svg.strip())
