"""A population of dossiers with known answers, samples of it, and non-response that depends on how a dossier ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.annual import Frame, Responses
from instruments.load import shipped
from instruments.model import Instrument

INSTRUMENT = "sipas-2017/1"
FIELDS = ("civil-status", "land", "business", "justice", "social")
CLASSES = {
    "outcome": ("returned", "refused", "withdrawn"),
    "on_time": ("on_time", "late"),
    "channel": ("desk", "online"),
    "field": FIELDS,
}
SHARES = {
    "outcome": (0.90, 0.07, 0.03),
    "on_time": (0.85, 0.15),
    "channel": (0.55, 0.45),
    "field": (0.35, 0.25, 0.15, 0.15, 0.10),
}
# What a class does to the satisfaction of its people, and to their answering.
PLEASED = {
    "outcome": (0.0, -1.3, -0.7),
    "on_time": (0.0, -0.9),
    "channel": (0.0, 0.15),
    "field": (0.1, -0.3, 0.0, 0.0, 0.1),
}
ANSWERS = {"outcome": (0.0, -0.25, -0.35), "on_time": (0.0, -0.2), "channel": (0.0, 0.05)}
ANSWERED = 0.8
CUTS = (-2.6, -1.9, -1.2, 0.4)  # of the latent satisfaction, between the five levels
NOT_APPLICABLE, BLANK = 9, 0

Int = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Population:
    """Every dossier with the answers that its person would give.

    Attributes
    ----------
    commune : ndarray of int64, (dossiers,)
        Place in `communes`, sorted.
    codes : mapping of str to ndarray of int8
        Class of every dossier.
    level : ndarray of int8, (dossiers, items)
    """

    communes: tuple[str, ...]
    commune: Int
    codes: Mapping[str, NDArray[np.int8]]
    level: NDArray[np.int8]

    @property
    def sizes(self) -> Int:
        """Dossiers of every commune."""
        return np.bincount(self.commune, minlength=len(self.communes))


def instrument() -> Instrument:
    """Return the questionnaire of the rehearsal."""
    return shipped(INSTRUMENT)


def people(
    random: np.random.Generator, communes: Sequence[str], sizes: Sequence[int], level: Sequence[float]
) -> Population:
    """Make the dossiers of some communes and what their people would answer.

    Parameters
    ----------
    random : Generator
    communes, sizes, level : sequences
        Names, dossiers, and how far the latent satisfaction of each lies from the mean.
    """
    commune = np.repeat(np.arange(len(communes)), sizes)
    n = len(commune)
    codes = {
        name: np.searchsorted(np.cumsum(shares)[:-1], random.random(n)).astype(np.int8)
        for name, shares in SHARES.items()
    }
    latent = np.asarray(level)[commune] + random.normal(0, 0.7, n)
    for name, effects in PLEASED.items():
        latent += np.array(effects)[codes[name]]
    items = instrument().scored_items()
    answers = np.empty((n, len(items)), dtype=np.int8)
    for j, item in enumerate(items):
        own = latent + random.normal(0, 0.7, n) + 0.1 * ((j % 5) - 2)
        answers[:, j] = 1 + np.searchsorted(CUTS, own)
        chance = random.random(n)
        answers[chance < 0.01, j] = BLANK
        answers[(chance >= 0.01) & (chance < (0.85 if item.ask_if else 0.02)), j] = NOT_APPLICABLE
    return Population(tuple(communes), commune, codes, answers)


def drawn(random: np.random.Generator, people_: Population, per_commune: Mapping[int, int]) -> Int:
    """Draw dossiers at random within communes; return their places."""
    ends = np.cumsum(people_.sizes)
    found = []
    for place, number in per_commune.items():
        start, size = int(ends[place] - people_.sizes[place]), int(people_.sizes[place])
        found.append(start + random.choice(size, min(number, size), replace=False))
    return np.sort(np.concatenate(found))


def answering(random: np.random.Generator, people_: Population, asked: Int) -> Int:
    """Who answers among those asked: people whose dossier was refused or late answer less often."""
    chance = np.full(len(asked), ANSWERED)
    for name, effects in ANSWERS.items():
        chance += np.array(effects)[people_.codes[name][asked]]
    return asked[random.random(len(asked)) < chance]


def labels(people_: Population, rows: Int) -> dict[str, Any]:
    """Class labels of some dossiers."""
    return {name: np.array(CLASSES[name])[people_.codes[name][rows]] for name in CLASSES}


def frame_of(people_: Population, asked: Int, unit: Mapping[int, str], first: Mapping[int, str]) -> Frame:
    """Count dossiers and drawn ones by commune and classes.

    Parameters
    ----------
    people_, asked
        The population, and the places of those asked.
    unit, first : mapping of int to str
        Unit that gets figures, and first-stage stratum, by commune.
    """
    key = people_.commune.copy()
    for name, listed in CLASSES.items():
        key = key * len(listed) + people_.codes[name]
    keys, start, count = np.unique(key, return_index=True, return_counts=True)
    asked_keys, asked_count = np.unique(key[asked], return_counts=True)
    taken = np.zeros(len(keys), dtype=np.int64)
    taken[np.searchsorted(keys, asked_keys)] = asked_count
    places = people_.commune[start].tolist()
    return Frame(
        unit=np.array([unit[p] for p in places]),
        psu=np.array([people_.communes[p] for p in places]),
        stratum=np.array([""] * len(places)),
        first=np.array([first[p] for p in places]),
        classes=labels(people_, start),
        dossiers=count.astype(np.int64),
        drawn=taken,
    )


def responses_of(people_: Population, rows: Int, unit: Mapping[int, str]) -> Responses:
    """Answers of those who answered."""
    places = people_.commune[rows].tolist()
    return Responses(
        unit=np.array([unit[p] for p in places]),
        psu=np.array([people_.communes[p] for p in places]),
        stratum=np.array([""] * len(places)),
        classes=labels(people_, rows),
        level=people_.level[rows],
        grade=np.array(["G1"] * len(places)),
    )
