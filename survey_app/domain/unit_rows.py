"""Rows of a unit list: what each column may hold, and how a row changes the register of units."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from survey_app.domain import units, vietnamese
from survey_app.domain.problems import RowProblem
from survey_app.domain.unit_register import Alias, Register, State, register_problems

COLUMNS = ("slug", "kind", "name", "parent", "valid_from", "valid_to", "gso", "h_code", "aliases")
REQUIRED = ("slug", "kind", "name", "valid_from")
CODE_COLUMNS = ("gso", "h_code")
NAME_LIMIT = 200
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4})", re.ASCII)


@dataclass(frozen=True)
class UnitRow:
    """One checked row: a unit's state during a time, and the codes and other names it bears then."""

    row: int
    slug: str
    kind: str
    name: str
    parent: str
    valid_from: date
    valid_to: date | None
    aliases: tuple[tuple[str, str], ...]  # scheme, value


@dataclass
class Tally:
    """How many rows said something new, ended something, mended something, or said what was known."""

    new: int = 0
    ended: int = 0
    corrected: int = 0
    same: int = 0


def read_day(text: str) -> date | None:
    """Read 2025-07-01 or 01/07/2025; None if it is neither."""
    if match := _DAY.fullmatch(text):
        year, month, day = (int(part) for part in (match[1] or match[6], match[2] or match[5], match[3] or match[4]))
        try:
            return date(year, month, day)
        except ValueError:
            return None
    return None


def parse(row: int, cells: Mapping[str, str]) -> tuple[UnitRow | None, list[RowProblem]]:
    """Check the cells of one row by themselves."""
    text = {column: vietnamese.clean(cells.get(column, "")) for column in COLUMNS}
    found = [RowProblem(row, c, "", "must not be empty") for c in REQUIRED if not text[c]]
    found += [RowProblem(row, f, v, remedy) for f, v, remedy in _cell_problems(text)]
    aliases, odd = _aliases(text)
    found += [RowProblem(row, "aliases", value, "write scheme:value, several joined by |") for value in odd]
    start, end = _day(row, "valid_from", text, found), _day(row, "valid_to", text, found)
    if start and end and end <= start:
        remedy = "must lie after valid_from: it is the first day on which the row holds no longer"
        found.append(RowProblem(row, "valid_to", text["valid_to"], remedy))
    if found or start is None:
        return None, found
    return UnitRow(row, text["slug"], text["kind"], text["name"], text["parent"], start, end, aliases), []


