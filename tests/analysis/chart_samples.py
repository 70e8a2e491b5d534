"""One sample of each chart, in Vietnamese and English, for any number of rows."""

import sys
from dataclasses import dataclass

from analysis.charts import (
    ChartWords,
    FunnelLimit,
    FunnelRow,
    ImportanceRow,
    IntervalRow,
    LevelRow,
    MonthRow,
    NumberFormat,
    caterpillar,
    factor_bars,
    funnel,
    importance_performance,
    stacked_levels,
    trend,
)

VIETNAMESE = NumberFormat(decimal=",", thousands=".", percent="\u00a0%")
ENGLISH = NumberFormat()
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")
DIACRITICS = "Ặ Ễ Ỗ Ử ữ ệ Đ đ"
POLYGLOT = "\"'><script>alert(1)</script><svg/onload=alert(2)>{{7*7}}${7*7}$x^2$%s\r\n\x00\u202e&amp;"


def words(columns: int, number: NumberFormat = VIETNAMESE) -> ChartWords:
    return ChartWords(
        title="Thời hạn giải quyết cần xem trước tiên",
        measure="Phần trăm hài lòng và rất hài lòng.",
        note="n = 1.234; 01/2026–03/2026.",
        columns=tuple(f"Cột {place}" for place in range(columns)),
        empty="Chưa có số liệu.",
        number=number,
        levels=LEVELS,
        hidden="Chưa có số liệu riêng",
        line="Toàn tỉnh",
        x_axis="Số câu trả lời",
        y_axis="Trọng số",
        limits=("Giới hạn 95 %", "Giới hạn 99,8 %"),
        corners=("Xem trước tiên", "Giữ vững", "Xem sau", "Đang tốt"),
    )


@dataclass(frozen=True)
class Sample:
    """A chart function with rows made for it."""

    name: str
    columns: int

    def draw(self, count, *, label=DIACRITICS, number=VIETNAMESE, prefix="a", width=640.0):
        given = words(self.columns, number)
        return getattr(sys.modules[__name__], f"_{self.name}")(count, label, given, prefix=prefix, width=width)


SAMPLES = [
    Sample("stacked_levels", 8),
    Sample("factor_bars", 4),
    Sample("caterpillar", 4),
    Sample("trend", 4),
    Sample("funnel", 4),
    Sample("importance_performance", 5),
]


def intervals(count, label):
    return [IntervalRow(f"{label} {i}", 60.5 + i % 30, 55 + i % 30, 66 + i % 30, "≈ 215") for i in range(count)]


def _stacked_levels(count, label, given, **options):
    rows = [LevelRow(f"{label} {i}", (3.0, 7.5, 19.5, 45.0, 25.0), 70.0, "≈ 215") for i in range(count)]
    return stacked_levels(rows, given, **options)


def _factor_bars(count, label, given, **options):
    return factor_bars(intervals(count, label), given, **options)


def _caterpillar(count, label, given, **options):
    return caterpillar(intervals(count, label), given, reference=71.0, **options)


def _trend(count, label, given, **options):
    months = [f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(count)]
    return trend([MonthRow(m, f"{label} {m}", 71.5, 66.0, 77.0, "≈ 60") for m in months], given, **options)


def _funnel(count, label, given, **options):
    limits = [FunnelLimit(n, 80 - 400 / n, 80 + 200 / n, 80 - 600 / n, 80 + 300 / n) for n in range(20, 1001, 20)]
    rows = [FunnelRow(f"{label} {i}", 1234, 60.5 if i == 0 else 80.0, i == 0, "dưới") for i in range(count)]
    return funnel(rows, limits, 80.0, given, **options)


def _importance_performance(count, label, given, **options):
    rows = [ImportanceRow(f"{label} {i}", 70.5, 66, 75, 0.2 + i, 0.1 + i, 0.3 + i) for i in range(count)]
    return importance_performance(rows, given, **options)


if __name__ == "__main__":  # a second process draws the same, whatever its hash seed
    sys.stdout.reconfigure(encoding="utf-8")
    print("".join(sample.draw(3).svg for sample in SAMPLES))  # noqa: T201 - the test reads it
