"""The published cells as a table, and back without losing a bit."""

import csv
import io
from collections.abc import Iterable

from analysis import annual
from analysis.errors import AnalysisError
from analysis.release.findings import BundleError, Finding
from analysis.release.sheets import Column, Kind, Sheet, sheet_of

PATH = "data/cells.csv"
TITLES = (
    "Cells: sums over at least ten answers from which every figure follows",
    "Ô dữ liệu: tổng trên ít nhất mười câu trả lời, từ đó tính được mọi con số",
)
COLUMNS = (
    Column("kind", Kind.TEXT, "What the row is: domain, sum, pool, square, level, hidden", "Loại dòng", required=True),
    Column("domain", Kind.TEXT, "Unit", "Đơn vị", required=True),
    Column("statistic", Kind.TEXT, "Statistic", "Chỉ tiêu thống kê"),
    Column("cell", Kind.TEXT, "Cell", "Ô"),
    Column("stage", Kind.TEXT, "Stage of sampling", "Giai đoạn chọn mẫu"),
    Column("stratum", Kind.TEXT, "Stratum", "Tầng"),
    Column("n", Kind.WHOLE, "Answers", "Số câu trả lời"),
    Column("total", Kind.WHOLE, "Dossiers", "Số hồ sơ"),
    Column("w", Kind.NUMBER, "Sum of weights", "Tổng quyền số", "hồ sơ / dossiers"),
    Column("x", Kind.NUMBER, "Weighted valid answers", "Tổng có quyền số của câu trả lời hợp lệ"),
    Column(
        "y", Kind.NUMBER, "Weighted satisfied answers, or the value of the row", "Tổng có quyền số của câu hài lòng"
    ),
    Column("z2", Kind.NUMBER, "Sum of squares for the standard error", "Tổng bình phương cho sai số chuẩn"),
    Column("units", Kind.WHOLE, "Sampled units", "Số đơn vị mẫu"),
    Column("present", Kind.WHOLE, "Sampled units with an answer", "Số đơn vị mẫu có câu trả lời"),
    Column("fraction", Kind.NUMBER, "Share: sampled, or answered", "Tỷ lệ: được chọn, hoặc đã trả lời"),
    Column("note", Kind.TEXT, "Note", "Ghi chú"),
)
EMPTY = Sheet(PATH, *TITLES, COLUMNS, ())


def cell_table(cells: Iterable[annual.Row]) -> Sheet:
    """Write cells as a table, in their order."""
    heading, *rows = csv.reader(io.StringIO(annual.write_cells(cells), newline=""))
    if tuple(heading) != tuple(column.name for column in COLUMNS):
        raise AnalysisError(f"{PATH}: cells have the columns {', '.join(heading)}; describe them in cell_table.py")
    return sheet_of(PATH, TITLES, COLUMNS, rows)


def cells_of(sheet: Sheet) -> annual.Cells:
    """Read cells back; BundleError names the line that is no cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[column.name for column in sheet.columns], *sheet.rows])
    try:
        return annual.read_cells(text.getvalue())
    except AnalysisError as error:
        raise BundleError([Finding(PATH, f"holds no cells: {error}")]) from None
