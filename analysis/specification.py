"""The design file of the command line, parsed into frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.asked import Asked, names_in, numbers_in, parse_asked
from analysis.design import DesignColumns
from analysis.errors import AnalysisError
from analysis.reading import read_table
from analysis.variance import Lonely

KEYS = (
    "weights",
    "strata",
    "psu",
    "fpc",
    "nest",
    "lonely_psu",
    "ultimate_cluster",
    "frame",
    "by",
    "level",
    "missing",
    "factors",
    "estimate",
    "weights_in_millionths",
)


@dataclass(frozen=True)
class Specification:
    """A design file.

    Attributes
    ----------
    design : DesignColumns
        Columns that describe the sample.
    by : tuple of str
        Domain columns; empty for the whole file.
    level : float
        Confidence level.
    missing : tuple of float
        Codes that are not answers, beside blanks.
    asked : tuple of Asked
        Statistics, each once.
    """

    design: DesignColumns
    by: tuple[str, ...]
    level: float
    missing: tuple[float, ...]
    asked: tuple[Asked, ...]


def read_specification(path: Path, *, estimates: bool = True) -> Specification:
    """Read a design file.

    Parameters
    ----------
    path : Path
        YAML.
    estimates : bool
        Whether the file must say what to estimate.

    Raises
    ------
    AnalysisError
        For a file that cannot be read and for every key or value outside the contract.
    """
    if not path.is_file():
        raise AnalysisError(f"{path} is not a file; check the name of the design file")
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{path.name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise AnalysisError(f"{path.name}: give keys and values, such as weights: pw")
    unknown = [str(key) for key in given if key not in KEYS]
    if unknown:
        raise AnalysisError(f"{path.name}: {unknown[0]} is not a key; the keys are {', '.join(KEYS)}")
    return Specification(
        design=_design(given, path.parent),
        by=_names(given, "by"),
        level=_level(given.get("level", 0.95)),
        missing=_codes(given.get("missing")),
        asked=parse_asked(given.get("estimate"), _factors(given.get("factors"))) if estimates else (),
    )


def _design(given: Mapping[str, Any], folder: Path) -> DesignColumns:
    """Read the keys that describe the sample."""
    lonely = given.get("lonely_psu", "fail")
    if lonely not in list(Lonely):
        raise AnalysisError(f"lonely_psu: {lonely} is not a rule; use {', '.join(Lonely)}")
    frame = _name(given, "frame")
    return DesignColumns(
        weights=_name(given, "weights"),
        strata=_name(given, "strata"),
        psu=_names(given, "psu"),
        fpc=_names(given, "fpc"),
        nest=_flag(given, "nest"),
        lonely=Lonely(lonely),
        ultimate_cluster=_flag(given, "ultimate_cluster"),
        weights_in_millionths=_flag(given, "weights_in_millionths"),
        frame=read_table(folder / frame) if frame else None,
    )


def _name(given: Mapping[str, Any], key: str) -> str | None:
    """Return the single column under a key, or None."""
    names = _names(given, key)
    if len(names) > 1:
        raise AnalysisError(f"{key}: give one column")
    return names[0] if names else None


def _names(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the columns under a key."""
    value = given.get(key)
    if value is None or value == []:
        return ()
    names = names_in(value, key)
    if len(set(names)) < len(names):
        raise AnalysisError(f"{key}: a column is named twice; name each once")
    return names


def _flag(given: Mapping[str, Any], key: str) -> bool:
    """Return a true or false."""
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise AnalysisError(f"{key}: give true or false")
    return value


def _level(value: object) -> float:
    """Return the confidence level."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise AnalysisError(f"level: {value} is not between 0 and 1, such as 0.95")
    return float(value)


def _codes(value: object) -> tuple[float, ...]:
    """Return the codes that are not answers."""
    if value is None or value == []:
        return ()
    return numbers_in(value, "missing, codes that are not answers such as [9]")


def _factors(value: object) -> dict[str, tuple[str, ...]]:
    """Return the columns of every factor."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AnalysisError("factors: give the columns of each factor, such as {access: [q01, q02]}")
    return {str(name): names_in(columns, f"factors, {name}") for name, columns in value.items()}
