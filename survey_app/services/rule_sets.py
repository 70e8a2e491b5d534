"""Finding and reading rule sets: shipped ones by name, others by path."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from instruments.load import load_all
from instruments.model import Instrument
from survey_app.domain import rule_set_files
from survey_app.domain.rule_sets import Answers, RuleSet, RuleSetError
from survey_app.services.errors import RefusedError

SHIPPED = Path(__file__).resolve().parents[1] / "rule_sets"
MAX_BYTES = 1024**2


def shipped() -> tuple[RuleSet, ...]:
    """Every rule set of the package, by name."""
    return tuple(load(file.stem) for file in sorted(SHIPPED.glob("*.yaml")))


def names() -> list[str]:
    """Rule sets that need no path."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def load(name: str) -> RuleSet:
    """Read a rule set by name or path; raises RefusedError with everything that is wrong with it."""
    return _shipped(name) if name in names() else _read(Path(name))


@cache
def _shipped(name: str) -> RuleSet:
    return _read(SHIPPED / f"{name}.yaml")


def _read(path: Path) -> RuleSet:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise RefusedError(f"There is no rule set {str(path)!r}; use {', '.join(names())}, or the path of a YAML file.")
    try:
        found = rule_set_files.parse(yaml.safe_load(path.read_text(encoding="utf-8-sig")), path.stem)
    except RuleSetError as error:
        raise RefusedError(str(error)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RefusedError(f"Rule set {path.name} is no YAML in UTF-8: {error}") from None
    problems = [p for one in found.indicators if isinstance(one.source, Answers) for p in _unasked(one.id, one.source)]
    if problems:
        raise RefusedError(str(RuleSetError(path.name, problems)))
    return found


def _unasked(indicator: int, source: Answers) -> list[str]:
    """Items and options that no questionnaire named there has."""
    place, problems = f"indicators, {indicator}, source", []
    for name in source.instruments:
        versions = [one for one in load_all().values() if one.id == name]
        if not versions:
            problems.append(f"{place}, instruments: there is no questionnaire {name}.")
        problems += [f"{place}: {said}" for one in versions for case in source.cases for said in _odd(one, case.when)]
    return sorted(set(problems))


def _odd(instrument: Instrument, when: Mapping[str, tuple[str, ...]]) -> list[str]:
    items = {item.id: set(item.options) for item in instrument.items}
    unknown = [f"{instrument.key} has no item {item}." for item in when if item not in items]
    return unknown + [
        f"item {item} of {instrument.key} has no option {option}."
        for item, options in when.items()
        for option in options
        if option not in items.get(item, {option})
    ]
