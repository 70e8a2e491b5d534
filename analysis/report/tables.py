"""The tables of the annual report: printed figures of the bundle in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from analysis.chart_rows import DASH
from analysis.printed_levels import spans_of
from analysis.report.drawing import BOUNDS, item_columns, questions
from analysis.report.source import Record, Source
from analysis.report.wording import Words
from analysis.sample_size import half_width_for_size

MOST = 400  # units that are printed; a country has thousands
EXAMPLES = (30, 100, 300, 1000)


class Joined(NamedTuple):
    """A cell under several headings."""

    text: str
    columns: int


@dataclass(frozen=True)
class Table:
    """A table as it is printed: the first column names the row, `texts` are further columns that hold words.

    `groups` are headings over several columns: text and number of columns.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Joined, ...], ...]
    texts: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()


def noise(words: Words) -> Table:
    """How far chance moves an index, by number of answers."""
    rows = [
        (words.count(str(n)), f"±\u00a0{words.figure(str(100 * half_width_for_size(n, share=0.85)))}") for n in EXAMPLES
    ]
    return Table(words("reading_table"), (words("reading_answers"), words("reading_half")), tuple(rows))


def units(source: Source, words: Words) -> tuple[Table, int]:
    """Index, interval, answers, response rate of the whole and of every unit; how many units are not printed."""
    rates = {r["unit"]: r["response_rate"] for r in source.tables["rates"]}
    places = {r["unit"]: f"{r['first']}{DASH}{r['last']}" for r in source.tables["ranks"] if r["first"]}
    listed = list(_order(source))
    rows = []
    for unit in listed[:MOST]:
        shown, remark = _shown(source.overall.get(unit), words)
        rank = (places.get(unit, DASH),) if places else ()
        rows.append((_name(source, unit, words), *shown, *rank, words.share(rates.get(unit, "")), remark))
    rank = (words("units_rank"),) if places else ()
    first, last = words("units_columns").split("|")[:4], words("units_columns").split("|")[4:]
    table = Table(words("units_table"), (*first, *rank, *last), tuple(rows), texts=(len(rank) + 5,))
    return table, max(len(listed) - MOST, 0)


def hidden(source: Source, words: Words) -> Table | None:
    """Units without an index, each with its reason; None if there is none."""
    rows = []
    for unit in list(_order(source))[:MOST]:
        record = source.overall.get(unit)
        if record is None or not record["estimate"]:
            reason = words.label(record["label"] if record else "no figure") or words("hidden")
            rows.append((_name(source, unit, words), reason))
    columns = tuple(words("hidden_columns").split("|"))
    return Table(words("hidden_units"), columns, tuple(rows), texts=(1,)) if rows else None


def factors(source: Source, words: Words) -> Table:
    """Factors of the whole."""
    names = source.factors(words)
    found = [r for r in source.of_top("factors") if r["statistic"] in names]
    rows = [(names[r["statistic"]], *_figures(r, words), _remark(r, words)) for r in found]
    return Table(words("factors_picture"), tuple(words("factors_columns").split("|")), tuple(rows), texts=(4,))


def items(source: Source, words: Words) -> Table | None:
    """Five levels, share satisfied, answers of every question; a share of several levels stands under all of them."""
    rows: list[tuple[str | Joined, ...]] = []
    for label, record in questions(source, words):
        spans = spans_of(record)
        shares = [Joined(f"{record[f'level_{j}']}", span) for j, span in enumerate(spans, start=1) if span]
        levels = shares or [Joined(DASH, 5)]
        rows.append((label, *levels, bounded(record, words), words.count(record["n"])))
    return Table(words("items_table"), item_columns(source, words), tuple(rows)) if rows else None


