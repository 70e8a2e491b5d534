"""The design file of the command line, parsed into frozen values."""

from collections.abc import Mapping, Sequence
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


class _KeysOnce(yaml.SafeLoader):
    """Refuses a key that stands twice; YAML itself would keep the last and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping; AnalysisError names the line of a key that is given again."""
        known = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in known:
                line = key.start_mark.line + 1
                raise AnalysisError(f"design file, line {line}: {key.value} is given twice; give it once")
            known.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        return super().construct_mapping(node, deep=deep)


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
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=_KeysOnce)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{path.name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise AnalysisError(f"{path.name}: give keys and values, such as weights: pw")
    unknown = [str(key) for key in given if key not in KEYS]
    if unknown:
        raise AnalysisError(f"{path.name}: {unknown[0]} is not a key; the keys are {', '.join(KEYS)}")
    missing = _codes(given.get("missing"))
    asked = parse_asked(given.get("estimate"), _factors(given.get("factors"))) if estimates else ()
    _refuse_missing_satisfied(missing, asked)
    return Specification(
        design=_design(given, path.parent),
        by=_names(given, "by"),
        level=_level(given.get("level", 0.95)),
        missing=missing,
        asked=asked,
    )


def _refuse_missing_satisfied(missing: Sequence[float], asked: Sequence[Asked]) -> None:
    """Raise for a level that counts as satisfied and as no answer at once."""
    for one in asked:
        both = sorted(set(missing) & set(one.options.satisfied))
        if both:
            raise AnalysisError(
                f"{one.name}: {both[0]:g} stands under satisfied and under missing; take it out of one of them"
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
    return () if value is None or value == [] else _each_once(value, key)


def _each_once(value: object, place: str) -> tuple[str, ...]:
    """Return the columns in a list that names none twice."""
    names = names_in(value, place)
    if len(set(names)) < len(names):
        raise AnalysisError(f"{place}: a column is named twice; name each once")
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
    return {str(name): _each_once(columns, f"factors, {name}") for name, columns in value.items()}
