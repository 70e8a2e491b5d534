"""What a reader may open: the figures of a unit in a round, judged by the units as they were in that round."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_app.domain import access, round_states
from survey_app.domain.access import Reader
from survey_app.domain.figures import ProvinceFigures, RoundLine, UnitFigures
from survey_app.installation import Installation
from survey_app.models import Unit
from survey_app.services import embargo, indices, round_roles, rounds, unit_tree, units
from survey_app.services.errors import NotFoundError

FIRST = (
    "field",
    "published",
    "signed",
    "checked",
    "computed",
    "closed",
    "frozen",
)  # which of several rounds a page opens with
UNSEEN = ("plan",)  # states of a round in which nothing can be shown


@dataclass(frozen=True)
class Opened:
    """A unit that may be seen: the rounds that measure it, newest first, and the chosen one."""

    unit_id: uuid.UUID
    slug: str
    name: str
    rounds: tuple[RoundLine, ...]
    round: RoundLine | None  # None: no round measures the unit yet


def agency(
    installation: Installation, reader: Reader, slug: str, code: str | None, language: str
) -> tuple[Opened, UnitFigures | None]:
    """Figures of an agency; NotFoundError for what is not there and for what this reader may not see, alike."""
    opened = _open(installation, reader, access.AGENCY, slug, code)
    if opened.round is None:
        return opened, None
    insider = _is_insider(installation, reader, opened.round)
    figures = indices.unit_page(installation, opened.round.id, opened.unit_id, language, public=not insider)
    if round_states.is_embargoed(opened.round.state) and not insider:
        return opened, embargo.of_unit(figures)
    return opened, figures


def province(
    installation: Installation, reader: Reader, slug: str, code: str | None, language: str
) -> tuple[Opened, ProvinceFigures | None]:
    """Figures of a unit with all agencies under it; NotFoundError as above."""
    opened = _open(installation, reader, access.PROVINCE, slug, code)
    if opened.round is None:
        return opened, None
    figures = indices.province_page(installation, opened.round.id, opened.unit_id, language)
    if round_states.is_embargoed(opened.round.state) and not _is_insider(installation, reader, opened.round):
        return opened, embargo.of_province(figures)
    return opened, figures


def agency_round(installation: Installation, reader: Reader, slug: str, code: str) -> Opened:
    """A unit in a round, for other pages of an agency; NotFoundError as above."""
    return _open(installation, reader, access.AGENCY, slug, code)


def province_round(installation: Installation, reader: Reader, slug: str, code: str) -> Opened:
    """A unit in a round, for other pages of a province; NotFoundError as above."""
    return _open(installation, reader, access.PROVINCE, slug, code)


def home_slug(installation: Installation, reader: Reader) -> str:
    """Slug of the unit that a reader belongs to."""
    with installation.database.read() as session:
        return session.get_one(Unit, reader.unit_id).slug


def _is_insider(installation: Installation, reader: Reader, line: RoundLine) -> bool:
    """Whether somebody computes, checks or signs rounds of the unit that a round is of: he must see its figures."""
    with installation.database.read() as session:
        above = (line.unit_id, *units.ancestors(session, line.unit_id, line.period_start))
        return reader.unit_id in above and bool(round_roles.roles_of(session, reader.id) & round_states.INSIDERS)


def _open(installation: Installation, reader: Reader, area: str, slug: str, code: str | None) -> Opened:
    lines = [line for line in rounds.every(installation) if line.state not in UNSEEN]
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, slug)
        visible = tuple(line for line in lines if _visible(session, reader, area, unit.id, line))
        if code is not None:
            visible_codes = {line.code: line for line in visible}
            if code not in visible_codes:
                raise NotFoundError(f"There is no round {code!r} of unit {slug!r}.")
            chosen = visible_codes[code]
        elif visible:
            chosen = min(visible, key=lambda line: FIRST.index(line.state))  # the newest of each state stands first
        else:
            chosen = None
            today = installation.today()
            if not access.may_see(reader, area, unit.id, units.ancestors(session, unit.id, today)):
                raise NotFoundError(f"There is no unit {slug!r}.")
        day = chosen.period_start if chosen else installation.today()
        return Opened(unit.id, slug, unit_tree.name_of(session, unit.id, day), visible, chosen)


def _visible(session: Session, reader: Reader, area: str, unit_id: uuid.UUID, line: RoundLine) -> bool:
    """Whether a round measures the unit, and the unit was then in the reader's scope."""
    above = units.ancestors(session, unit_id, line.period_start)
    return line.unit_id in (unit_id, *above) and access.may_see(reader, area, unit_id, above)
