"""Was a dossier's result on time? Compared by day, since many registers store no hour."""

from datetime import date

CLASSES = ("early", "on_time", "late", "unknown")


def on_time_class(due: date | None, extended_due: date | None, finished: date | None) -> str:
    """'early', 'on_time' or 'late' against the (once extended) due day; 'unknown' without one of the dates."""
    deadline = extended_due or due
    if deadline is None or finished is None:
        return "unknown"
    if finished > deadline:
        return "late"
    return "early" if finished < deadline else "on_time"
