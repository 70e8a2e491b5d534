"""Live figures, counters and annual cells together give no small set of answers away; a threshold alone does."""

from bench.annual_streams import attacked

STREAMS = (0, 3)


def test_batches_rounded_figures_and_annual_cells_leak_nothing():
    for seed in STREAMS:
        small, _, more = attacked(seed, rounded=True)
        assert (small, more) == (0, 0)


def test_a_threshold_alone_leaks():
    assert attacked(STREAMS[0], rounded=False)[0] > 0