def change(source: Source, words: Words) -> Table | None:
    """Overall index and factors of the whole, then the overall index of every unit; None without an earlier round."""
    names = source.factors(words)
    records = source.tables["comparison"]
    own = [r for r in records if r["unit"] == source.top and r["statistic"] in ("overall", *names)]
    others = [r for r in records if r["unit"] != source.top and r["statistic"] == "overall"]
    rows = [_change_row(names.get(r["statistic"], words("total")), r, words) for r in own]
    rows += [_change_row(_name(source, r["unit"], words), r, words) for r in others[:MOST]]
    columns = tuple(words("change_columns").split("|"))
    return Table(words("change_table"), columns, tuple(rows), texts=(5,)) if rows else None


def response(source: Source, words: Words) -> Table:
    """Dossiers, invitations, answers and the rates that follow, the whole first."""
    rates = {r["unit"]: r for r in source.tables["rates"]}
    counts = {r["unit"]: r for r in source.tables["fieldwork"]}
    rows = []
    for unit in [u for u in _order(source) if u in counts][:MOST]:
        n, rate = counts[unit], rates[unit]
        answered = int(n["complete"] or 0) + int(n["partial"] or 0)
        told = (words.count(n["returned"]), words.count(n["invited"]), words.count(str(answered)))
        shares = (words.share(rate["coverage"]), words.share(rate["response_rate"]))
        rows.append((_name(source, unit, words), *told, *shares))
    return Table(words("response_table"), tuple(words("response_columns").split("|")), tuple(rows))


def variants(source: Source, words: Words) -> Table | None:
    """The overall index by other recipes; None where the questionnaire names none."""
    found = [r for r in source.of_top("overall") if r["estimate"]]
    if len(found) < 2:
        return None
    rows = []
    for record in found:
        _, _, variant = record["statistic"].partition("@")
        name = f"variant_{variant or 'own'}"
        rows.append((words(name) if words.has(name) else variant, *_figures(record, words)[:2]))
    return Table(words("method_variants"), tuple(words("method_variant_columns").split("|")), tuple(rows))


def bounded(record: Record, words: Words) -> str:
    """A figure, or the bound that is known of it; why there is neither stands in the remarks."""
    if not record["estimate"] or record["bound"] not in BOUNDS:
        return DASH
    return {"": "", "at_least": "≥\u00a0", "at_most": "≤\u00a0"}[record["bound"]] + words.share(record["estimate"])


def _order(source: Source) -> Iterator[str]:
    """The top, then every unit after the one above it."""
    children: dict[str, list[str]] = {}
    for unit, parent in source.parents.items():
        children.setdefault(parent, []).append(unit)
    waiting = [source.top]
    while waiting:
        unit = waiting.pop()
        yield unit
        waiting.extend(reversed(children.get(unit, [])))


def _name(source: Source, unit: str, words: Words) -> str:
    """Name of a unit in a table; of a deeper one with the unit above it."""
    if unit == source.top:
        return words("total")
    parent = source.parents[unit]
    name = source.name(unit, words)
    return name if parent == source.top else words("below", unit=name, parent=source.name(parent, words))


def _shown(record: Record | None, words: Words) -> tuple[tuple[str, str, str], str]:
    """Figures of a unit and the remark beside them; a unit without any row has no answer that counts."""
    if record is None:
        return (DASH, DASH, DASH), words.label("no figure")
    return _figures(record, words), _remark(record, words)


def _figures(record: Record, words: Words) -> tuple[str, str, str]:
    """Index, interval, answers."""
    interval = words.interval(record["low"], record["high"]) if not record["bound"] else DASH
    return bounded(record, words), interval, words.count(record["n"])


def _remark(record: Record, words: Words) -> str:
    """What has to be said beside a figure."""
    label = words.label(record["label"])
    return label or ("" if record["low"] or record["bound"] else words("no_interval"))


def _change_row(name: str, record: Record, words: Words) -> tuple[str, ...]:
    reading = {"up": "up", "down": "down"}.get(record["reading"], "unclear")
    limits = f"{words.points(record['low'])} … {words.points(record['high'])}"
    shares = (words.share(record["earlier"]), words.share(record["later"]))
    return (name, *shares, words.points(record["change"]), limits, words(f"reading_{reading}"))
