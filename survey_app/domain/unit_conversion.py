"""From the official tables of the reform of 1 July 2025 to a unit list and its events.

The tables are: old and new provinces; old districts; which old commune went, whole or in part, into which new one.
Nothing about any unit stands here: every name, code and day comes from the tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from survey_app.domain import unit_events, unit_rows, units, vietnamese

Row = Mapping[str, str]
COUNTRY = "viet-nam"
CONTINUES = {"unchanged": "move", "renamed": "rename", "type_changed": "retype"}
WHOLE = ("whole", "whole_district_to_special_zone")


@dataclass
class Conversion:
    """Rows of the two files that come out, and what the tables left open."""

    units: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def unit(self, slug: str, kind: str, name: str, parent: str, start: date, end: date | None, **codes: str) -> None:
        """Add a row of the unit list."""
        days = {"valid_from": start.isoformat(), "valid_to": end.isoformat() if end else ""}
        row = {"slug": slug, "kind": kind, "name": name, "parent": parent, **days, **codes}
        self.units.append({column: row.get(column, "") for column in unit_rows.COLUMNS})

    def event(self, reference: str, kind: str, effective: date, basis: str, **part: str) -> None:
        """Add a row of the event file."""
        row = {"reference": reference, "kind": kind, "effective": effective.isoformat(), "legal_basis": basis}
        row |= {("from" if name == "source" else name): value for name, value in part.items()}
        self.events.append({column: row.get(column, "") for column in unit_events.COLUMNS})


@dataclass
class Tables:
    """The official tables, the first day for which the old ones are taken to hold, and what the tables do not say.

    `basis` is the legal basis of the changes of districts and communes; that of provinces stands in their table.
    """

    provinces: Sequence[Row]
    districts: Sequence[Row]
    conversion: Sequence[Row]
    communes: Sequence[Row]
    since: date
    basis: str

    def __post_init__(self) -> None:
        days = {day for row in self.provinces if (day := unit_rows.read_day(row["effective_date"]))}
        self.day = max(days)
        self.new_provinces = {row["new_code"]: self._new_province(row) for row in self.provinces}
        self.old_provinces = {row["old_code"]: self._old_province(row) for row in self.provinces}
        self.district_slugs = {
            row["district_code"]: f"{vietnamese.ascii_slug(row['district_name'])}-{row['district_code']}"
            for row in self.districts
        }

    def _old_province(self, row: Row) -> str:
        return vietnamese.ascii_slug(row["old_name"])

    def _new_province(self, row: Row) -> str:
        slug = vietnamese.ascii_slug(row["new_name"])
        return slug if row["change"] == "kept" else f"{slug}-{self.day.year}"

    def new_commune(self, row: Row) -> str:
        """Slug of a commune that the reform made."""
        name = row.get("new_commune_name") or row["commune_name"]
        code = row.get("new_commune_code") or row["commune_code"]
        return f"{vietnamese.ascii_slug(name)}-{code}-{self.day.year}"


def convert(tables: Tables) -> Conversion:
    """Make the unit list and the events; what the tables leave open is told in the notes."""
    made = Conversion()
    made.unit(COUNTRY, "country", "Việt Nam", "", tables.since, None)
    _provinces(tables, made)
    for row in tables.districts:
        slug = tables.district_slugs[row["district_code"]]
        parent = tables.old_provinces[row["old_province_code"]]
        name = vietnamese.clean(row["district_name"])
        made.unit(slug, "district", name, parent, tables.since, tables.day, gso=row["district_code"])
    _communes(tables, made)
    return made


def _provinces(tables: Tables, made: Conversion) -> None:
    merged: dict[str, list[Row]] = defaultdict(list)
    for row in tables.provinces:
        kept = row["change"] == "kept"
        end = None if kept else tables.day
        codes = {"gso": row["old_code"], "h_code": row["old_H_code"]}
        slug = tables.old_provinces[row["old_code"]]
        made.unit(slug, "province", _typed(row["old_type"], row["old_name"]), COUNTRY, tables.since, end, **codes)
        if not kept:
            merged[row["new_code"]].append(row)
    for code, rows in merged.items():
        slug, row = tables.new_provinces[code], rows[0]
        made.unit(slug, "province", _typed(row["new_type"], row["new_name"]), COUNTRY, tables.day, None, gso=code)
        for old in rows:
            part = {"source": tables.old_provinces[old["old_code"]], "to": slug, "share": "1"}
            made.event(f"{tables.day.year}-province-{code}", "merge", tables.day, old["legal_basis"], **part)


def _typed(kind: str, name: str) -> str:
    """Name with its type as ordinary text writes it: Tỉnh Lào Cai, Thành phố Huế."""
    word = "thành phố" if kind.casefold().startswith("thành phố") else kind
    return vietnamese.clean(f"{word[:1].upper()}{word[1:]} {name}")


def _communes(tables: Tables, made: Conversion) -> None:
    sources = _old_communes(tables, made)
    by_target: dict[str, list[Row]] = defaultdict(list)
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row, slug in sources:
        by_target[row["new_commune_code"]].append(row)
        by_source[slug].append(row)
    slug_of = {id(row): slug for row, slug in sources}
    going_on = {slug for slug, rows in by_source.items() if len(rows) == 1 and rows[0]["how"] in CONTINUES}
    for row in tables.communes:
        parent = tables.new_provinces[row["new_province_code"]]
        origin = by_target[row["commune_code"]]
        name, code = vietnamese.clean(row["commune_name"]), row["commune_code"]
        if len(origin) == 1 and slug_of[id(origin[0])] in going_on:
            slug = slug_of[id(origin[0])]
            kind = CONTINUES[origin[0]["how"]]
            changed = {"name": name, "unit_kind": "commune", "parent": parent}
            made.event(f"{tables.day.year}-commune-{code}", kind, tables.day, tables.basis, source=slug, **changed)
        else:
            slug = tables.new_commune(row)
            _merge(tables, made, slug, code, [slug_of[id(r)] for r in origin if _is_whole(r, by_source, slug_of)])
        made.unit(slug, "commune", name, parent, tables.day, None, gso=code)
    for slug, rows in by_source.items():
        parts = [row for row in rows if not _is_whole(row, by_source, slug_of)]
        if slug not in going_on and parts:
            _split(tables, made, slug, parts)
    _abolished(tables, made, {slug for _, slug in sources})


def _is_whole(row: Row, by_source: Mapping[str, Sequence[Row]], slug_of: Mapping[int, str]) -> bool:
    """Whether all of an old commune went one way."""
    rows = by_source[slug_of[id(row)]]
    return row["how"] in WHOLE or len(rows) == 1


def _merge(tables: Tables, made: Conversion, slug: str, code: str, sources: Iterable[str]) -> None:
    for source in sources:
        reference = f"{tables.day.year}-commune-{code}"
        made.event(reference, "merge", tables.day, tables.basis, source=source, to=slug, share="1")


def _split(tables: Tables, made: Conversion, slug: str, rows: Sequence[Row]) -> None:
    """Parts of one old commune; the tables say which, not how much."""
    for row in rows:
        reference = f"{tables.day.year}-split-{slug}"[:120]
        made.event(reference, "split", tables.day, tables.basis, source=slug, to=tables.new_commune(row))


def _abolished(tables: Tables, made: Conversion, gone_on: set[str]) -> None:
    """Districts end without a successor, but for those that became a special zone as a whole."""
    for row in tables.districts:
        slug = tables.district_slugs[row["district_code"]]
        if slug not in gone_on:
            reference = f"{tables.day.year}-district-{row['district_code']}"
            made.event(reference, "abolish", tables.day, tables.basis, source=slug)


def _old_communes(tables: Tables, made: Conversion) -> list[tuple[Row, str]]:
    """Each row of the conversion table with the slug of what it starts from; makes the rows of old communes."""
    codes = _codes_by_name(tables)
    first_names: dict[str, str] = {}  # folded name that a code was first seen with
    found, written = [], set()
    for row in tables.conversion:
        district = tables.district_slugs[row["old_district_code"]]
        name, code = vietnamese.clean(row["old_commune_name"]), row["old_commune_code"]
        if not name and not code:
            found.append((row, district))
            continue
        if not code:
            made.notes.append(f"{name} (into {row['new_commune_name']}) has no code: it is no unit and was left out.")
            continue
        if first_names.setdefault(code, units.fold(name)) != units.fold(name):
            others = codes[row["old_district_code"], units.fold(name)] - {code}
            made.notes.append(f"{name}: code {code} stands for another commune too; {_remedy(others)}")
            code = others.pop() if len(others) == 1 else ""
        slug = f"{vietnamese.ascii_slug(name)}-{code or row['old_district_code']}"
        found.append((row, slug))
        if slug not in written:
            written.add(slug)
            made.unit(slug, "commune", name, district, tables.since, tables.day, gso=code)
    return found


def _codes_by_name(tables: Tables) -> dict[tuple[str, str], set[str]]:
    """Codes that a name has within a district."""
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in tables.conversion:
        codes[row["old_district_code"], units.fold(row["old_commune_name"])].add(row["old_commune_code"])
    return codes


def _remedy(others: set[str]) -> str:
    if len(others) == 1:
        return f"taken as {next(iter(others))}, its code elsewhere in the table."
    return "loaded without a code."
