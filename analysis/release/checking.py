"""Check a bundle without network or database: signature, checksums, form, every figure again, disclosure, last year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis import annual
from analysis.errors import AnalysisError
from analysis.release.bundle import Contents, build, contents_of
from analysis.release.cell_table import cells_of
from analysis.release.container import opened
from analysis.release.differences import differences
from analysis.release.facts import Facts
from analysis.release.findings import BundleError, Finding
from analysis.release.following import Previous, history
from analysis.release.history import HISTORY
from analysis.release.inputs import disagreements, unchecked
from analysis.release.signing import OUTSIDE, SUMS, check_signature, check_sums, key_id, public_key

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


def verify(bundle: Path, key: Path, previous: Path | None = None, previous_key: Path | None = None) -> Verdict:
    """Check a bundle against a publisher's public key, and against an earlier bundle.

    Parameters
    ----------
    bundle : Path
        A .zip or a folder.
    key : Path
        The publisher's Ed25519 public key (PEM).
    previous : Path, optional
        The bundle of an earlier release of the same publisher.
    previous_key : Path, optional
        The public key that the earlier bundle was signed with, if it is another one.

    Raises
    ------
    AnalysisError
        If a key cannot be read: then nothing can be said of the bundle.
    """
    public = _key(key)
    older = public if previous_key is None else _key(previous_key)
    try:
        files = opened(bundle)
    except BundleError as error:
        return Verdict(error.findings, (), (), None)
    return verify_files(files, public, None if previous is None else Previous(previous, older))


def unsigned_findings(bundle: Path) -> list[str]:
    """What is wrong with a bundle that nobody has signed yet: checksums, form, every file made again, disclosure."""
    try:
        files = opened(bundle)
        contents = contents_of(files)
        found = [*check_sums(files), *disagreements(contents), *_again(files, contents), *_leaks(contents)]
    except BROKEN as error:
        found = list(_told(error))
    return [str(finding) for finding in found]


def verify_files(files: Mapping[str, bytes], public: Ed25519PublicKey, previous: Previous | None = None) -> Verdict:
    """Check the files of a bundle that was already read."""
    findings = [*check_signature(files, public), *check_sums(files)]
    checked = [f"signature by key {key_id(public)}", f"SHA-256 of {len(files) - len(OUTSIDE)} files"]
    notes: list[str] = []
    try:
        contents = contents_of(files)
    except BROKEN as error:
        return Verdict((*findings, *_told(error)), tuple(checked), (), None)
    try:
        findings += disagreements(contents)
        notes += unchecked(contents)
        findings += _again(files, contents)
        checked.append("every file made again from data/cells.csv and protocol.json, to the last printed digit")
        findings += _leaks(contents)
        checked.append("disclosure: no answer can be told from the published sums (integer programs)")
        findings += _follows(contents, previous, checked, notes)
    except BROKEN as error:
        findings += _told(error)
    return Verdict(tuple(findings), tuple(checked), tuple(notes), contents.facts)


def _key(path: Path) -> Ed25519PublicKey:
    """Read a public key file; AnalysisError if it is none."""
    if not path.is_file():
        raise AnalysisError(f"{path} is not a file; give the publisher's public key")
    return public_key(path.read_bytes())


def _told(error: Exception) -> tuple[Finding, ...]:
    """What a broken input is called."""
    if isinstance(error, BundleError):
        return error.findings
    return (Finding("data/cells.csv", f"with protocol.json and release.json gives no figures ({error!r})"),)


def _again(files: Mapping[str, bytes], contents: Contents) -> Iterator[Finding]:
    """Make every file again and compare: pictures too, so that nothing a reader sees is left out."""
    made = build(contents)
    listed = files.get(SUMS, b"")
    for path, expected in made.items():
        found = files.get(path)
        if found is not None and path != SUMS:
            yield from differences(path, expected, found)
        elif found is None and f"  {path}\n".encode() not in listed:  # one that is listed was told with the checksums
            yield Finding(path, f"is missing, from {SUMS} too: every bundle has it")
    for path in files.keys() - made.keys() - set(OUTSIDE):
        yield Finding(path, "does not belong to a bundle")


def _leaks(contents: Contents) -> Iterator[Finding]:
    """Answers that the published cells give away."""
    for leak in annual.audit(cells_of(contents.cells), contents.protocol):
        place = f"{leak.unit} {leak.column}".strip()
        yield Finding("data/cells.csv", f"gives answers away: {leak.told}", "Tell the publisher.", column=place)


def _follows(contents: Contents, previous: Previous | None, checked: list[str], notes: list[str]) -> list[Finding]:
    """Hold the bundle against an earlier one, if there is one; say what rests on figures that were not compared."""
    found, done, held = ([], "", "") if previous is None else history(contents, previous)
    if done and not found:
        checked.append(done)
    carried = [] if contents.past is None else contents.past.releases()
    notes += [
        f"results/series.csv rests on what {HISTORY.path} repeats of {name}, not compared here: give it with --previous"
        for name in carried
        if name != held
    ]
    if contents.earlier.rows and (previous is None or not done.startswith("consistent")):
        notes.append(
            f"results/comparison.csv rests on the earlier figures in {contents.earlier.path}, which were not compared "
            f"with the bundle of {contents.facts.previous}: give it with --previous"
        )
    return found
