"""What is wrong with a bundle and where: file, row, column, expected, found, what to do."""

from dataclasses import dataclass

from analysis.errors import AnalysisError

SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    file : str
        Path inside the bundle, or the bundle's own name.
    problem, remedy : str
        What is wrong; what the reader can do.
    row, column : str
        Line of the file (the heading is line 1) and name of the column; blank where the whole file is meant.
    expected, found : str
        Blank where there is nothing to compare.
    """

    file: str
    problem: str
    remedy: str = "Ask the publisher for the bundle as it was signed; do not use this one."
    row: str = ""
    column: str = ""
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        """One line for a terminal."""
        place = ", ".join(
            part
            for part in (self.file, self.row and f"row {self.row}", self.column and f"column {self.column}")
            if part
        )
        compared = (
            f" (expected {_short(self.expected)}, found {_short(self.found)})" if self.expected != self.found else ""
        )
        return f"{place}: {self.problem}{compared}. {self.remedy}"


class BundleError(AnalysisError):
    """A bundle that cannot be read at all, with every reason."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


def _short(text: str) -> str:
    """A value as a message repeats it: printable and not too long."""
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return repr(shown) if text else "nothing"
