"""The questionnaire as a table: one row per question and one per answer that it takes, in Vietnamese and English."""

from collections.abc import Iterator

from analysis.release.sheets import Column, Kind, Sheet, Value, sheet_of
from instruments.model import Instrument, Item

PATH = "codebook.csv"
TITLES = ("Questionnaire: questions and answers", "Bộ câu hỏi: câu hỏi và phương án trả lời")
COLUMNS = (
    Column("item", Kind.TEXT, "Identifier of the question", "Mã câu hỏi", required=True),
    Column(
        "code", Kind.TEXT, "Code of an answer; blank in the row of the question", "Mã trả lời; để trống ở dòng câu hỏi"
    ),
    Column("kind", Kind.TEXT, "What the question is for", "Loại câu hỏi", required=True),
    Column("factor", Kind.TEXT, "Factor that the question belongs to", "Yếu tố"),
    Column("factor_vi", Kind.TEXT, "Name of the factor in Vietnamese", "Tên yếu tố, tiếng Việt"),
    Column("factor_en", Kind.TEXT, "Name of the factor in English", "Tên yếu tố, tiếng Anh"),
    Column("choose", Kind.WHOLE, "How many answers may be chosen", "Số phương án được chọn", required=True),
    Column("asked_if", Kind.TEXT, "Asked only after these answers", "Chỉ hỏi nếu đã trả lời"),
    Column("satisfied", Kind.FLAG, "Whether the answer counts as satisfied", "Được tính là hài lòng"),
    Column("label_vi", Kind.TEXT, "Wording in Vietnamese", "Lời tiếng Việt"),
    Column("label_en", Kind.TEXT, "Wording in English, a working translation", "Lời tiếng Anh, bản dịch tham khảo"),
    Column(
        "wording_status",
        Kind.TEXT,
        "Whether the wording was compared with the official text",
        "Đã đối chiếu với văn bản",
    ),
)
EMPTY = Sheet(PATH, *TITLES, COLUMNS, (), ("item", "code"))


def codebook(instrument: Instrument) -> Sheet:
    """Every question of an instrument in the order of asking, each followed by its answers."""
    rows = [row for item in instrument.items for row in _rows(instrument, item)]
    return sheet_of(PATH, TITLES, COLUMNS, rows, EMPTY.key)


def _rows(instrument: Instrument, item: Item) -> Iterator[tuple[Value, ...]]:
    asked = "" if item.ask_if is None else f"{item.ask_if.item} in {' '.join(str(v) for v in item.ask_if.any_of)}"
    factor = _words(instrument, f"factor.{item.factor}") if item.factor else ("", "")
    head = (item.kind.value, item.factor or "", *factor, item.choose, asked)
    yield (item.id, "", *head, None, *_words(instrument, f"item.{item.id}"), item.wording_status)
    if item.scale is None:
        for code in item.options:
            yield (item.id, code, *head, None, *_words(instrument, f"option.{item.id}.{code}"), item.wording_status)
        return
    scale = instrument.scales[item.scale]
    for level in scale.levels:
        satisfied = level in instrument.recipe.satisfied
        words = _words(instrument, f"scale.{item.scale}.{level}")
        yield (item.id, str(level), *head, satisfied, *words, item.wording_status)
    if scale.not_applicable is not None:
        words = _words(instrument, f"scale.{item.scale}.not_applicable")
        yield (item.id, str(scale.not_applicable), *head, None, *words, item.wording_status)


def _words(instrument: Instrument, key: str) -> tuple[str, str]:
    """Wording in Vietnamese and English, blank where there is none."""
    words = instrument.words
    return words.get("vi", {}).get(key, ""), words.get("en", {}).get(key, "")
