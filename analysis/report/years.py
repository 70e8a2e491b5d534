"""The overall index of the whole over the years, as the bundle's series has it for the units of this release."""

from analysis.chart_rows import DASH
from analysis.report.source import Record, Source
from analysis.report.tables import Table, bounded
from analysis.report.wording import Words

FEWEST = 3  # points that are a series; two stand in the table of changes
PUBLISHED = "as published"


def years(source: Source, words: Words) -> Table | None:
    """One row per period; None where there is nothing that the table of changes does not say."""
    points = [r for r in source.tables.get("series", ()) if r["unit"] == source.top and r["view"] == "rebuilt"]
    if len(points) < FEWEST and all(r["origin"] == PUBLISHED for r in points):
        return None
    names = {r["unit"]: r["name"] for r in source.tables.get("history", ())}
    rows = tuple(_row(record, names, words) for record in points)
    return Table(words("years_table"), tuple(words("years_columns").split("|")), rows, texts=(5,))


def _row(record: Record, names: dict[str, str], words: Words) -> tuple[str, ...]:
    """Period, index, interval, change with its interval, and what the figure was made from."""
    period = f"{words.day(record['period_start'])}{DASH}{words.day(record['period_end'])}"
    interval = words.interval(record["low"], record["high"]) if not record["bound"] else DASH
    change = words.points(record["change"]) if record["change"] else DASH
    limits = (
        f"{words.points(record['change_low'])} … {words.points(record['change_high'])}" if record["change"] else DASH
    )
    return (period, bounded(record, words), interval, change, limits, _note(record, names, words))


def _note(record: Record, names: dict[str, str], words: Words) -> str:
    """Where a point comes from, why it has no figure, why it is not compared, and over which bridge it is."""
    said = [words("years_published")] if record["origin"] == PUBLISHED else [_made_from(record, names, words)]
    said += [words.label(record[name]) for name in ("no_figure", "not_compared") if record[name]]
    if record["bridge"]:
        said.append(words("years_bridge", bridge=record["bridge"]))
    return "; ".join(said)


def _made_from(record: Record, names: dict[str, str], words: Words) -> str:
    """Old units with their weights, by the names that they had."""
    pairs = (part.rsplit(" ", 1) for part in record["sources"].split("; ") if part)
    sources = ", ".join(f"{names.get(unit, unit)} {weight}{words.number.percent}" for unit, weight in pairs)
    return words("years_rebuilt", sources=sources) if sources else words("years_from_parts")
