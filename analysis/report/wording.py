"""The words of the reports in one language, and how that language writes numbers and days."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from analysis.chart_rows import DASH, NumberFormat
from analysis.errors import AnalysisError
from analysis.figures import round_half_up

LANGUAGES = ("vi", "en")
_NUMBERS = {"vi": NumberFormat(",", ".", " %", kept=True), "en": NumberFormat(kept=True)}
_TOO_FEW = re.compile(r"fewer than (\d+) answers")
_NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Words:
    """Texts by key, and the numbers of a language; printed figures come as the texts that the bundle holds."""

    language: str
    texts: Mapping[str, str]
    number: NumberFormat

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key with its values filled in."""
        return self.texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self.texts

    def figure(self, printed: str) -> str:
        """A printed number with one decimal, without unit."""
        return f"{value(printed):.1f}".replace(".", self.number.decimal) if printed else DASH

    def share(self, printed: str) -> str:
        """A printed figure with one decimal and its unit, which never stand on two lines."""
        unit = self.number.percent.replace(" ", _NO_BREAK)
        return self.figure(printed) + unit if printed else DASH

    def points(self, printed: str) -> str:
        """A printed difference with its sign and one decimal."""
        sign = {-1: "\u2212", 0: "", 1: "+"}[(value(printed) > 0) - (value(printed) < 0)]
        return sign + self.figure(printed.lstrip("-"))

    def count(self, printed: str) -> str:
        """A whole number with its thousands."""
        return self.number.plain(int(printed), 0) if printed else DASH

    def interval(self, low: str, high: str) -> str:
        """An interval of printed figures; a dash where there is none."""
        return f"{self.figure(low)}{DASH}{self.figure(high)}" if low and high else DASH

    def day(self, iso: str) -> str:
        """A day, dd/mm/yyyy in both languages."""
        return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"

    def label(self, said: str) -> str:
        """What a bundle says beside a figure, in this language; AnalysisError if it says something unknown."""
        if not said:
            return ""
        if few := _TOO_FEW.fullmatch(said):
            return self("label_too_few", n=few[1])
        if f"label_{said}" not in self.texts:
            raise AnalysisError(f"the reports have no words for the label {said!r}; add label_{said} to both languages")
        return self(f"label_{said}")


def value(printed: str) -> Decimal:
    """A printed figure rounded half up to one decimal, for words, tables and pictures alike."""
    return round_half_up(Decimal(printed), 1)


def drawn(printed: str) -> float | None:
    """A printed figure as pictures draw and write it, so that picture, table and sentence say the same."""
    return float(value(printed)) if printed else None


@cache
def words_of(language: str) -> Words:
    """Words of vi or en."""
    texts = yaml.safe_load((Path(__file__).parent / f"{language}.yaml").read_text(encoding="utf-8"))
    return Words(language, texts, _NUMBERS[language])
