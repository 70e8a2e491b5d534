"""Whether a bundle follows an earlier one: its history of releases, and the figures that it repeats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release.bundle import Contents, contents_of, figures_for_later
from analysis.release.container import opened
from analysis.release.differences import differences
from analysis.release.findings import Finding
from analysis.release.history import history_of
from analysis.release.signing import SUMS, check_signature, check_sums, digest


@dataclass(frozen=True)
class Previous:
    """An earlier bundle and the public key that it was signed with."""

    path: Path
    key: Ed25519PublicKey


def history(contents: Contents, previous: Previous) -> tuple[list[Finding], str, str]:
    """Hold a bundle against an earlier one.

    Parameters
    ----------
    contents : Contents
        Of the later bundle.
    previous : Previous
        What is printed in it is taken as published if its signature and checksums are good; whether it follows from
        its own cells is a check of its own.

    Returns
    -------
    (list of Finding, str, str)
        What is wrong, what was compared, and the name of the earlier release.

    Raises
    ------
    BundleError
        If the earlier bundle cannot be read.
    """
    name, before = previous.path.name, opened(previous.path)
    signed = [*check_signature(before, previous.key), *check_sums(before)]
    found = [Finding(f"{name}: {one.file}", one.problem, one.remedy, one.row) for one in signed]
    earlier, figures = contents_of(before), figures_for_later(before)
    found += _listed(contents, earlier, digest(before.get(SUMS, b"")))
    found += _carried(contents, before, earlier.facts.name)
    if contents.facts.previous != earlier.facts.name:
        other = contents.facts.previous or "none"
        return (
            found,
            f"{name} is listed among the earlier releases; figures not compared (repeated are those of {other})",
            earlier.facts.name,
        )
    found += differences(contents.earlier.path, figures.content(), contents.earlier.content())
    told = f"consistent with {name}: listed at its place, its figures repeated as it prints them"
    return found, told, earlier.facts.name


def _carried(contents: Contents, before: Mapping[str, bytes], name: str) -> list[Finding]:
    """Where the indices that the later bundle carries of the earlier one are not those that it prints."""
    past = contents.past
    if past is None:
        return []
    carried = replace(past.history, rows=tuple(row for row in past.history.rows if row[0] == name))
    expected = history_of([before], past.told(contents.protocol["tree"]))
    return differences(carried.path, expected.content(), carried.content())


def _listed(contents: Contents, earlier: Contents, place: str) -> Iterator[Finding]:
    """Whether the later list begins with the earlier one, and goes on with the earlier bundle itself."""
    known, name = contents.facts.earlier, earlier.facts.name
    if place not in known:
        yield Finding("release.json", f"does not list {name} among the earlier releases", found=place)
    elif known[: len(earlier.facts.earlier) + 1] != (*earlier.facts.earlier, place):
        yield Finding("release.json", f"tells another history of releases than {name}")
