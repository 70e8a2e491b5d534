"""The data dictionary: every table and column as Markdown, read from the models and the comments beside them."""

import inspect
import re

from sqlalchemy import CheckConstraint, Column, Table
from sqlalchemy.orm import Mapper

import survey_app.models
from survey_app.db import Base

HEAD = """# Data dictionary

Made by `sipas db dictionary > docs/data-dictionary.md`; a test holds it to the models.
No column leads from an answer to a dossier. Keys are random or content, so none tells an order.
"""
_COMMENTED = re.compile(r"^    (\w+): Mapped\[.*?\].*?  # (.+)$", re.MULTILINE)


def markdown() -> str:
    """Write all tables, by name."""
    made = [(mapper.local_table, mapper.class_) for mapper in Base.registry.mappers if _ours(mapper)]
    tables = {table.name: (table, kind) for table, kind in made if isinstance(table, Table)}
    return HEAD + "".join(_table(*tables[name]) for name in sorted(tables))


def _ours(mapper: Mapper[object]) -> bool:
    """Leave out tables that tests have made."""
    return mapper.class_.__module__.startswith(survey_app.models.__name__)


def _table(table: Table, kind: type[object]) -> str:
    said = dict(_COMMENTED.findall(inspect.getsource(kind)))
    lines = [
        f"\n## {table.name}\n\n{' '.join((kind.__doc__ or '').split())}\n",
        "| column | type | empty | points to | meaning |",
        "|---|---|---|---|---|",
        *(_column(column, said.get(column.key, "")) for column in table.columns),
    ]
    checks = sorted(str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint))
    if checks:
        lines += ["", "Always holds: " + "; ".join(f"`{check}`" for check in checks) + "."]
    return "\n".join(lines) + "\n"


def _type(column: Column[object]) -> str:
    length = getattr(column.type, "length", None)
    return type(column.type).__name__.lower() + (f"({length})" if length else "")


def _column(column: Column[object], said: str) -> str:
    key = " (key)" if column.primary_key else ""
    points_to = ", ".join(sorted(foreign.target_fullname for foreign in column.foreign_keys))
    empty = "may be" if column.nullable else ""
    cells = (f"`{column.name}`{key}", _type(column), empty, points_to, said)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
