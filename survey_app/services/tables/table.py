"""What every reader gives: headings, then records or the reason why a row could not be read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from survey_app.services.errors import RefusedError

HEADING_ROWS = 50  # the row of headings is looked for in these, below titles and remarks
MAX_COLUMNS = 256

IsHeading = Callable[[Sequence[str]], bool]


class TableError(RefusedError):
    """A file that cannot be read at all; the message says where and what to do."""


class Record(NamedTuple):  # made for every row, so of the kind that is made fastest
    """Cells as text, under the number of its row as a spreadsheet counts it."""

    row: int
    cells: tuple[str, ...]


class Unreadable(NamedTuple):
    """A row whose cells cannot be told apart."""

    row: int
    reason: str


@dataclass(frozen=True)
class Table:
    """An opened file."""

    headings: tuple[str, ...]
    records: Iterator[Record | Unreadable]
    total: int  # size in the unit of `position`, 0 if not known
    position: Callable[[], int]  # how far it has been read
    delimiter: str = ","
    epoch: datetime | None = None  # day 0 of numbers that are days (workbooks only)


def no_heading(name: str) -> TableError:
    """The error of a file without a row of headings that the reader knows."""
    return TableError(
        f"{name}: none of the first {HEADING_ROWS} rows holds the headings that are needed. "
        "Check that the file has a row of headings and that --mapping names them."
    )
