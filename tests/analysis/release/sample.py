"""A small province with two years of made-up answers, as the inputs of two releases."""

from functools import lru_cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analysis import annual
from analysis.release.bundle import EARLIER, Contents, build, earlier_table, signed
from analysis.release.cell_table import cell_table
from analysis.release.facts import Facts
from analysis.release.figures import result_tables
from analysis.release.history import history_of, past_with
from analysis.release.questions import codebook
from analysis.release.rates import COLUMNS, COUNTS, TITLES
from analysis.release.sheets import sheet_of
from analysis.release.signing import SUMS, digest
from instruments.load import shipped

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
INSTRUMENT = shipped("kiosk-short/1")
UNITS = ("an-khanh", "ea-nam", "hoa-binh")
PROTOCOL = {
    "tree": {"song-may": None, **dict.fromkeys(UNITS, "song-may")},
    "names": {
        "song-may": "Tỉnh Sông Mây",
        "an-khanh": "=Phường An Khánh",
        "ea-nam": "Xã Ea Nam 2",
        "hoa-binh": "Hoà Bình",
    },
    "calibration": ["on_time"],
    "seed": 7,
}
FACTS = Facts(
    id="song-may-2025",
    version=1,
    url="https://sipas.example/releases/song-may-2025/1",
    title_vi="Chỉ số hài lòng, tỉnh Sông Mây 2025",
    title_en="Satisfaction index, Sông Mây province 2025",
    publisher="UBND tỉnh Sông Mây",
    place="Sông Mây",
    round="SM-2025",
    instrument=INSTRUMENT.key,
    period=("2025-01-01", "2025-12-31"),
    field=("2025-01-01", "2026-01-31"),
    announced="2026-03-01T09:00:00+07:00",
    licence="CC-BY-4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    software="sipas 0.1.0",
)

SUCCESSION = [
    ["2026-01-01", "split", "an-khanh", "2020-01-01", "an-khanh", "0.7", "NQ 1"],
    ["2026-01-01", "split", "an-khanh", "2020-01-01", "ea-nam", "0.3", "NQ 1"],
]
BRIDGES = [["sipas-2017/1", INSTRUMENT.key, "1.5", "0.8", "Trần Văn B, Sở Nội vụ", "2025-12-01", "Đo song song 2025"]]


def responses(seed, per_unit=60):
    """Answers of every unit, half of them of dossiers that came late."""
    chance = np.random.Generator(np.random.PCG64(seed))
    n = per_unit * len(UNITS)
    unit = np.repeat(UNITS, per_unit)
    late = np.tile(["late", "on time"], n // 2)
    items = len(INSTRUMENT.scored_items())
    mood = chance.normal(0.4 - 0.5 * (late == "late"), 0.8)[:, None] + chance.normal(0, 0.6, (n, items))
    level = (1 + (mood[:, :, None] > np.array([-1.6, -0.9, -0.1, 0.9])).sum(axis=2)).astype(np.int8)
    return annual.Responses(unit, unit, late, {"on_time": late}, level, np.full(n, "G1"))


def frame(dossiers=150, drawn=75):
    """As many dossiers in every unit and class."""
    unit, late = np.repeat(UNITS, 2), np.tile(["late", "on time"], len(UNITS))
    counts = [np.full(len(unit), n, dtype=np.int64) for n in (dossiers, drawn)]
    return annual.Frame(unit, unit, late, np.full(len(unit), ""), {"on_time": late}, *counts)


def contents(seed=1, facts=FACTS, earlier=EARLIER, past=None):
    """Inputs of a release."""
    made = annual.estimate(responses(seed), frame(), INSTRUMENT, PROTOCOL)
    counts = [(unit, 300, 150, 0, 90, 50, 10, 20, 5, 0, 65) for unit in ("song-may", *UNITS)]
    return Contents(
        facts,
        annual.complete(PROTOCOL, INSTRUMENT),
        codebook(INSTRUMENT),
        cell_table(made.cells),
        sheet_of(COUNTS, TITLES, COLUMNS, counts, ["unit"]),
        earlier,
        {"weights": made.weight_report, "disclosure": made.disclosure_report, "integrity": {"flagged": 0}},
        past=past,
    )


@lru_cache(maxsize=1)
def two_years():
    """Signed files of last year's release and of this year's."""
    first = contents(1)
    before = signed(build(first), KEY)
    overall, factors, _items = result_tables(
        annual.recompute(annual.estimate(responses(1), frame(), INSTRUMENT, PROTOCOL).cells, first.protocol)
    )
    values = {**FACTS.__dict__, "id": "song-may-2026", "earlier": (digest(before[SUMS]),), "previous": FACTS.name}
    values |= {"period": ("2026-01-01", "2026-12-31"), "field": ("2026-01-01", "2027-01-31")}
    past = past_with(history_of([before], {"song-may", *UNITS}), SUCCESSION, BRIDGES)
    second = contents(2, Facts(**values), earlier_table([overall, factors]), past)
    return before, signed(build(second), KEY)
