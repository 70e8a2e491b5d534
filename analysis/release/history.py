"""What a bundle carries of the years before it: published indices, reorganisations, bridges between questionnaires."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from analysis.release.facts import PATH, Facts, facts_of
from analysis.release.findings import BundleError, Finding
from analysis.release.sheets import Column, Kind, Sheet, read_sheet, records_of, sheet_of
from analysis.release.signing import SUMS, digest
from analysis.report.source import POOLED
from analysis.succession import Passage, Succession


def needed(name: str, title: str, title_vi: str) -> Column:
    """A column of text that no row leaves blank; days stand in it as ISO writes them."""
    return Column(name, Kind.TEXT, title, title_vi, required=True)


_FIGURES = (
    Column("returned", Kind.WHOLE, "Dossiers returned that may be asked about", "Hồ sơ đã trả thuộc diện khảo sát"),
    Column("estimate", Kind.NUMBER, "Overall index, as published", "Chỉ số chung, như đã công bố"),
    Column("se", Kind.NUMBER, "Standard error", "Sai số chuẩn"),
    Column("df", Kind.WHOLE, "Degrees of freedom", "Bậc tự do"),
    Column("low", Kind.NUMBER, "Lower limit of the interval", "Cận dưới của khoảng tin cậy"),
    Column("high", Kind.NUMBER, "Upper limit of the interval", "Cận trên của khoảng tin cậy"),
    Column("bound", Kind.TEXT, "at_least, at_most, hidden; blank if exact", "at_least: ít nhất; at_most: nhiều nhất"),
    Column("label", Kind.TEXT, "What has to be said beside the figure", "Điều phải nói kèm con số"),
)
HISTORY = Sheet(
    "data/history.csv",
    "Overall indices of earlier releases, as published",
    "Chỉ số chung của các kỳ trước, như đã công bố",
    (
        needed("release", "Name and version of the release", "Tên và phiên bản của kỳ công bố"),
        needed("sums_sha256", "SHA-256 of its SHA256SUMS", "SHA-256 của SHA256SUMS trong gói đó"),
        needed("instrument", "Questionnaire", "Phiếu hỏi"),
        needed("period_start", "First day of return", "Ngày trả kết quả đầu tiên"),
        needed("period_end", "Last day of return", "Ngày trả kết quả cuối cùng"),
        needed("unit", "Unit", "Đơn vị"),
        Column("name", Kind.TEXT, "Its name then", "Tên khi đó"),
        *_FIGURES,
    ),
    (),
    ("release", "unit"),
)
SUCCESSION = Sheet(
    "data/succession.csv",
    "Reorganisations: what went from one unit to another",
    "Sắp xếp đơn vị: phần chuyển từ đơn vị này sang đơn vị khác",
    (
        needed("effective", "Day on which it took effect", "Ngày có hiệu lực"),
        needed("kind", "merge, split, abolish", "merge: nhập; split: chia; abolish: giải thể"),
        needed("from_unit", "Old unit", "Đơn vị cũ"),
        needed("from_since", "First day of the old unit", "Ngày đầu tiên của đơn vị cũ"),
        Column("to_unit", Kind.TEXT, "New unit; blank if nothing followed", "Đơn vị mới; để trống nếu không có"),
        Column("share", Kind.NUMBER, "Share of the old unit, if known", "Phần của đơn vị cũ, nếu đã rõ"),
        Column("legal_basis", Kind.TEXT, "Legal basis", "Căn cứ pháp lý"),
    ),
    (),
)
BRIDGES = Sheet(
    "data/bridges.csv",
    "Bridges that make two questionnaires comparable, as declared",
    "Cầu nối cho phép so sánh hai phiếu hỏi, theo tuyên bố",
    (
        needed("earlier", "Earlier questionnaire", "Phiếu hỏi trước"),
        needed("later", "Later questionnaire", "Phiếu hỏi sau"),
        Column(
            "shift", Kind.NUMBER, "Points added to the earlier index", "Số điểm cộng vào chỉ số trước", required=True
        ),
        Column(
            "margin", Kind.NUMBER, "Half length of its 95 % interval", "Nửa độ dài khoảng 95 % của nó", required=True
        ),
        needed("declared_by", "Who answers for it", "Người chịu trách nhiệm"),
        needed("declared_on", "Day", "Ngày"),
        needed("reason", "Study or decision that it rests on", "Nghiên cứu hoặc quyết định làm căn cứ"),
    ),
    (),
    ("earlier", "later"),
)


@dataclass(frozen=True)
class Past:
    """The years before a release; `history` has rows, or the bundle carries none of it.

    Attributes
    ----------
    history, succession, bridges : Sheet
        With the columns of `HISTORY`, `SUCCESSION` and `BRIDGES`.
    """

    history: Sheet
    succession: Sheet
    bridges: Sheet

    def sheets(self) -> tuple[Sheet, Sheet, Sheet]:
        """The three tables in the order of the bundle."""
        return self.history, self.succession, self.bridges

    def succeeded(self) -> Succession[str]:
        """What became of units."""
        rows = self.succession.records()
        return Succession(
            [
                Passage(
                    date.fromisoformat(row["effective"]),
                    row["from_unit"],
                    row["to_unit"] or None,
                    Decimal(row["share"]) if row["share"] else None,
                )
                for row in rows
            ]
        )

    def releases(self) -> list[str]:
        """Releases whose indices are carried, oldest first."""
        return list(dict.fromkeys(row["release"] for row in self.history.records()))

    def alike(self, earlier: Sheet, facts: Facts) -> Sheet:
        """Earlier figures of units that are still what they were: not reorganised since, and no pool of small ones."""
        days = [row["period_start"] for row in self.history.records() if row["release"] == facts.previous]
        since, until = (days or [""])[0], facts.period[0]
        events = [row for row in self.succession.records() if since < row["effective"] <= until]
        changed = {row[name] for row in events for name in ("from_unit", "to_unit")}
        kept = (row for row in earlier.rows if row[0] not in changed and not row[0].endswith(POOLED))
        return replace(earlier, rows=tuple(kept))

    def told(self, units: Iterable[str]) -> set[str]:
        """Units of today and everything that went into them: those of which the past is carried.

        Pools of small units are left out: another year pools others under the same name.
        """
        known = self.succeeded()
        return {one for unit in units if not unit.endswith(POOLED) for one in known.behind(unit)}


def past_of(files: Mapping[str, bytes]) -> Past | None:
    """Read the past back from a bundle; None if it carries none, BundleError if it carries a part of it only."""
    empty = (HISTORY, SUCCESSION, BRIDGES)
    there = [sheet.path in files for sheet in empty]
    if not any(there):
        return None
    missing = [Finding(sheet.path, "is missing") for sheet, found in zip(empty, there, strict=True) if not found]
    if missing:
        raise BundleError(missing)
    return Past(*(read_sheet(files[sheet.path], sheet) for sheet in empty))


def history_of(bundles: Iterable[Mapping[str, bytes]], units: Collection[str]) -> Sheet:
    """The table of earlier indices, as bundles print them, of these units; BundleError if one cannot be read."""
    rows = [row for files in bundles for row in _rows(files, units)]
    return sheet_of(HISTORY.path, (HISTORY.title, HISTORY.title_vi), HISTORY.columns, rows, HISTORY.key)


def past_with(history: Sheet, succession: Sequence[Sequence[str]], bridges: Sequence[Sequence[str]]) -> Past:
    """Make the past from its earlier indices and the rows of the other two tables."""
    tables = [
        sheet_of(like.path, (like.title, like.title_vi), like.columns, rows, like.key)
        for like, rows in ((SUCCESSION, succession), (BRIDGES, bridges))
    ]
    return Past(history, *tables)


def record_of(facts: Facts, sums: str, figures: Mapping[str, str], name: str, returned: str) -> dict[str, str]:
    """One row of the table of earlier indices from what a release says of a unit."""
    own = (facts.name, sums, facts.instrument, *facts.period, figures["unit"], name, returned)
    values = (*own, *(figures[column.name] for column in _FIGURES[1:]))
    return dict(zip((column.name for column in HISTORY.columns), values, strict=True))


def _rows(files: Mapping[str, bytes], units: Collection[str]) -> list[list[str]]:
    needed = (PATH, SUMS, "data/units.csv", "data/fieldwork.csv", "results/overall.csv")
    missing = [Finding(path, "is missing") for path in needed if path not in files]
    if missing:
        raise BundleError(missing)
    names = {row["unit"]: row["name"] for row in records_of(files["data/units.csv"])}
    returned = {row["unit"]: row["returned"] for row in records_of(files["data/fieldwork.csv"])}
    facts, sums = facts_of(files[PATH]), digest(files[SUMS])
    return [
        list(record_of(facts, sums, row, names.get(row["unit"], ""), returned.get(row["unit"], "")).values())
        for row in records_of(files["results/overall.csv"])
        if row["statistic"] == "overall" and row["unit"] in units
    ]
