"""A small questionnaire and answers for tests of the indices."""

import numpy as np

from analysis import Answers
from instruments.model import Factor, Instrument, Item, ItemKind, Recipe, Scale

ITEMS = ("a1", "a2", "b1", "b2", "g0")


def recipe(**changes):
    given = {
        "of": "share",
        "satisfied": (4, 5),
        "not_applicable": "exclude",
        "factor": "pooled",
        "overall": "factor_mean",
        "factor_weights": {},
        "item_weights": {},
        "empty_factor": "null",
        "minimum_n": 10,
        "decimals": 2,
        "robustness": (),
    }
    return Recipe(**(given | changes))


def instrument(**changes):
    kinds = [ItemKind.SATISFACTION] * 4 + [ItemKind.GENERAL]
    items = tuple(
        Item(id=i, kind=kind, page="p", factor=None if i == "g0" else i[0], scale="five")
        for i, kind in zip(ITEMS, kinds, strict=True)
    )
    return Instrument(
        id="sample",
        version="1",
        legal_basis="none",
        scales={"five": Scale("five", (1, 2, 3, 4, 5), 9)},
        factors=(Factor("a", ("a1", "a2")), Factor("b", ("b1", "b2"))),
        pages=("p",),
        items=items,
        recipe=recipe(**changes),
        default_language="vi",
        words={},
        languages=("vi",),
        content_hash="",
    )


def answers(rows, items=ITEMS):
    """Rows of (domain, stratum, levels ...)."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 2 + len(items))
    return Answers(items, stratum=table[:, 1], domain=table[:, 0], level=table[:, 2:].astype(np.int8))


def random_answers(seed, n=200, domains=3, strata=4, items=ITEMS):
    draw = np.random.default_rng(seed)
    levels = draw.choice([1, 2, 3, 4, 5, 9, 0], p=[0.03, 0.05, 0.1, 0.4, 0.35, 0.05, 0.02], size=(n, len(items)))
    return Answers(
        items,
        stratum=draw.integers(0, strata, n),
        domain=draw.integers(0, domains, n),
        level=levels.astype(np.int8),
    )
