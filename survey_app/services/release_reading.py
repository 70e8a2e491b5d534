"""A published bundle as its pages show it: nothing is computed, every figure is read as it was signed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import analysis
from survey_app.domain.figures import Bound, PublishedFigure, PublishedRates, Reason
from survey_app.domain.printed import lower_limit, number, upper_limit
from survey_app.domain.release_pages import (
    Change,
    Expected,
    Headline,
    NoPlace,
    OtherRelease,
    Place,
    Reading,
    Released,
    ReleasedUnit,
    Silent,
)
from survey_app.installation import Installation
from survey_app.services import release_list, release_series
from survey_app.services.errors import NotFoundError
from survey_app.services.release_list import Line

KEPT = 8  # bundles kept in memory, each in every language
GENERAL, OVERALL = "general", "overall"
READING: Final[Mapping[str, Reading]] = {"up": "up", "down": "down"}
EXPECTED: Final[Mapping[str, Expected]] = {"below": "below", "within": "within", "above": "above"}
BOUNDS: Final[Mapping[str, Bound]] = {"at_least": "at_least", "at_most": "at_most"}
HISTORY = "data/history.csv"
TABLES = ("overall", "factors", "items", "ranks", "rates", "comparison", "series")
Record = Mapping[str, str]


def of_version(installation: Installation, name: str, version: int, language: str) -> tuple[Line, int, Released | None]:
    """A public version, the newest one that stands, and its content; none if it was withdrawn."""
    line, newest = release_list.public_version(installation, name, version)
    if line.state != "published":
        return line, newest, None
    return line, newest, _released(release_list.public_file(installation, name, version), language)


def others(installation: Installation, name: str, slug: str, language: str) -> list[OtherRelease]:
    """The newest published version of every other release in which a unit has a page, the newest period first."""
    found = []
    for line in release_list.standing(installation):
        if line.name == name:
            continue
        one = _released(release_list.public_file(installation, line.name, line.version), language)
        if one.unit(slug):
            found.append(OtherRelease(line.name, line.version, one.title, one.period, line.published_at))
    return sorted(found, key=lambda other: other.period, reverse=True)


def headlines(installation: Installation, language: str) -> list[Headline]:
    """What the releases that stand say in one line each, the last published first; no more than are kept in memory."""
    found = []
    for line in release_list.standing(installation)[:KEPT]:
        one = _released(release_list.public_file(installation, line.name, line.version), language)
        top = one.unit(one.top)
        if top is not None:
            found.append(
                Headline(line.name, line.version, one.title, one.period, top.name, top.overall, line.published_at)
            )
    return found


def unit_of(released: Released, slug: str) -> ReleasedUnit:
    """A unit of a release; NotFoundError for one that it does not measure."""
    unit = released.unit(slug)
    if unit is None:
        raise NotFoundError("This release has no such unit.")
    return unit


@lru_cache(KEPT)
def _released(path: Path, language: str) -> Released:
    """Read a bundle; its name is the hash of its content, so it is read once."""
    files = analysis.release.opened(path)
    protocol, facts = json.loads(files["protocol.json"]), json.loads(files["release.json"])
    reader = _Reader(files, protocol, language)
    start, end = (date.fromisoformat(day) for day in facts["period"])
    top = next(unit for unit, parent in protocol["tree"].items() if parent is None)
    return Released(
        name=facts["id"],
        version=facts["version"],
        title=facts[f"title_{language}"],
        period=(start, end),
        publisher=facts["publisher"],
        contact=facts["contact"],
        licence=facts["licence"],
        licence_url=facts["licence_url"],
        evidence="+".join(protocol["grades"]),
        previous=facts["previous"],
        top=top,
        units=tuple(reader.unit(slug) for slug in reader.overall),
    )


class _Reader:
    """The tables of one bundle, sorted by unit."""

    def __init__(self, files: Mapping[str, bytes], protocol: Mapping[str, Any], language: str) -> None:
        read = analysis.release.records_of
        tables = {name: read(files[path]) for name in TABLES if (path := f"results/{name}.csv") in files}
        self.language = language
        self.tree: Mapping[str, str | None] = protocol["tree"]
        self.names: Mapping[str, str] = protocol["names"]
        self.evidence = "+".join(protocol["grades"])
        self.overall = {r["unit"]: r for r in tables["overall"] if r["statistic"] == OVERALL}
        self.figures = {name: _by_unit(tables[name]) for name in ("factors", "items")}
        self.changes = _by_unit(tables.get("comparison", ()))
        self.series = _by_unit(tables.get("series", ()))
        before = {r["unit"]: r["name"] for r in read(files[HISTORY])} if HISTORY in files else {}
        self.names_of_old = before | dict(self.names)
        self.ranks = {r["unit"]: r for r in tables.get("ranks", ())}
        self.rates = {r["unit"]: r for r in tables["rates"]}
        self.counts = {r["unit"]: r for r in read(files["data/fieldwork.csv"])}
        book = [r for r in read(files["codebook.csv"]) if not r["code"]]
        self.labels = {f"share:{r['item']}": r[f"label_{language}"] or r["item"] for r in book}
        self.labels |= {f"factor:{r['factor']}": r[f"factor_{language}"] or r["factor"] for r in book if r["factor"]}
        self.compared = {OVERALL} | {name for name in self.labels if name.startswith("factor:")}
        self.general = {f"share:{r['item']}" for r in book if r["kind"] == GENERAL}

    def unit(self, slug: str) -> ReleasedUnit:
        """Everything of one unit."""
        own = self.overall[slug]
        items = [self._figure(r) for r in self.figures["items"].get(slug, ()) if r["statistic"] in self.labels]
        silent = own["none_satisfied"] and own["all_satisfied"]
        return ReleasedUnit(
            slug=slug,
            name=self.names.get(slug, slug),
            above=tuple((unit, self.names.get(unit, unit)) for unit in self._above(slug)),
            overall=self._figure(own),
            general=next((item for item in items if item.statistic in self.general), None),
            factors=tuple(self._figure(r) for r in self.figures["factors"].get(slug, ())),
            items=tuple(item for item in items if item.statistic not in self.general),
            rates=self._rates(slug),
            place=_place(self.ranks[slug]) if slug in self.ranks else None,
            changes=tuple(self._change(r) for r in self.changes.get(slug, ()) if r["statistic"] in self.compared),
            years=release_series.years(self.series.get(slug, ()), self.names_of_old),
            silent=Silent(float(own["none_satisfied"]), float(own["all_satisfied"])) if silent else None,
        )

    def _above(self, slug: str) -> list[str]:
        found: list[str] = []
        while (parent := self.tree.get(found[-1] if found else slug)) is not None:
            found.append(parent)
        return found

    def _figure(self, record: Record) -> PublishedFigure:
        """A printed figure; limits to one decimal outward, so that an interval on a page is never too short."""
        bound: Bound = BOUNDS.get(record["bound"], "exact")
        shown = bool(record["estimate"]) and record["bound"] != "hidden"
        levels = analysis.release.shares_of(record) if shown else None
        spans = analysis.release.spans_of(record) if levels else ()
        low, high = record["low"], record["high"]
        return PublishedFigure(
            statistic=record["statistic"],
            label=self.labels.get(record["statistic"], self.names.get(record["unit"], record["unit"])),
            shown=shown,
            reason=None if shown else _reason(record["label"]),
            estimate=number(record["estimate"]) if shown else None,
            bound=bound,
            low=lower_limit(low) if shown and low else None,
            high=upper_limit(high) if shown and high else None,
            n_text=self._count(record["n"]),
            n=int(record["n"]) if record["n"] else None,
            levels=levels,
            mean=None,
            dissatisfied=None,
            evidence=self.evidence,
            merged_levels=tuple(j for j, span in enumerate(spans, start=1) if not span),
            level_spans=spans,
        )

    def _rates(self, slug: str) -> PublishedRates:
        counts, rates = self.counts.get(slug), self.rates.get(slug)
        if counts is None or rates is None:
            return PublishedRates(None, None, None, None, None, None, Reason.NO_REGISTER)
        answered = int(counts["complete"] or 0) + int(counts["partial"] or 0)
        return PublishedRates(
            returned=self._count(counts["returned"]),
            invited=self._count(counts["invited"]),
            answered=self._count(str(answered)),
            coverage=self._per_cent(rates["coverage"]),
            response_rate=self._per_cent(rates["response_rate"]),
            completion=self._per_cent(rates["completion"]),
        )

    def _change(self, record: Record) -> Change:
        """A change since the earlier release; its limits are printed outward like those of figures."""
        overall = record["statistic"] == OVERALL
        return Change(
            label="" if overall else self.labels.get(record["statistic"], record["statistic"]),
            earlier=number(record["earlier"]),
            later=number(record["later"]),
            difference=number(record["change"]),
            low=lower_limit(record["low"]),
            high=upper_limit(record["high"]),
            reading=READING.get(record["reading"], "unclear"),
        )

    def _count(self, printed: str) -> str:
        """A printed count with the language's thousands mark."""
        return f"{int(printed):,}".replace(",", "." if self.language == "vi" else ",") if printed else ""

    def _per_cent(self, printed: str) -> str | None:
        """A printed rate as the language writes it."""
        if not printed:
            return None
        return f"{printed.replace('.', ',')} %" if self.language == "vi" else f"{printed}%"


