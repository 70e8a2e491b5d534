"""The method of a release in words, filled in from its protocol."""

from collections.abc import Mapping
from typing import Any

from analysis.annual.protocol import TWO_STAGE, read_protocol
from analysis.annual.specification import read_statistics
from analysis.release.facts import Facts
from analysis.release.sheets import Sheet

PATH = "method.md"
_DESIGN = {
    False: ("hồ sơ được chọn trực tiếp trong từng tầng", "dossiers were drawn directly within strata"),
    True: ("xã, phường được chọn trước, hồ sơ được chọn trong đó", "communes were drawn first, dossiers within them"),
}
_TEXT = """\
# Phương pháp / Method: {name}

## Tiếng Việt

- Khung mẫu: mọi hồ sơ đã kết thúc từ {start} đến {end}, kể cả hồ sơ bị từ chối hoặc rút; {design_vi}.
- Quyền số: nghịch đảo xác suất được chọn; điều chỉnh người không trả lời theo {nonresponse_vi}; hiệu chỉnh về tổng
  số hồ sơ theo {calibration_vi}; quyền số lớn quá {trim} lần trung vị được cắt về mức đó rồi hiệu chỉnh lại một lần.
  Sau cùng, quyền số lớn nhất bằng {largest} lần trung vị.
- {index_vi}
- Khoảng tin cậy {confidence} %. Sai số chuẩn tính trên thiết kế đã gộp nhóm, nên `data/cells.csv` đủ để tính lại.
- Không công bố chỉ số dưới {minimum} câu trả lời; không xếp khoảng thứ hạng dưới {rank_minimum}; mỗi ô có ít nhất
  {cell_minimum} câu trả lời. Sát 0 hoặc 100 % chỉ công bố cận.
- Chỉ tính câu trả lời cấp bằng chứng {grades}.
- Không có bảng xếp hạng từng bậc: `results/ranks.csv` cho biết mỗi đơn vị có thể đứng từ thứ mấy đến thứ mấy trong các
  đơn vị cùng loại (miền đồng thời Klein, Wright và Wieczorek; tính lại được từ `results/overall.csv`), và chỉ số
  của đơn vị nằm trong, trên hay dưới khoảng dự kiến 99,8 % nếu các đơn vị chỉ khác nhau như thường thấy: trong
  1.000 đơn vị không khác nhau, khoảng 2 đơn vị nằm ngoài.
- `none_satisfied`, `all_satisfied`: chỉ số nếu không ai, hoặc tất cả, người được hỏi mà chưa trả lời đều hài lòng.

## English

- Frame: all dossiers closed from {start} to {end}, refused and withdrawn ones too; {design_en}.
- Weights: inverse probability of being drawn; adjusted for silence by {nonresponse_en}; calibrated to the dossier
  totals of
  {calibration_en}; weights above {trim} times the median are cut to it, and the totals met once more. In the end the
  largest weight is {largest} times the median.
- {index_en}
- {confidence} % intervals. Standard errors are those of the grouped design, so that `data/cells.csv` gives them
  again.
- No index below {minimum} answers, no rank interval below {rank_minimum}; every cell has at least {cell_minimum}
  answers.
  Next to 0 or 100 % only a bound is printed.
- Only answers of evidence grade {grades} count.
- No league table: `results/ranks.csv` says from which to which place each unit may stand among those of its kind
  (joint region of Klein, Wright and Wieczorek, which follows from `results/overall.csv`), and whether its index lies
  within, above or below the 99.8 % range that is expected if units differ as they usually do: of 1,000 units that do
  not differ about 2 lie outside.
- `none_satisfied`, `all_satisfied`: the index if none, or all, of those who were asked and did not answer were
  satisfied.

The formulas, each with its number, and how the programs are held to results of R: section Z of `docs/method.md` of
{software}.
"""


_INDEX = {
    "share": (
        "Chỉ số của một câu hỏi = 100 x số câu trả lời ở mức {levels} / số câu trả lời hợp lệ.",
        "Index of a question = 100 x answers on level {levels} / valid answers.",
    ),
    "score": (
        "Điểm của một câu hỏi = trung bình các mức trả lời hợp lệ, trên thang {low} đến {high}.",
        "Score of a question = mean level of the valid answers, on a scale of {low} to {high}.",
    ),
}
_TOGETHER = (
    " Yếu tố và chỉ số chung: theo `statistics` trong `protocol.json`.",
    " Factors and the overall index: as `statistics` in `protocol.json` says.",
)


def method(facts: Facts, protocol: Mapping[str, Any], codebook: Sheet, weights: Mapping[str, Any]) -> bytes:
    """Write method.md; `weights` is the report of that name."""
    read = read_protocol(protocol)
    vietnamese, english = _DESIGN[read.design == TWO_STAGE]
    index_vi, index_en = _index(protocol, codebook)
    calibration = "; ".join(" x ".join(variables) for variables in read.calibration)
    return _TEXT.format(
        name=facts.name,
        start=facts.period[0],
        end=facts.period[1],
        design_vi=vietnamese,
        design_en=english,
        nonresponse_vi=", ".join(read.nonresponse) or "không biến nào",
        nonresponse_en=", ".join(read.nonresponse) or "nothing",
        calibration_vi=calibration or "không biến nào",
        calibration_en=calibration or "nothing",
        trim=f"{read.trim:g}",
        largest=f"{max(part['largest_in_medians'] for part in weights['calibration'].values()):g}",
        index_vi=index_vi,
        index_en=index_en,
        confidence=f"{100 * read.confidence:g}",
        minimum=read.minimum,
        rank_minimum=read.rank_minimum,
        cell_minimum=read.cell_minimum,
        grades=", ".join(read.grades),
        software=facts.software,
    ).encode()


def _index(protocol: Mapping[str, Any], codebook: Sheet) -> tuple[str, str]:
    """How answers become the figure of a question, in Vietnamese and English."""
    questions = [one for one in read_statistics(protocol) if one.name.startswith(("share:", "score:"))]
    kind = "score" if any(one.name.startswith("score:") for one in questions) else "share"
    low, high = questions[0].ends if questions else (0.0, 100.0)
    satisfied = [r for r in codebook.records() if r["satisfied"] == "true"]
    told = []
    for language, words, together in zip(("vi", "en"), _INDEX[kind], _TOGETHER, strict=True):
        levels = dict.fromkeys(f"{r['code']} ({r[f'label_{language}']})" for r in satisfied)
        told.append(words.format(levels=", ".join(levels), low=f"{low:g}", high=f"{high:g}") + together)
    return told[0], told[1]
