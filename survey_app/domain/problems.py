"""What is wrong with a row of a file, in the words of whoever has to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RowProblem:
    """Row as a spreadsheet counts it, the field, what stands in it, and what to do."""

    row: int
    field: str
    value: str
    remedy: str

    def __str__(self) -> str:
        shown = f" {self.value!r}" if self.value else ""
        return f"Row {self.row}, {self.field}{shown}: {self.remedy}"
