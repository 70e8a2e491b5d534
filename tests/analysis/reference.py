"""Where the tests find outside answers: frozen copies beside them, or the reference folder if one is set."""

import csv
import json
import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def reference_folder():
    """Return the folder with reference data that the environment names, or None."""
    named = os.environ.get("SIPAS_REFERENCE_DATA")
    return Path(named) if named else None


def load_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def load_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exempt():
    """Assertions of the outside answers that we do not claim, by (case, assertion) with the reason."""
    with (GOLDEN / "EXEMPT.tsv").open(encoding="utf-8", newline="") as file:
        return {(row["case"], row["assertion"]): row["reason"] for row in csv.DictReader(file, delimiter="\t")}
