"""The check of a bundle for whoever has one: no database, no settings."""

from pathlib import Path

import analysis

YES, NO, NOT_MADE = 0, 1, 2


def verify(
    bundle: Path, key: Path, previous: Path | None, previous_key: Path | None = None, *, as_json: bool = False
) -> tuple[int, str]:
    """Exit code, and what to tell."""
    try:
        verdict = analysis.release.verify(bundle, key, previous, previous_key)
    except analysis.AnalysisError as error:
        return NOT_MADE, f"error: {error}"
    told = analysis.release.as_json(verdict) if as_json else "\n".join(analysis.release.lines(verdict))
    return YES if verdict.ok else NO, told
