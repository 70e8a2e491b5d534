"""Questionnaires as data: read, checked, locked and given out as frozen values."""

from instruments.check import check
from instruments.load import UnknownInstrumentError, load, load_all, newest, shipped
from instruments.problems import InstrumentError, Problem

__all__ = [
    "InstrumentError",
    "Problem",
    "UnknownInstrumentError",
    "check",
    "load",
    "load_all",
    "newest",
    "shipped",
]
