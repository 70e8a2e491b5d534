"""A pytest plugin that notes which of the outside numbers the tests have read, and writes down the rest.

`pytest -p tests.analysis.ledger` with SIPAS_ORACLE_LEDGER naming the file; test_oracle_complete.py runs it.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.analysis import reference

UNREAD: dict[str, dict[str, set[str]]] = {}  # by case and assertion, the places in its result
_load = reference.load_json


class _Values(Sequence):
    """A list of numbers that notes which of them are looked at."""

    def __init__(self, values, path, unread):
        self.unread, self.path = unread, path
        self.values = [_watched(value, f"{path}/{k}", unread) for k, value in enumerate(values)]

    def __len__(self):
        return len(self.values)

    def __getitem__(self, place):
        for k in range(len(self.values))[place] if isinstance(place, slice) else [range(len(self.values))[place]]:
            self.unread.discard(f"{self.path}/{k}")
        return self.values[place]

    def __array__(self, dtype=None, copy=None):
        return np.array(list(self), dtype=dtype)

    def __eq__(self, other):
        return list(self) == list(other)

    __hash__ = None


class _Fields(dict):
    """A mapping that notes which of its numbers are looked at."""

    def __init__(self, fields, path, unread):
        self.unread, self.path = unread, path
        super().__init__({key: _watched(value, f"{path}/{key}", unread) for key, value in fields.items()})

    def __getitem__(self, key):
        self.unread.discard(f"{self.path}/{key}")
        return super().__getitem__(key)

    def get(self, key, default=None):
        return super().get(key, default) if key not in self else self[key]

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return [(key, self[key]) for key in self]


def _watched(value, path, unread):
    if isinstance(value, dict):
        return _Fields(value, path, unread)
    if isinstance(value, list) and value and not all(isinstance(x, str) for x in value):
        return _Values(value, path, unread)
    if isinstance(value, int | float) and not isinstance(value, bool):
        unread.add(path)
    return value


def _load_watched(path):
    content = _load(path)
    if isinstance(content, dict) and "assertions" in content and "sample" not in path.parts:
        seen_before = path.stem in UNREAD
        for assertion in content["assertions"]:
            places = set()
            assertion["result"] = _watched(assertion["result"], "", places)
            # A file may be loaded by several tests: what one of them reads is read.
            shared = UNREAD.setdefault(path.stem, {}).setdefault(assertion["id"], places)
            if seen_before:
                _share(assertion["result"], shared)
    return content


def _share(value, unread):
    """Let a copy note its reads where the first copy does."""
    if isinstance(value, _Fields | _Values):
        value.unread = unread
        for part in dict.values(value) if isinstance(value, _Fields) else value.values:
            _share(part, unread)


reference.load_json = _load_watched


def pytest_sessionfinish():
    unread = {case: {name: sorted(places) for name, places in found.items()} for case, found in UNREAD.items()}
    Path(os.environ["SIPAS_ORACLE_LEDGER"]).write_text(json.dumps(unread), encoding="utf-8")
