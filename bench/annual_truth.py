"""True indices of a simulated population, and how far estimates and raw means lie from them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import annual
from analysis.annual.measures import all_columns, listed, measure
from analysis.annual.protocol import read_protocol
from analysis.linearization import linearise
from bench.annual_population import Population
from instruments.model import Instrument

NORMAL = 1.96
KINDS = ("share", "factor", "overall")


def truth_of(
    people: Population, home: Mapping[int, str], protocol: Mapping[str, Any], instrument: Instrument
) -> dict[tuple[str, str], float]:
    """Index of every domain if everybody had been asked and had answered, 0..100."""
    settings = read_protocol(protocol)
    units = sorted(set(home.values()))
    place = np.array([units.index(home[k]) for k in range(len(people.communes))])[people.commune]
    names = all_columns(instrument)
    y, x = np.zeros((len(units), len(names))), np.zeros((len(units), len(names)))
    for start in range(0, len(place), 200_000):
        part = slice(start, start + 200_000)
        measures = measure(people.level[part], instrument)
        for k in range(len(names)):
            y[:, k] += np.bincount(place[part], weights=measures.worth[:, k], minlength=len(units))
            x[:, k] += np.bincount(place[part], weights=measures.valid[:, k], minlength=len(units))
    found = {}
    for domain in settings.order:
        rows = [units.index(leaf) for leaf in settings.leaves[domain]]
        for one in listed(instrument):
            linear = linearise(one.statistic, y[rows].sum(axis=0)[None], x[rows].sum(axis=0)[None])
            found[domain, one.statistic.name] = 100 * float(linear.estimate[0])
    return found


class Score:
    """Differences from the truth, by kind of figure, over one sample or several."""

    def __init__(self, truth: Mapping[tuple[str, str], float]) -> None:
        """Start with nothing."""
        self.truth = truth
        self.samples = 0
        self.own: dict[str, list[tuple[float, bool, int]]] = defaultdict(list)
        self.raw: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        self.hidden: dict[str, int] = defaultdict(int)

    def add(self, index: annual.Annual, responses: annual.Responses) -> None:
        """Compare one index, and the raw means of the same answers."""
        self.samples += 1
        for result in index.results:
            kind = self._kind(result.statistic, result.domain)
            if result.bound or not result.se:
                self.hidden[kind] += 1
                continue
            truth = self.truth[result.domain, result.statistic]
            inside = float(result.low) <= truth <= float(result.high)
            self.own[kind].append((float(result.estimate) - truth, inside, self.samples))
            raw = self._raw(result.statistic, result.domain, responses, index)
            if raw is not None:
                self.raw[kind].append((raw[0] - truth, abs(raw[0] - truth) <= raw[1]))

    def table(self) -> str:
        """Bias with its Monte Carlo error, root mean squared error and coverage as a table."""
        heading = ("figure", "compared", "hidden", "bias", "its error", "rmse", "intervals that hold")
        lines = [f"| {' | '.join((*heading, 'raw bias', 'raw intervals that hold'))} |", "|---" * 9 + "|"]
        for kind in sorted(self.own):
            own, raw = np.array(self.own[kind]), np.array(self.raw[kind])
            raw_text = f"{raw[:, 0].mean():+.2f} | {raw[:, 1].mean():.3f}" if len(raw) else " | "
            lines.append(
                f"| {kind} | {len(own):,} | {self.hidden[kind]:,} | {own[:, 0].mean():+.2f} | "
                f"{self._error(own)} | "
                f"{np.sqrt((own[:, 0] ** 2).mean()):.2f} | {own[:, 1].mean():.3f} | {raw_text} |"
            )
        return "\n".join(lines)

    def _error(self, own: NDArray[np.float64]) -> str:
        """Monte Carlo error of a bias: figures of one sample hang together, so that samples are what counts."""
        means = [own[own[:, 2] == k, 0].mean() for k in np.unique(own[:, 2])]
        return f"{np.std(means, ddof=1) / np.sqrt(len(means)):.2f}" if len(means) > 1 else ""

    def _kind(self, statistic: str, domain: str) -> str:
        """Kind of figure and whether it is of the whole."""
        top = "whole" if domain in ("nation", "province") else "parts"
        return f"{statistic.split(':', maxsplit=1)[0].split('@', maxsplit=1)[0]}, {top}"

    def _raw(
        self, statistic: str, domain: str, responses: annual.Responses, index: annual.Annual
    ) -> tuple[float, float] | None:
        """Unweighted share of a single item with the half-width of a simple random sample; None for other figures."""
        if not statistic.startswith("share:"):
            return None
        items = [r.statistic for r in index.results if r.domain == domain and r.statistic.startswith("share:")]
        column = items.index(statistic)
        here = np.ones(len(responses), dtype=bool) if domain in ("nation", "province") else responses.unit == domain
        level = responses.level[here, column]
        valid = (level >= 1) & (level <= 5)
        share, n = float((level[valid] >= 4).mean()), int(valid.sum())
        return 100 * share, 100 * NORMAL * float(np.sqrt(share * (1 - share) / n))
