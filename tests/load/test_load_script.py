"""The script whose figures the README quotes: it measures answers that are all stored, each once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load import compared

ROOT = Path(__file__).resolve().parents[2]


def test_every_acknowledged_answer_is_stored_once_on_both_databases():
    script = [sys.executable, ROOT / "bench" / "load.py", "--small"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    checks = {check.pop("database"): check for check in json.loads(done.stdout)["checks"]}
    expected = {"acknowledged": 50, "lost": 0, "surplus": 0, "spent": 50, "refused": 0, "good": True}
    assert checks == {"sqlite": expected, "postgresql": expected}


@pytest.mark.parametrize(
    ("stored", "spent", "refused"),
    [
        ([b"a"], 2, 0),  # one was lost
        ([b"a", b"b", b"b"], 2, 0),  # one stands twice
        ([b"a", b"b", b"c"], 2, 0),  # one was never acknowledged
        ([b"a", b"b"], 3, 0),  # one address was used up for nothing
        ([b"a", b"b"], 2, 1),  # one was refused
    ],
)
def test_the_script_would_see_it(stored, spent, refused):
    assert compared({b"a", b"b"}, [b"a", b"b"], 2, 0)["good"]
    assert not compared({b"a", b"b"}, stored, spent, refused)["good"]


def test_nothing_acknowledged_is_no_success():
    assert not compared(set(), [], 0, 0)["good"]
