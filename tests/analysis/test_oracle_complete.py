"""No number of the outside answers is left out in silence: each is compared, or exempt with a reason."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.reference import GOLDEN, exempt, load_json, reference_folder

HERE = Path(__file__).parent
WITH_ANSWERS = [
    "test_cfa", "test_comparison", "test_drivers", "test_intervals", "test_multiplicity", "test_oracle_api",
    "test_oracle_multistage", "test_oracle_sipas", "test_rank_pairs", "test_rank_sets", "test_ranking",
    "test_reliability", "test_replicates", "test_small_area", "test_weights",
]  # fmt: skip
# What was given to R's call, not what came out of it.
ARGUMENTS = ("/level", "/tolerance", "/quantiles/", "/m", "/rho")


@pytest.fixture(scope="module")
def unread(tmp_path_factory):
    """Run the tests that hold outside answers, noting every number that none of them looks at."""
    told = tmp_path_factory.mktemp("ledger") / "unread.json"
    files = [str(HERE / f"{name}.py") for name in WITH_ANSWERS]
    options = ["-q", "-p", "tests.analysis.ledger", "-p", "no:cacheprovider", "-k", "not refused and not seed"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        env=os.environ | {"SIPAS_ORACLE_LEDGER": str(told)},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    return load_json(told)


def cases():
    """Every case there is: the frozen ones, and all others where the reference folder is set."""
    folder = reference_folder()
    found = {path.stem: path for path in sorted(GOLDEN.glob("*.json"))}
    return found | ({p.stem: p for p in sorted((folder / "oracle").glob("*.json"))} if folder else {})


def excused(case, assertion, place):
    """Whether a number is an argument of the call, or exempt itself, by its list or by its assertion."""
    if any(place.startswith(a) if a.endswith("/") else place == a for a in ARGUMENTS):
        return True
    parts = place.strip("/").split("/")
    paths = {assertion} | {"/".join([assertion, *parts[: k + 1]]) for k in range(len(parts))}
    return any((case, path) in exempt() for path in paths)


def test_every_number_is_compared_or_exempt(unread):
    if reference_folder():
        assert not set(cases()) - set(unread), "nobody opens these cases"
    assert len(unread) > 5
    left = [
        f"{case} {assertion}{place}"
        for case in set(cases()) & set(unread)
        for assertion, places in unread[case].items()
        for place in places
        if not excused(case, assertion, place)
    ]
    assert left == []


def test_every_exemption_has_a_reason_and_names_an_answer_that_is_there():
    for (case, assertion), reason in exempt().items():
        assert reason
        if case not in cases():
            continue  # a classical data set, read from the reference folder only
        known = {a["id"] for a in json.loads(cases()[case].read_text(encoding="utf-8"))["assertions"]}
        assert assertion in known or assertion.split("/")[0] in known or assertion.rsplit(":", 1)[0] in known, assertion


def test_decision_records_that_exemptions_name_are_there():
    for reason in exempt().values():
        if "decision record" in reason:
            number = reason.split("decision record ")[1].split(";")[0].strip()
            assert list((HERE.parents[1] / "docs/adr").glob(f"{int(number):04d}-*.md")), reason
