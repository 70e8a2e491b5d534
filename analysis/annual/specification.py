"""The statistics of a recipe as plain data, so that the protocol alone says how printed figures are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.annual.measures import column_names, listed
from analysis.errors import AnalysisError
from analysis.linearization import Part, Statistic, Term
from instruments.model import Instrument


@dataclass(frozen=True)
class Printed:
    """One statistic to print: its columns by name, how they are put together, the ends of its scale."""

    name: str
    columns: tuple[str, ...]
    statistic: Statistic
    ends: tuple[float, float]
    plain_share: bool

    @property
    def single(self) -> bool:
        """Whether it is one column: an item, or the respondents' own indices."""
        return len(self.columns) == 1


def statistics_of(instrument: Instrument) -> list[dict[str, Any]]:
    """Write the statistics of an instrument's recipe as JSON-able data, for `protocol.json`.

    Parameters
    ----------
    instrument : Instrument
        Its recipe decides.
    """
    found = []
    for one in listed(instrument):
        columns = column_names(instrument, one)
        by_place = dict(zip(one.items if one.of != "respondent" else (0,), columns, strict=True))
        parts = [
            {
                "weight": part.weight,
                "terms": [{"weight": t.weight, "columns": [by_place[c] for c in t.columns]} for t in part.terms],
            }
            for part in one.statistic.parts
            if part.weight > 0
        ]
        found.append(
            {
                "name": one.statistic.name,
                "parts": parts,
                "reweight": one.statistic.reweight,
                "ends": list(one.ends),
                "plain_share": one.plain_share,
            }
        )
    return found


def read_statistics(protocol: Mapping[str, Any]) -> tuple[Printed, ...]:
    """Read the statistics of a protocol; AnalysisError if there are none."""
    if not protocol.get("statistics"):
        raise AnalysisError("protocol: statistics is missing; use annual.complete(protocol, instrument)")
    return tuple(_printed(given) for given in protocol["statistics"])


def factors_of(printed: Sequence[Printed]) -> dict[str, tuple[str, ...]]:
    """Return the columns of every factor."""
    return {one.name: one.columns for one in printed if one.name.startswith("factor:")}


def _printed(given: Mapping[str, Any]) -> Printed:
    """Read one statistic."""
    names = dict.fromkeys(column for part in given["parts"] for term in part["terms"] for column in term["columns"])
    place = {name: k for k, name in enumerate(names)}
    parts = tuple(
        Part(p["weight"], tuple(Term(t["weight"], tuple(place[c] for c in t["columns"])) for t in p["terms"]))
        for p in given["parts"]
    )
    low, high = given["ends"]
    statistic = Statistic(given["name"], parts, reweight=bool(given["reweight"]))
    return Printed(given["name"], tuple(names), statistic, (float(low), float(high)), bool(given["plain_share"]))
