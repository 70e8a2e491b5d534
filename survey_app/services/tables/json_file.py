"""JSON files: a list of objects, an object that holds one list, or one object per line."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from survey_app.services.tables.table import MAX_COLUMNS, IsHeading, Record, Table, TableError, Unreadable, no_heading

MAX_BYTES = 64 * 1024**2  # a JSON text is held in memory; .jsonl files are not


class _RefusedJsonError(ValueError):
    """JSON that does not say one thing only."""


@contextmanager
def open_json(
    path: Path,
    is_heading: IsHeading,
    _encoding: str | None,
    _sheet: str | None,
) -> Iterator[Table]:
    """Open a file that holds one list of objects."""
    if path.stat().st_size > MAX_BYTES:
        raise TableError(
            f"{path.name}: JSON above {MAX_BYTES // 1024**2} MB is not read; write one object a line, .jsonl."
        )
    rows = objects(loads(path.read_bytes(), path.name), path.name)
    headings = _headings(rows, path.name, is_heading)
    done = [0]

    def records() -> Iterator[Record | Unreadable]:
        for number, value in enumerate(rows, 1):
            done[0] = number
            yield record(number, value, headings)

    yield Table(headings, records(), len(rows), lambda: done[0])


@contextmanager
def open_json_lines(
    path: Path,
    is_heading: IsHeading,
    _encoding: str | None,
    _sheet: str | None,
) -> Iterator[Table]:
    """Open a file with one object a line; it is read twice, first for the names."""
    with path.open("rb") as file:
        headings = _headings((_line(path, n, line) for n, line in enumerate(file, 1)), path.name, is_heading)
    with path.open("rb") as file:

        def records() -> Iterator[Record | Unreadable]:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield record(number, _line(path, number, line), headings)

        yield Table(headings, records(), path.stat().st_size, lambda: 0 if file.closed else file.tell())


def loads(data: bytes | str, name: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """Read JSON; names that stand twice in an object, NaN and endless nesting are refused."""
    try:
        return json.loads(data, object_pairs_hook=_no_doubles, parse_constant=_no_constants)
    except _RefusedJsonError as error:
        raise TableError(f"{name}: {error}") from None
    except json.JSONDecodeError as error:
        raise TableError(f"{name}: is no JSON at line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise TableError(f"{name}: is no JSON in UTF-8, or is nested too deep.") from None


def objects(value: Any, name: str) -> list[Any]:  # noqa: ANN401 - whatever the JSON holds
    """The list of rows in a JSON value."""
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        value = lists[0] if len(lists) == 1 else value
    if not isinstance(value, list):
        raise TableError(f"{name}: must hold one list of objects, each a dossier.")
    return value


def record(number: int, value: Any, headings: tuple[str, ...]) -> Record | Unreadable:  # noqa: ANN401 - the same
    """One object as a row."""
    if not isinstance(value, dict):
        return Unreadable(number, "is no object")
    nested = [key for key, inner in value.items() if isinstance(inner, list | dict)]
    if nested:
        return Unreadable(number, "holds a list or an object where one value is wanted")
    return Record(number, tuple(_text(value.get(heading)) for heading in headings))


def _line(path: Path, number: int, line: bytes) -> Any:  # noqa: ANN401 - the same
    return loads(line, f"{path.name}, line {number}") if line.strip() else {}


def _headings(rows: Iterable[Any], name: str, is_heading: IsHeading) -> tuple[str, ...]:
    """Every name that any object has, in order of first use."""
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(row) if isinstance(row, dict) else {})
        if len(found) > MAX_COLUMNS:
            raise TableError(f"{name}: its objects have more than {MAX_COLUMNS} different names.")
    if found and not is_heading(list(found)):
        raise no_heading(name)
    return tuple(found)


def _text(value: Any) -> str:  # noqa: ANN401 - the same
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _RefusedJsonError("a name stands twice in one object, so it says two things at once.")
    return made


def _no_constants(name: str) -> Any:  # noqa: ANN401 - never returns
    raise _RefusedJsonError(f"{name} is no JSON value.")
