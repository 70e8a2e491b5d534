"""Check a bundle without network or database: signature, checksums, form, every figure again, disclosure, last year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis import annual
from analysis.errors import AnalysisError
from analysis.release.bundle import Contents, build, contents_of, earlier_table, results_of
from analysis.release.cell_table import cells_of
from analysis.release.container import opened
from analysis.release.differences import differences, same_words
from analysis.release.facts import Facts
from analysis.release.findings import BundleError, Finding
from analysis.release.signing import OUTSIDE, SUMS, check_signature, check_sums, digest, key_id, public_key

BROKEN = (
    AnalysisError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
)  # forged inputs


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    findings : tuple of Finding
        Everything that is wrong; empty means yes.
    checked : tuple of str
        What was checked, in the order of the checks.
    notes : tuple of str
        What a reader should know although it is not wrong.
    facts : Facts or None
        What the bundle says of itself, if that could be read.
    """

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    notes: tuple[str, ...]
    facts: Facts | None

    @property
    def ok(self) -> bool:
        """Whether the answer is yes."""
        return not self.findings


def verify(bundle: Path, key: Path, previous: Path | None = None) -> Verdict:
    """Check a bundle against a publisher's public key, and against an earlier bundle.

    Parameters
    ----------
    bundle : Path
        A .zip or a folder.
    key : Path
        The publisher's Ed25519 public key (PEM).
    previous : Path, optional
        The bundle of an earlier release of the same publisher.

    Raises
    ------
    AnalysisError
        If the key cannot be read: then nothing can be said of the bundle.
    """
    if not key.is_file():
        raise AnalysisError(f"{key} is not a file; give the publisher's public key")
    public = public_key(key.read_bytes())
    try:
        files = opened(bundle)
    except BundleError as error:
        return Verdict(error.findings, (), (), None)
    return verify_files(files, public, previous)


def unsigned_findings(bundle: Path) -> list[str]:
    """What is wrong with a bundle that nobody has signed yet: checksums, form, every file made again, disclosure."""
    try:
        files = opened(bundle)
        contents = contents_of(files)
        found = [*check_sums(files), *_again(files, contents, []), *_leaks(contents)]
    except BundleError as error:
        found = list(error.findings)
    return [str(finding) for finding in found]


def verify_files(files: Mapping[str, bytes], public: Ed25519PublicKey, previous: Path | None = None) -> Verdict:
    """Check the files of a bundle that was already read."""
    findings = [*check_signature(files, public), *check_sums(files)]
    checked = [f"signature by key {key_id(public)}", f"SHA-256 of {len(files) - len(OUTSIDE)} files"]
    notes: list[str] = []
    try:
        contents = contents_of(files)
    except BundleError as error:
        return Verdict((*findings, *error.findings), tuple(checked), (), None)
    try:
        findings += _again(files, contents, notes)
        checked.append("every file made again from data/cells.csv and protocol.json, to the last printed digit")
        findings += _leaks(contents)
        checked.append("disclosure: no answer can be told from the published sums (integer programs)")
        if previous is not None:
            findings += _follows(contents, previous, public)
            checked.append(f"consistent with {previous.name}")
    except BundleError as error:
        findings += error.findings
    except BROKEN as error:
        findings.append(Finding("data/cells.csv", f"with protocol.json gives no figures ({error!r})"))
    return Verdict(tuple(findings), tuple(checked), tuple(notes), contents.facts)


def _again(files: Mapping[str, bytes], contents: Contents, notes: list[str]) -> Iterator[Finding]:
    """Make every file again and compare."""
    made = build(contents)
    for path, expected in made.items():
        found = files.get(path)
        if path == SUMS or found is None or found == expected:
            continue  # a missing file was told with the checksums
        if path.endswith((".svg", ".html")) and same_words(expected, found):
            notes.append(
                f"{path} was drawn by another version of the drawing program; every word and number is the same"
            )
            continue
        yield from differences(path, expected, found)
    for path in files.keys() - made.keys() - set(OUTSIDE):
        yield Finding(path, "does not belong to a bundle")


def _leaks(contents: Contents) -> Iterator[Finding]:
    """Answers that the published cells give away."""
    for leak in annual.audit(cells_of(contents.cells), contents.protocol):
        place = f"{leak.unit} {leak.column}".strip()
        yield Finding("data/cells.csv", f"gives answers away: {leak.told}", "Tell the publisher.", column=place)


def _follows(contents: Contents, previous: Path, public: Ed25519PublicKey) -> Iterator[Finding]:
    """Whether an earlier bundle is one that this one builds on, and its figures are repeated as they were."""
    before = opened(previous)
    for finding in (*check_signature(before, public), *check_sums(before)):
        yield Finding(f"{previous.name}: {finding.file}", finding.problem, finding.remedy, finding.row)
    earlier = contents_of(before)
    place = digest(before.get(SUMS, b""))
    if place not in contents.facts.earlier:
        yield Finding("release.json", f"does not list {earlier.facts.name} among the earlier releases", found=place)
    known = contents.facts.earlier
    if earlier.facts.earlier != known[: len(earlier.facts.earlier)]:
        yield Finding("release.json", f"tells another history of releases than {earlier.facts.name}")
    yield from _repeated(contents, earlier)


def _repeated(contents: Contents, earlier: Contents) -> Iterator[Finding]:
    """Whether earlier figures are repeated as they were published."""
    if contents.facts.previous != earlier.facts.name or not contents.earlier.rows:
        return
    overall, factors, _items = results_of(earlier)
    published = earlier_table([overall, factors])
    yield from differences(contents.earlier.path, published.content(), contents.earlier.content())