def _place(record: Record) -> Place:
    """Where a unit stands, or why that cannot be said."""
    whole = {name: int(record[name]) if record[name] else None for name in ("first", "last")}
    quarters = {name: int(record[name]) if record[name] else None for name in ("first_quarter", "last_quarter")}
    low, high = (number(record[name]) if record[name] else None for name in ("expected_low", "expected_high"))
    return Place(
        of=int(record["of"]),
        **whole,
        **quarters,
        no_place=_no_place(record["no_rank"]),
        expected=EXPECTED.get(record["expected"], ""),
        expected_low=low,
        expected_high=high,
    )


def _no_place(why: str) -> NoPlace | None:
    """Why there is no rank interval; None if there is one."""
    if not why:
        return None
    return {
        analysis.release.ALONE: NoPlace.ALONE,
        analysis.release.NO_FIGURE: NoPlace.NO_FIGURE,
        analysis.release.INCOMPLETE: NoPlace.NO_FIGURE,
        analysis.release.QUARTERS_ONLY: NoPlace.QUARTERS_ONLY,
    }.get(why, NoPlace.FEW_ANSWERS)


def _reason(label: str) -> Reason:
    """Why a figure is hidden, by what the bundle says beside it."""
    if label.startswith(("fewer than", "too few")):
        return Reason.TOO_FEW
    return {
        "no valid answer": Reason.NO_VALID_ANSWER,
        "an item without a valid answer": Reason.FACTOR_MISSING,
    }.get(label, Reason.PROTECTS_ANOTHER)


def _by_unit(records: Iterable[Record]) -> dict[str, Sequence[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record["unit"], []).append(record)
    return dict(found)
