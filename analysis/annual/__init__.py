"""The annual index: published cells that are safe and suffice, and every printed figure recomputed from them.

    made = annual.estimate(responses, frame, instrument, protocol)   # cells, results, weight and disclosure reports
    text = annual.write_cells(made.cells)                            # data/cells.csv, the same bytes everywhere
    whole = annual.complete(protocol, instrument)                    # protocol.json: all that was decided beforehand
    annual.recompute(annual.read_cells(text), whole) == made.results  # the same texts, to the last digit
    annual.audit(annual.read_cells(text), whole)                     # () if no answer is given away

`estimate` itself goes through `recompute`: there is one estimator. Settings of a protocol: `annual.read_protocol`.
"""

from analysis.annual.build import complete, estimate
from analysis.annual.figures import REWEIGHTED, comparable, recompute
from analysis.annual.model import Annual, Cells, Frame, Responses, Result, Row
from analysis.annual.programs import Leak, audit
from analysis.annual.protocol import Protocol, read_protocol
from analysis.annual.table import (
    CELL_COLUMNS,
    RESULT_COLUMNS,
    read_cells,
    read_results,
    write_cells,
    write_results,
)

__all__ = [
    "CELL_COLUMNS",
    "RESULT_COLUMNS",
    "REWEIGHTED",
    "Annual",
    "Cells",
    "Frame",
    "Leak",
    "Protocol",
    "Responses",
    "Result",
    "Row",
    "audit",
    "comparable",
    "complete",
    "estimate",
    "read_cells",
    "read_protocol",
    "read_results",
    "recompute",
    "write_cells",
    "write_results",
]
