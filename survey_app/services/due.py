"""What is due: releases, what two people decided, flushes at their hour, erasures; a failure stops nothing else."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from survey_app.domain.sealing import SealError
from survey_app.installation import Installation
from survey_app.keys import KeyMissingError
from survey_app.services import erasure, flush, publication, quarantine_requests, releases
from survey_app.services.errors import RefusedError

log = logging.getLogger("sipas.due")
RELEASE, QUARANTINE, FLUSH, ERASURE = "release", "quarantine", "flush", "erasure"
WITH_KEYS = (QUARANTINE, FLUSH, ERASURE)  # work of whoever holds the flush's keys
EVERY = (RELEASE, *WITH_KEYS)
Progress = Callable[[int, int], None]
Bars = Callable[[str], AbstractContextManager[Progress | None]]


@dataclass(frozen=True)
class Done:
    """What was done for one round, or why it was not; without a round where nothing could be looked up."""

    work: str
    round_code: str
    said: str
    failed: bool = False


def no_bars(_label: str) -> AbstractContextManager[Progress | None]:
    """Show no progress."""
    return nullcontext()


def run(installation: Installation, works: Sequence[str] = EVERY, bars: Bars = no_bars) -> Iterator[Done]:
    """Do what is due, round by round; whatever one meets, the others go on, and the next run tries it again."""
    for work in works:
        due, do = _WORKS[work]
        try:
            codes = due(installation)
        except Exception as error:  # noqa: BLE001 - a restarting database: whatever it was, the clock goes on
            yield _failed(work, "", error)
            continue
        for code in codes:
            try:
                done = Done(work, code, do(installation, code, bars))
            except Exception as error:  # noqa: BLE001 - a lost key, a full disk: the other rounds go on
                done = _failed(work, code, error)
            yield done


def flush_one(installation: Installation, code: str, bars: Bars = no_bars) -> str:
    """Move what waits in a round and compute its figures; return what there is to say."""
    with bars("Moving answers") as progress:
        report = flush.flush_round(installation, code, progress)
    with bars("Computing figures") as progress:
        publication.refresh(installation, code, progress)
    return (
        f"{report.answers} answers moved in {report.batches} batches, {report.waiting} wait, "
        f"{report.comments} comments moved."
    )


def _release(installation: Installation, code: str, _bars: Bars) -> str:
    line = releases.publish_scheduled(installation, code)
    return f"{line.name}, version {line.version}, is published."


def _carry_out(installation: Installation, code: str, _bars: Bars) -> str:
    went, stayed = quarantine_requests.carry_out(installation, code)
    return f"of the quarantine {went} answers wait for the next flush, {stayed} stay apart."


def _erase(installation: Installation, code: str, _bars: Bars) -> str:
    done = erasure.erase(installation, code)
    remain = "; its keys remain: the user that owns them runs `sipas round erase`" if done.keys_remain else ""
    return f"its erasure date has come; {sum(done.rows.values())} rows erased{remain}."


def _failed(work: str, code: str, error: Exception) -> Done:
    """Write a failure down: what we refuse with its words, anything else with its kind and place alone."""
    if isinstance(error, RefusedError | KeyMissingError | SealError):
        log.error("%s of %s failed: %s", work, code or "all rounds", error)
        return Done(work, code, str(error), failed=True)
    log.error("%s of %s failed", work, code or "all rounds", exc_info=error)
    return Done(work, code, f"{type(error).__name__}; the log says where.", failed=True)


Due = Callable[[Installation], Sequence[str]]
_WORKS: dict[str, tuple[Due, Callable[[Installation, str, Bars], str]]] = {
    RELEASE: (releases.due, _release),
    QUARANTINE: (quarantine_requests.due, _carry_out),
    FLUSH: (flush.due, flush_one),
    ERASURE: (erasure.due, _erase),
}
