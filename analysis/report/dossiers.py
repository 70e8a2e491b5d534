"""The short report of a quarter, half-year, month or year: dossiers received, resolved and in hand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.chart_rows import DASH
from analysis.report.page import render
from analysis.report.tables import Table
from analysis.report.wording import Words, words_of

TEMPLATE = "dossiers.html"
_EVENT = re.compile(r" (merge|split|abolish|rename|retype|move):")
BY = ("unit", "field", "channel")
COUNTS = (
    *("received", "carried_over", "resolved", "early", "on_time", "late"),
    *("pending", "within_time", "overdue", "without_result"),
)
Line = Mapping[str, int | str | bool | None]


@dataclass(frozen=True)
class DossierSource:
    """What a short report is made of.

    Attributes
    ----------
    place : str
        Name of the unit that reports.
    period : str
        2026, 2026-H1, 2026-Q3 or 2026-07.
    first, last : str
        First and last day (ISO) that are counted.
    over : bool
        Whether the period has ended.
    whole, lines : mapping, mapping of str to sequence of mapping
        A line holds name, key, the counts of `COUNTS`, on_time_rate (two decimals, or None), adds_up. Lines by unit,
        field and channel add up to the whole.
    missing : int
        Dossiers that lack something to be counted on both sides.
    reorganised : sequence of str
        Changes of units within the period.
    """

    place: str
    period: str
    first: str
    last: str
    over: bool
    whole: Line
    lines: Mapping[str, Sequence[Line]]
    missing: int
    reorganised: Sequence[str]


def dossier_report(source: DossierSource, language: str) -> bytes:
    """Write a short report as HTML in vi or en; equal sources give equal bytes."""
    words = words_of(language)
    return render(
        TEMPLATE,
        words,
        source=source,
        agency=source.place,
        origin=f"{source.place}, {source.period}",
        period=_period(source.period, words),
        sentences=list(_sentences(source, words)),
        checks=list(_checks(source, words)),
        tables=[_table(source, by, words) for by in BY],
    )


def _period(name: str, words: Words) -> str:
    """A period as people say it."""
    year, _, part = name.partition("-")
    if not part:
        return words("period_year", year=year)
    named = f"period_{part}"
    return words(named, year=year) if words.has(named) else words("period_month", year=year, month=part)


def _sentences(source: DossierSource, words: Words) -> Iterator[str]:
    """What came in, what went out, what is left, and where most was late."""
    n = {name: words.count(str(source.whole[name] or 0)) for name in COUNTS}
    yield words("dossiers_received", received=n["received"], carried=n["carried_over"])
    told = {name: n[name] for name in ("resolved", "early", "on_time", "late")}
    yield words("dossiers_resolved", rate=_rate(source.whole, words), **told)
    told = {"pending": n["pending"], "within": n["within_time"], "overdue": n["overdue"]}
    yield words("dossiers_pending", without=n["without_result"], **told)
    for by in ("unit", "field"):
        most = max(source.lines[by], key=lambda line: int(line["late"] or 0), default=None)
        if most and most["late"]:
            counts = {name: words.count(str(most[name])) for name in ("late", "resolved")}
            yield words(f"dossiers_late_{by}", name=_name(most, by, words), **counts)


def _checks(source: DossierSource, words: Words) -> Iterator[str]:
    """What does not add up, what is missing, what changed in between."""
    lines = [("unit", source.whole), *((by, line) for by in BY for line in source.lines[by])]
    wrong = [_name(line, by, words) for by, line in lines if not line["adds_up"]]
    yield words("dossiers_wrong", names="; ".join(dict.fromkeys(wrong))) if wrong else words("dossiers_adds_up")
    if source.missing:
        yield words("dossiers_missing", n=words.count(str(source.missing)))
    if source.reorganised:
        changes = (
            _EVENT.sub(lambda kind: f" {words(f'event_{kind[1]}')}:", one, count=1) for one in source.reorganised
        )
        yield words("dossiers_reorganised", changes="; ".join(changes))


def _table(source: DossierSource, by: str, words: Words) -> Table:
    """The whole first, then line by line."""
    rows = [_row(words("total"), source.whole, words)]
    rows += [_row(_name(line, by, words), line, words) for line in source.lines[by]]
    groups = words("dossiers_groups").split("|")
    spans = (("", 1), (groups[0], 3), (groups[1], 4), (groups[2], 3), (groups[3], 1), ("", 1))
    columns = (words(f"dossiers_first_{by}"), *words("dossiers_columns").split("|"))
    return Table(words(f"dossiers_{by}"), columns, tuple(rows), groups=spans)


def _row(name: str, line: Line, words: Words) -> tuple[str, ...]:
    both = int(line["received"] or 0) + int(line["carried_over"] or 0)
    counts = [words.count(str(line[count] or 0)) for count in COUNTS]
    return (name, words.count(str(both)), *counts, _rate(line, words))


def _rate(line: Line, words: Words) -> str:
    """Share early or on time with its two decimals, as provinces print it."""
    rate = line["on_time_rate"]
    unit = words.number.percent.replace(" ", "\u00a0")
    return DASH if rate is None else str(rate).replace(".", words.number.decimal) + unit


def _name(line: Line, by: str, words: Words) -> str:
    if not line["key"]:
        return words("not_told")
    return words(f"channel_{line['key']}") if by == "channel" else str(line["name"])
