"""What a verdict says on a terminal, or as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from analysis.release.checking import Verdict

MOST = 100  # findings printed; JSON has all


def lines(verdict: Verdict) -> Iterator[str]:
    """Yes or no first, then every place."""
    name = verdict.facts.name if verdict.facts else "the bundle"
    yield f"yes: {name} is signed, whole, and follows from its own cells" if verdict.ok else f"no: {name}"
    for finding in verdict.findings[:MOST]:
        yield f"  {finding}"
    if len(verdict.findings) > MOST:
        yield f"  and {len(verdict.findings) - MOST} more; --json lists all"
    for done in verdict.checked:
        yield f"  checked: {done}"
    for note in verdict.notes:
        yield f"  note: {note}"


def as_json(verdict: Verdict) -> str:
    """Everything, for a program."""
    content = {
        "ok": verdict.ok,
        "release": verdict.facts.name if verdict.facts else None,
        "findings": [asdict(finding) for finding in verdict.findings],
        "checked": list(verdict.checked),
        "notes": list(verdict.notes),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)
