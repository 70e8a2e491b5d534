"""Counts of the fieldwork by unit, and the rates that follow from them."""

from collections.abc import Mapping
from decimal import Decimal

from analysis.figures import round_half_up
from analysis.release.sheets import Column, Kind, Sheet, Value, sheet_of

COUNTS, RATES = "data/fieldwork.csv", "results/rates.csv"
_UNIT = Column("unit", Kind.TEXT, "Unit", "Đơn vị", required=True)
COLUMNS = (
    _UNIT,
    Column("returned", Kind.WHOLE, "Dossiers returned that may be asked about", "Hồ sơ đã trả thuộc diện khảo sát"),
    Column("invited", Kind.WHOLE, "Dossiers whose applicants were asked", "Hồ sơ được mời trả lời"),
    Column("ineligible", Kind.WHOLE, "Asked, then known not to be eligible", "Được mời nhưng không thuộc diện"),
    Column("opened", Kind.WHOLE, "Questionnaires opened", "Phiếu đã mở"),
    Column("complete", Kind.WHOLE, "Complete answers", "Trả lời đủ"),
    Column("partial", Kind.WHOLE, "Answers to at least half of the questions", "Trả lời từ một nửa số câu trở lên"),
    Column("refused", Kind.WHOLE, "Refused, or broke off before half", "Từ chối, hoặc bỏ dở trước một nửa số câu"),
    Column("not_reached", Kind.WHOLE, "Never reached", "Không liên hệ được"),
    Column("other", Kind.WHOLE, "Reached, could not answer", "Liên hệ được nhưng không thể trả lời"),
    Column("unknown", Kind.WHOLE, "Invited, and nothing is known", "Được mời, không rõ kết quả"),
)
TITLES = ("Counts of the fieldwork", "Số đếm thực địa")
EMPTY = Sheet(COUNTS, *TITLES, COLUMNS, (), ("unit",))
_RATES = (
    _UNIT,
    Column("coverage", Kind.NUMBER, "Invited among returned", "Được mời trên tổng số đã trả", "per cent"),
    Column("response_rate", Kind.NUMBER, "Response rate, AAPOR RR2", "Tỷ lệ trả lời, AAPOR RR2", "per cent"),
    Column("completion", Kind.NUMBER, "Answered among opened", "Trả lời trên số đã mở", "per cent"),
    Column("refusal_rate", Kind.NUMBER, "Refusal rate, AAPOR REF1", "Tỷ lệ từ chối, AAPOR REF1", "per cent"),
    Column(
        "eligible_share",
        Kind.NUMBER,
        "Eligible among those of whom it is known (e of AAPOR RR3)",
        "Tỷ lệ thuộc diện khảo sát trong số đã rõ (e của AAPOR RR3)",
        "per cent",
    ),
)


def rates(counts: Sheet) -> Sheet:
    """Coverage, AAPOR's rates and completion of every unit, to one decimal (method.md, section Y)."""
    rows: list[list[Value]] = []
    for record in counts.records():
        n: Mapping[str, int] = {name: int(value or 0) for name, value in record.items() if name != "unit"}
        answered = n["complete"] + n["partial"]
        known = answered + n["refused"] + n["not_reached"] + n["other"]
        rows.append(
            [
                record["unit"],
                _per_cent(n["invited"], n["returned"]),
                _per_cent(answered, n["invited"] - n["ineligible"]),
                _per_cent(answered, n["opened"]),
                _per_cent(n["refused"], n["invited"] - n["ineligible"]),
                _per_cent(known, known + n["ineligible"]),
            ]
        )
    return sheet_of(RATES, ("Coverage and response rates", "Độ phủ và tỷ lệ trả lời"), _RATES, rows, ["unit"])


def _per_cent(part: int, whole: int) -> Decimal | None:
    """A share in per cent, None where there is nothing to divide by."""
    return round_half_up(Decimal(100 * part) / whole, 1) if whole > 0 else None
