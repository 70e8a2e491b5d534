"""The pictures of a bundle, drawn from its tables in Vietnamese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analysis import charts
from analysis.chart_rows import DASH, Bound, ChartWords, IntervalRow, LevelRow, NumberFormat, Picture
from analysis.printed_levels import shares_of, spans_of
from analysis.release.facts import Facts
from analysis.release.sheets import Sheet

MOST = 80  # units in one picture; more are in the tables
Record = Mapping[str, str]
_BOUNDS: Mapping[str, Bound] = {"": "exact", "at_least": "at_least", "at_most": "at_most"}


@dataclass(frozen=True)
class _Words:
    """Everything that is written on the pictures of one language."""

    language: str
    number: NumberFormat
    units: str
    factors: str
    items: str
    measure: str
    levels_measure: str
    note: str
    unit: str
    factor: str
    item: str
    index: str
    interval: str
    rank: str
    rank_measure: str
    n: str
    satisfied: str
    empty: str
    hidden: str
    joined: str


_LANGUAGES = (
    _Words(
        "vi",
        NumberFormat(",", ".", " %", kept=True),
        "Chỉ số hài lòng theo đơn vị",
        "Chỉ số hài lòng theo yếu tố",
        "Câu trả lời theo từng câu hỏi",
        "Tỷ lệ hài lòng hoặc rất hài lòng, %. Chấm: chỉ số; đoạn thẳng: khoảng tin cậy.",
        "Tỷ lệ trả lời ở từng mức, %.",
        "{title}. Hồ sơ trả kết quả {start} – {end}.",
        "Đơn vị",
        "Yếu tố",
        "Câu hỏi",
        "Chỉ số",
        "Khoảng tin cậy",
        "Khoảng thứ hạng",
        "Sau dấu chấm giữa: các thứ hạng có thể, trong số đơn vị cùng loại.",
        "Số trả lời",
        "Hài lòng",
        "Không có số liệu được công bố.",
        "Không công bố",
        "nhiều mức gộp lại",
    ),
    _Words(
        "en",
        NumberFormat(kept=True),
        "Satisfaction index by unit",
        "Satisfaction index by factor",
        "How each question was answered",
        "Per cent satisfied or very satisfied. Dot: index; line: interval.",
        "Per cent of answers on each level.",
        "{title}. Dossiers returned {start} – {end}.",
        "Unit",
        "Factor",
        "Question",
        "Index",
        "Interval",
        "Rank interval",
        "After the middle dot: the places that are possible among units of the same kind.",
        "Answers",
        "Satisfied",
        "No figure is published.",
        "Not published",
        "several levels together",
    ),
)


def pictures(facts: Facts, units: Sheet, tables: Mapping[str, Sheet], codebook: Sheet) -> dict[str, bytes]:
    """Draw units, factors and questions of the topmost unit.

    Parameters
    ----------
    facts : Facts
        Title and period.
    units, codebook : Sheet
        Names of units, factors and questions.
    tables : mapping of str to Sheet
        overall, factors and items, as `figures.result_tables` makes them; ranks, as `standing.standing` does.

    Returns
    -------
    dict of str to bytes
        SVG by path.
    """
    drawn = {}
    for words in _LANGUAGES:
        draw = _Draw(facts, words, units, codebook)
        made = {
            "units": draw.units(tables["overall"], tables["ranks"]),
            "factors": draw.factors(tables["factors"]),
            "items": draw.items(tables["items"]),
        }
        for name, picture in made.items():
            drawn[f"charts/{name}.{words.language}.svg"] = (picture.svg + "\n").encode()
    return drawn


class _Draw:
    """Draws in one language."""

    def __init__(self, facts: Facts, words: _Words, units: Sheet, codebook: Sheet) -> None:
        self.words = words
        self.names = {r["unit"]: r["name"] for r in units.records()}
        records = list(units.records())
        self.top = records[0]["unit"]
        self.below = [r["unit"] for r in records if r["parent"] == self.top][:MOST]
        title = facts.title_vi if words.language == "vi" else facts.title_en
        days = [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in facts.period]
        self.note = words.note.format(title=title, start=days[0], end=days[1])
        self.book = list(codebook.records())

    def units(self, overall: Sheet, ranks: Sheet) -> Picture:
        """Units right below the topmost one with their intervals, and rank intervals where there are any."""
        found = {r["unit"]: r for r in overall.records() if r["statistic"] == "overall"}
        places = {r["unit"]: f"{r['first']}{DASH}{r['last']}" for r in ranks.records() if r["first"]}
        below = [unit for unit in self.below if unit in found]
        rows = [replace(self._row(self.names[u], found[u]), rank=places.get(u, "")) for u in below]
        own = found.get(self.top)
        reference = float(own["estimate"]) if own and own["estimate"] and not own["bound"] else None
        w = self.words
        ranked = any(row.rank for row in rows)
        columns = (w.unit, w.index, w.interval, *((w.rank,) if ranked else ()), w.n)
        measure = f"{w.measure} {w.rank_measure}" if ranked else w.measure
        return charts.caterpillar(rows, self._around(w.units, columns, measure), prefix="units", reference=reference)

    def factors(self, factors: Sheet) -> Picture:
        """Factors of the topmost unit."""
        labels = {f"factor:{r['factor']}": r[f"factor_{self.words.language}"] for r in self.book if r["factor"]}
        found = [r for r in factors.records() if r["unit"] == self.top and r["statistic"] in labels]
        rows = [self._row(labels[r["statistic"]] or r["statistic"], r) for r in found]
        w = self.words
        return charts.factor_bars(rows, self._around(w.factors, (w.factor, w.index, w.interval, w.n)), prefix="factors")

    def items(self, items: Sheet) -> Picture:
        """Five levels of every question of the topmost unit."""
        w = self.words
        labels = {f"share:{r['item']}": r[f"label_{w.language}"] for r in self.book if not r["code"]}
        rows = []
        for record in items.records():
            if record["unit"] != self.top or record["statistic"] not in labels:
                continue
            row = self._row(labels[record["statistic"]] or record["statistic"], record)
            figures = (shares_of(record), row.estimate, row.n_text, row.bound, row.reason)
            rows.append(LevelRow(row.label, *figures, spans=spans_of(record)))
        heading = (w.item, *self._levels(), w.satisfied, w.n)
        around = replace(self._around(w.items, heading, w.levels_measure, self._levels()), joined=w.joined)
        return charts.stacked_levels(rows, around, prefix="items")

    def _levels(self) -> tuple[str, ...]:
        """Names of the five levels, from the first question that has them."""
        scored = [r for r in self.book if r["satisfied"]][:5]
        return tuple(r[f"label_{self.words.language}"] or r["code"] for r in scored)

    def _row(self, label: str, record: Record) -> IntervalRow:
        shown = bool(record["estimate"]) and record["bound"] in _BOUNDS
        low, high = (float(record[name]) if shown and record[name] else None for name in ("low", "high"))
        return IntervalRow(
            label,
            float(record["estimate"]) if shown else None,
            low,
            high,
            record["n"],
            _BOUNDS.get(record["bound"], "exact"),
            reason="" if shown else record["label"] or self.words.hidden,
        )

    def _around(
        self, title: str, columns: Sequence[str], measure: str = "", levels: tuple[str, ...] = ()
    ) -> ChartWords:
        w = self.words
        return ChartWords(
            title,
            measure or w.measure,
            self.note,
            tuple(columns),
            w.empty,
            w.number,
            levels=levels,
            hidden=w.hidden,
        )
