"""The figures of coverage that the method prints are those that the simulation gives."""

import re
from pathlib import Path

import numpy as np
import pytest

from bench.coverage import MEAN_SIZES, coverage, other_intervals

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


def test_other_intervals_at_nine_tenths_come_again_within_their_noise():
    lines = re.findall(r"^\| (\d+) \| (0\.\d+) \| (0\.\d+) \| (0\.\d+) \|$", METHOD, re.MULTILINE)
    assert [int(line[0]) for line in lines] == [*MEAN_SIZES, 120]
    for mean, *printed in lines:
        again = other_intervals(np.random.default_rng(int(mean)), 20, int(mean), 0.9, SAMPLES)
        assert again == pytest.approx([float(x) for x in printed], abs=4.5 * np.sqrt(0.05 * 0.95 / SAMPLES))
