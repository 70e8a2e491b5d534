"""The figures of coverage that the method prints are those that the simulation gives."""

import re
from pathlib import Path

import numpy as np
import pytest

from bench.coverage import MEAN_SIZES, coverage

METHOD = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (\d+) \| (equal|CV 0\.7) \| ([0-9.]+) \| ([0-9. |]+) \|$", METHOD, re.MULTILINE)
SAMPLES = 4000


def test_every_setting_has_its_line():
    assert len(LINES) == 4 * 2 * 6


@pytest.mark.parametrize("line", LINES[::7], ids=lambda line: " ".join(line[:3]))
def test_printed_coverage_comes_again_within_its_noise(line):
    psus, sizes, share, held = line
    printed = [float(x) for x in held.split(" | ")]
    draw = np.random.default_rng(int(psus))
    cv = 0.0 if sizes == "equal" else 0.7
    found = [coverage(draw, int(psus), mean, cv, float(share), SAMPLES) for mean in MEAN_SIZES]
    ours = [one for kind in zip(*found, strict=True) for one in kind]
    for theirs, again in zip(printed, ours, strict=True):
        noise = np.sqrt(max(theirs * (1 - theirs), 0.01) / SAMPLES)
        assert again == pytest.approx(theirs, abs=4.5 * noise)
