"""What the annual report is made of: the published contents of a bundle, as plain records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis import annual
from analysis.report.wording import Words

POOLED, POOLED_NAME = ".pooled", ": các đơn vị nhỏ, gộp chung"
Record = Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """Published contents of a bundle: `release.json`, `protocol.json`, `reports/`, and tables by name as records."""

    facts: Mapping[str, Any]
    protocol: Mapping[str, Any]
    reports: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Sequence[Record]]

    @cached_property
    def top(self) -> str:
        """The unit that the report is about."""
        return self.tables["units"][0]["unit"]

    @cached_property
    def parents(self) -> dict[str, str]:
        """Unit above every other one."""
        return {r["unit"]: r["parent"] for r in self.tables["units"]}

    @cached_property
    def below(self) -> tuple[str, ...]:
        """Units directly below the top."""
        return tuple(unit for unit, parent in self.parents.items() if parent == self.top)

    @cached_property
    def overall(self) -> dict[str, Record]:
        """Overall index by unit."""
        return {r["unit"]: r for r in self.tables["overall"] if r["statistic"] == "overall"}

    def name(self, unit: str, words: Words) -> str:
        """Name of a unit; what the platform adds to it for pooled units is translated."""
        name = next(r["name"] for r in self.tables["units"] if r["unit"] == unit)
        pooled = unit.endswith(POOLED) and name.endswith(POOLED_NAME)
        return name.removesuffix(POOLED_NAME) + words("pooled") if pooled else name

    def factors(self, words: Words) -> dict[str, str]:
        """Name of every factor by statistic."""
        book = [r for r in self.tables["codebook"] if r["factor"]]
        return {f"factor:{r['factor']}": r[f"factor_{words.language}"] or r["factor"] for r in book}

    def of_top(self, table: str) -> list[Record]:
        """Rows of a table that are about the top unit."""
        return [r for r in self.tables[table] if r["unit"] == self.top]


def comparable(record: Record | None) -> bool:
    """Whether there is a figure, and it is set beside others as in every table of a release."""
    return record is not None and annual.comparable(record)
