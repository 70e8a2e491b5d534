"""Mappings: which headings of a vendor's export stand for which canonical fields, and what its values mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.domain import dossiers, vietnamese

KEYS = ("id", "title", "columns", "personal", "ignored", "unverified")
ASK_NEXT = "next"  # a value that decides nothing: the field's next heading is asked
# Words in a heading that speak of a person; such a column is called personal in the summary.
PERSONAL_WORDS = (
    "họ tên", "họ và tên", "chủ hồ sơ", "người nộp", "cmnd", "cccd", "số giấy tờ", "địa chỉ", "điện thoại", "sđt",
    "ngày sinh", "email", "e mail", "fax", "applicant", "contact", "delegate", "phone", "address", "birth", "identity",
    "tel no", "hoten", "chuhoso", "nguoinop", "diachi", "dienthoai", "sogiayto", "ngaysinh",
)  # fmt: skip


class MappingError(ValueError):
    """A mapping that cannot be used; `problems` lists every reason."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"Mapping {name} cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))


@dataclass(frozen=True)
class Source:
    """A heading that gives a field, and what its values mean (by folded text) where they are codes."""

    heading: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DossierMapping:
    """Headings of one kind of export."""

    id: str
    columns: Mapping[str, tuple[Source, ...]]
    personal: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unverified: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # values whose meaning nobody could confirm


CANONICAL = DossierMapping("canonical", {name: (Source(name),) for name in dossiers.FIELDS})


@dataclass(frozen=True)
class Binding:
    """A mapping laid over the headings of one file."""

    sources: Mapping[str, tuple[tuple[int, Source], ...]]  # field: places of its headings
    kept: tuple[int, ...]  # places of headings that mean something: only these are ever shown or written again
    personal: tuple[str, ...]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]  # mapped headings that stand twice


def fold(heading: str) -> str:
    """What a heading is known by."""
    return vietnamese.clean(heading).casefold()


def bind(mapping: DossierMapping, headings: Sequence[str]) -> Binding:
    """Find each field's columns in the headings of a file, and say what the other columns are."""
    folded = [fold(heading) for heading in headings]
    sources: dict[str, tuple[tuple[int, Source], ...]] = {}
    for name in dossiers.FIELDS:
        wanted = mapping.columns.get(name, ())
        known = wanted if any(fold(source.heading) == name for source in wanted) else (*wanted, Source(name))
        found = tuple((folded.index(fold(s.heading)), s) for s in known if fold(s.heading) in folded)
        if found:
            sources[name] = found
    kept = tuple(sorted({place for found in sources.values() for place, _ in found}))
    named_personal = {fold(heading) for heading in mapping.personal}
    ignored = {fold(heading) for heading in mapping.ignored}
    others = [vietnamese.clean(h) for place, h in enumerate(headings) if place not in kept and folded[place]]
    counts = Counter(folded)
    return Binding(
        sources,
        kept,
        tuple(h for h in others if fold(h) in named_personal or _speaks_of_a_person(h)),
        tuple(h for h in others if fold(h) in ignored),
        tuple(h for h in others if fold(h) not in named_personal | ignored and not _speaks_of_a_person(h)),
        tuple(vietnamese.clean(headings[place]) for place in kept if counts[folded[place]] > 1),
    )


def _speaks_of_a_person(heading: str) -> bool:
    spoken = f" {vietnamese.fold(heading)} "
    return any(f" {word}" in spoken for word in _PERSONAL_FOLDED)


_PERSONAL_FOLDED = tuple(vietnamese.fold(word) for word in PERSONAL_WORDS)


def parse(raw: Any, name: str) -> DossierMapping:  # noqa: ANN401 - whatever the YAML file holds
    """Check what a mapping file holds; raises MappingError with every problem."""
    if not isinstance(raw, dict):
        raise MappingError(name, ["it must hold id, columns and, where there are any, personal and ignored headings."])
    problems = [f"{key}: is no part of a mapping; use {', '.join(KEYS)}." for key in raw if key not in KEYS]
    columns: dict[str, tuple[Source, ...]] = {}
    given = raw.get("columns")
    for column, value in (given if isinstance(given, dict) else {}).items():
        if column not in dossiers.FIELDS:
            problems.append(f"columns, {column}: is no field; use {', '.join(dossiers.FIELDS)}.")
            continue
        entries = value if isinstance(value, list) else [value]
        columns[column] = tuple(s for e in entries if (s := _source(column, e, problems)))
    problems += [f"columns: must say which heading gives {f}." for f in dossiers.REQUIRED if not columns.get(f)]
    lists = {key: _strings(key, raw.get(key, []), problems) for key in ("personal", "ignored")}
    unverified = raw.get("unverified") or {}
    if not isinstance(unverified, dict):
        problems.append("unverified: must give a list of values for each field.")
        unverified = {}
    doubtful = {f: _strings(f"unverified, {f}", values, problems) for f, values in unverified.items()}
    headings = {fold(s.heading) for sources in columns.values() for s in sources}
    problems += [f"personal, {h}: is mapped too; choose one." for h in lists["personal"] if fold(h) in headings]
    if problems:
        raise MappingError(name, problems)
    return DossierMapping(str(raw.get("id") or name), columns, lists["personal"], lists["ignored"], doubtful)


def _source(column: str, entry: Any, problems: list[str]) -> Source | None:  # noqa: ANN401 - the same
    """One heading of a field: its name, or its name with the meaning of its values."""
    if isinstance(entry, str) and entry.strip():
        return Source(entry)
    if not isinstance(entry, dict) or not isinstance(entry.get("heading"), str) or set(entry) - {"heading", "values"}:
        problems.append(f"columns, {column}: write a heading, or heading and values.")
        return None
    allowed = {*dossiers.WORDS.get(column, ()), ASK_NEXT}
    values = entry.get("values") or {}
    if not isinstance(values, dict):
        problems.append(f"columns, {column}: values must say what each value means.")
        return None
    odd = [value for value in values.values() if value not in allowed]
    problems += [f"columns, {column}, {value}: means nothing here; use {', '.join(sorted(allowed))}." for value in odd]
    return Source(entry["heading"], {vietnamese.fold(_text(key)): str(value) for key, value in values.items()})


def _text(key: Any) -> str:  # noqa: ANN401 - YAML reads true and 1 as what they look like
    return str(key).lower() if isinstance(key, bool) else str(key)


def _strings(place: str, value: Any, problems: list[str]) -> tuple[str, ...]:  # noqa: ANN401 - the same
    if not isinstance(value, list):
        problems.append(f"{place}: must be a list.")
        return ()
    return tuple(_text(item) for item in value)
