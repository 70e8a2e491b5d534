"""What people are being asked with stays as it is until the round is over: words, recordings, pictures."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.language_folder import PICTURES, Contents
from survey_app.models import Round
from survey_app.services import heard
from survey_app.services.errors import InFieldError
from survey_app.services.language_standing import standing

RUNNING: Final = ("frozen", "field")  # rounds whose wording must stay as it is
NAMED: Final = 20  # places that are named; the number of the others is told
MOST_REASON: Final = 200  # characters of a reason in the audit log


def guard(session: Session, before: Contents, after: Contents, tags: Iterable[str], reason: str) -> str:
    """Note for the audit log of what changes for people who are being asked; empty if nothing does.

    InFieldError if something does and no reason is given.
    """
    found = [place for tag in tags for place in _changed(session, before, after, tag)]
    if not found:
        return ""
    if not reason.strip():
        raise InFieldError(named(found))
    return f"; in the field ({reason.strip()[:MOST_REASON]}): {named(found)}"


def named(places: Sequence[str]) -> str:
    """Write places one after the other, so many that the line stays short."""
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    return ", ".join(places[:NAMED]) + more


def _changed(session: Session, before: Contents, after: Contents, tag: str) -> Iterator[str]:
    for key in _running(session, tag):
        old, new = _met(before, tag, key), _met(after, tag, key)
        yield from (f"{key}:{name}" for name, what in sorted(old.items()) if new.get(name) != what)


def _running(session: Session, tag: str) -> list[str]:
    """Questionnaires with which rounds are asking in a language; pictures are of every language."""
    rows = session.execute(select(Round.instrument_key, Round.languages).where(Round.state.in_(RUNNING)))
    return sorted({key for key, planned in rows if tag == PICTURES or planned is None or tag in planned})


def _met(contents: Contents, tag: str, key: str) -> dict[str, str]:
    """What people meet of a questionnaire in a language: whether and how it is offered, its words, what they hear."""
    found: dict[str, str] = {}
    pack = contents.packs.get(tag)
    if pack is not None:
        found = dict(pack.instruments.get(key, {}))
        offered = standing(contents, pack, key).offered
        found |= {"offered_as": pack.offered_as} if found or offered else {}
        found |= {"offered": "yes"} if offered else {}
    media = heard.playable(contents, tag, key)
    return found | {f"{name}.{one.file.rpartition('.')[2]}": one.file for name, one in media.items()}
