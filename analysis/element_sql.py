"""The SQL text of the second GROUP BY: squared deviations of linearised values, with known coefficients.

The dialect of the scan, plus two tables of numbers that are joined: a (by domain) and b (by cell).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CODES
from analysis.engines import VIEW, Columns
from analysis.linearization import Linear
from analysis.recipe import RESPONDENT, Wanted, worth_of
from analysis.scan import ANSWERED, Shape
from instruments.model import Instrument

Float = NDArray[np.float64]
Worth = Mapping[str, tuple[Float, Float]]


@dataclass(frozen=True)
class Squares:
    """The text of the query and the two tables that it joins."""

    text: str
    tables: Mapping[str, Columns]


def squares_sql(
    shape: Shape,
    instrument: Instrument,
    listed: Sequence[Wanted],
    linear: Sequence[Linear],
    domains: Columns,
    cells: Columns,
    centre: Float,
) -> Squares:
    """Build the query: per stratum and domain n, w, and s1.. the squared deviations of each statistic.

    Parameters
    ----------
    shape : Shape
        Of the view; without sampled units.
    instrument : Instrument
        What answers are worth.
    listed, linear : sequence
        Statistics and their derivatives by domain.
    domains : Columns
        Codes of the domain columns, one row per domain.
    cells : Columns
        Stratum and codes of the domain columns, one row per cell.
    centre : ndarray, (statistics, cells)
        Mean linearised value of each cell's respondents: deviations from it lose no digits (formula V6).
    """
    known = _Coefficients()
    worth = {kind: worth_of(instrument, kind) for kind in ("share", "points")}
    values = [_value(one, derivative, worth, known) for one, derivative in zip(listed, linear, strict=True)]
    size = len(linear[0].estimate)
    places = range(1, len(listed) + 1)
    keys = ("h", *shape.domain_keys)
    a = {**{key: domains[key] for key in shape.domain_keys}, **known.columns(size)}
    b = {**{key: cells[key] for key in keys}, **{f"b{k}": centre[k - 1] for k in places}}
    inner = [f"r.{key} AS {key}" for key in keys] + ["r.w AS w"]
    inner += [f"r.w * ({text}) - b.b{k} AS z{k}" for k, text in zip(places, values, strict=True)]
    outer = [*keys, "COUNT(*) AS n", "SUM(w) AS w", *(f"SUM(z{k} * z{k}) AS s{k}" for k in places)]
    same_domain = " AND ".join(f"r.{key} = a.{key}" for key in shape.domain_keys) or "1 = 1"
    same_cell = " AND ".join(f"r.{key} = b.{key}" for key in keys)
    rows = f"SELECT {', '.join(inner)}\nFROM {VIEW} r JOIN a ON {same_domain} JOIN b ON {same_cell}"
    text = f"SELECT {', '.join(outer)}\nFROM ({rows}) z\nGROUP BY {', '.join(keys)}"
    return Squares(text, {"a": a, "b": b})


class _Coefficients:
    """Columns of numbers by domain, each written once."""

    def __init__(self) -> None:
        self.names: dict[bytes, tuple[str, Float]] = {}

    def name(self, values: Float) -> str:
        """Return the column that holds these values."""
        clean = values + 0.0  # -0 is 0
        return "a." + self.names.setdefault(clean.tobytes(), (f"c{len(self.names) + 1}", clean))[0]

    def columns(self, size: int) -> dict[str, Float]:
        """Every column by name; one of zeros where there is none, so that the table is one."""
        return dict(self.names.values()) or {"c1": np.zeros(size)}


def _value(wanted: Wanted, linear: Linear, worth: Worth, known: _Coefficients) -> str:
    """Linearised value of a respondent without his weight, by E3: gains times worth, losses times what is missed."""
    used = np.flatnonzero(linear.alpha.any(axis=0) | linear.beta.any(axis=0))
    texts = []
    for column in used.tolist():
        gain = known.name(linear.alpha[:, column] - linear.beta[:, column])
        loss = known.name(-linear.beta[:, column])
        if wanted.of == RESPONDENT:
            texts.append(f"CASE WHEN r.r IS NULL THEN 0e0 ELSE {gain} * r.r + {loss} * (1e0 - r.r) END")
        else:
            y, x = (table[column] for table in worth[wanted.of])
            texts.append(f"CASE {' '.join(_branches(column + 1, y, x, gain, loss))} ELSE 0e0 END")
    return " + ".join(texts) or "0e0"


def _branches(item: int, y: Float, x: Float, gain: str, loss: str) -> Iterator[str]:
    """One branch per kind of answer that counts."""
    for worth, valid in sorted({(float(y[CODES.index(c)]), float(x[CODES.index(c)])) for c in ANSWERED}):
        codes = [c for c in ANSWERED if (y[CODES.index(c)], x[CODES.index(c)]) == (worth, valid)]
        parts = [f"{_number(part)} * {name}" for part, name in ((worth, gain), (valid - worth, loss)) if part]
        if parts:
            yield f"WHEN {' OR '.join(f'r.q{item} = {code}' for code in codes)} THEN {' + '.join(parts)}"


def _number(value: float) -> str:
    """Write a double with all its digits; the exponent makes it a double in every engine."""
    return f"{value:.17e}"