def _cell_problems(text: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = []
    if text["slug"] and (not units.SLUG.fullmatch(text["slug"]) or len(text["slug"]) > 80):
        found.append(("slug", text["slug"], "begin with a letter; use lower-case a-z, digits and hyphens, at most 80"))
    if text["kind"] and text["kind"] not in units.KINDS:
        found.append(("kind", text["kind"], f"use one of {', '.join(units.KINDS)}"))
    if len(text["name"]) > NAME_LIMIT:
        found.append(("name", text["name"][:40] + "...", f"at most {NAME_LIMIT} characters"))
    return found


def _aliases(text: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    pairs = [(column, text[column]) for column in CODE_COLUMNS if text[column]]
    odd = []
    for part in filter(None, (p.strip() for p in text["aliases"].split("|"))):
        scheme, _, value = (p.strip() for p in part.partition(":"))
        if units.SCHEME.fullmatch(scheme) and value and len(value) <= NAME_LIMIT:
            pairs.append((scheme, value))
        else:
            odd.append(part)
    return tuple(dict.fromkeys(pairs)), odd


def _day(row: int, column: str, text: Mapping[str, str], found: list[RowProblem]) -> date | None:
    if not text[column]:
        return None
    day = read_day(text[column])
    if day is None:
        found.append(RowProblem(row, column, text[column], "write a day as 2025-07-01 or 01/07/2025"))
    return day


def apply(
    register: Register,
    rows: Sequence[UnitRow],
    new_id: Callable[[], uuid.UUID],
    *,
    correct: bool,
) -> tuple[Tally, list[RowProblem]]:
    """Put rows into the register; with `correct` a row overwrites what a state of the same first day says."""
    tally = Tally()
    problems: list[RowProblem] = []
    written: dict[uuid.UUID, int] = {}  # the row that speaks of a state or alias
    for row in rows:
        if row.slug not in register.ids:
            register.add_unit(row.slug, new_id())
    for row in rows:
        parent_id = _parent(register, row, problems)
        state = _put_state(register, row, parent_id, new_id, tally, problems, correct=correct)
        written[state.id] = row.row
        for alias in _put_aliases(register, row, state, new_id):
            written[alias.id] = row.row
    for item, field, value, remedy in register_problems(register):
        where = "" if item.id in written else f" (unit {register.slugs[item.unit_id]}, already in the register)"
        problems.append(RowProblem(written.get(item.id, 0), field, value, remedy + where))
    return tally, sorted(problems, key=lambda problem: problem.row)


def _parent(register: Register, row: UnitRow, problems: list[RowProblem]) -> uuid.UUID | None:
    if not row.parent:
        if row.kind not in {"country", "province"}:
            problems.append(RowProblem(row.row, "parent", "", f"a {row.kind} stands under another unit; name it"))
        return None
    found = register.find(row.parent, row.valid_from)
    if len(found) == 1:
        return found[0]
    remedy = "no unit of this slug or code on the row's first day; add its row to the file"
    if found:
        remedy = f"several units bear this code ({', '.join(register.slugs[u] for u in found)}); write the slug"
    problems.append(RowProblem(row.row, "parent", row.parent, remedy))
    return None


def _put_state(
    register: Register,
    row: UnitRow,
    parent_id: uuid.UUID | None,
    new_id: Callable[[], uuid.UUID],
    tally: Tally,
    problems: list[RowProblem],
    *,
    correct: bool,
) -> State:
    """Find the state that a row speaks of, or make it; note what differs."""
    unit_id = register.ids[row.slug]
    state = next((s for s in register.states[unit_id] if s.valid_from == row.valid_from), None)
    if state is None:
        state = State(new_id(), unit_id, row.valid_from, row.valid_to, row.kind, row.name, parent_id)
        register.add(state)
        tally.new += 1
        return state
    wanted = {"kind": row.kind, "name": row.name, "parent_id": parent_id}
    differing = [name for name, value in wanted.items() if getattr(state, name) != value]
    if differing and not correct:
        problems.append(_already(register, row, state, differing[0]))
    elif differing:
        for name in differing:
            setattr(state, name, wanted[name])
        register.touch(state)
        tally.corrected += 1
    if row.valid_to and row.valid_to != state.valid_to:
        if state.valid_to and not correct:
            problems.append(_already(register, row, state, "valid_to"))
            return state
        register.end(state, row.valid_to)
        tally.ended += 1
    elif not differing:
        tally.same += 1
    return state


def _already(register: Register, row: UnitRow, state: State, attribute: str) -> RowProblem:
    column = attribute.removesuffix("_id")
    known = register.slugs.get(state.parent_id, "no unit") if state.parent_id else "no unit"
    told = known if column == "parent" else getattr(state, column)
    given = getattr(row, column)
    remedy = f"the register says {told}; record a change with `sipas units events`, or mend a mistake with --correct"
    return RowProblem(row.row, column, str(given or ""), remedy)


def _put_aliases(register: Register, row: UnitRow, state: State, new_id: Callable[[], uuid.UUID]) -> list[Alias]:
    """Make the codes and names of a row; they last as long as the row says, else as long as the unit."""
    put = []
    end = row.valid_to or register.states[state.unit_id][-1].valid_to
    for scheme, value in row.aliases:
        alias = Alias(new_id(), state.unit_id, row.valid_from, end, scheme, value)
        known = [a for a in register.aliases[state.unit_id] if (a.scheme, a.folded) == (scheme, alias.folded)]
        same = next((a for a in known if a.overlaps(alias)), None)
        if same is None:
            register.add(alias)
            put.append(alias)
            continue
        if row.valid_to and same.valid_to is None and row.valid_to > same.valid_from:
            register.end(same, row.valid_to)
        put.append(same)
    return put
