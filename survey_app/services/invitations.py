"""Addresses for dossiers: the same one each time, made when asked for and stored nowhere."""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey_app.domain import collectors, grades, periods, round_plan, tokens
from survey_app.installation import Installation
from survey_app.models import Dossier, Invitation, RollPacket, Round, SampleMember, Stratum
from survey_app.services import audit, counters, rounds, strata, unit_tree, units
from survey_app.services.errors import NotFoundError, RefusedError

CHUNK = 500  # dossiers in one transaction: citizens' answers wait no longer than that
PACKET = 50  # a roll comes in packets of at least this many slips of one stratum


@dataclass(frozen=True)
class Slip:
    """What is handed to a citizen: an address, and for the one-stop software the dossier that it is for."""

    url: str
    token: str
    unit_name: str
    dossier_code: str | None  # None on a roll, and never printed
    last_day: date  # on which the address opens


@dataclass(frozen=True)
class Issued:
    """Slips, how many of them were made before, and why other dossiers got none."""

    slips: tuple[Slip, ...]
    repeated: int
    refused: tuple[tuple[str, str], ...]  # dossier code, reason


def address(public_url: str, token: tokens.Token) -> str:
    """Address of a token, in capitals so that its QR code needs the alphanumeric mode only."""
    return f"{public_url.rstrip('/')}/T/{token.text}".upper()


def issue(
    installation: Installation,
    round_code: str,
    dossier_codes: Iterable[str],
    *,
    beneath: uuid.UUID | None = None,
) -> Issued:
    """Give each dossier its address; asking again gives the same one and counts a repeat.

    Dossiers received outside the round's unit, or outside `beneath` (an API key's scope), look unknown.
    """
    with installation.database.write() as session:
        row = _in_field(session, installation, round_code)
        rounds.require_collector(row, collectors.SLIP)
        office = _Office(installation, session, row, beneath)
        wanted = list(dossier_codes)
        for start in range(0, len(wanted), CHUNK):
            office.invite(wanted[start : start + CHUNK])
        for (unit, name), n in sorted(office.counts.items(), key=str):
            counters.count(session, row.id, unit, office.today, name, n)
        return Issued(tuple(office.slips), office.repeated, tuple(office.refused))


def issue_for_unit(installation: Installation, round_code: str, unit_slug: str, *, again: bool = False) -> Issued:
    """Give an address to every dossier of a unit that has none yet; with `again` also those that have."""
    with installation.database.read() as session:
        row = _in_field(session, installation, round_code)
        unit = units.unit_by_slug(session, unit_slug)
        under = units.descendants(session, unit.id, installation.today())
        oldest = installation.today() - timedelta(days=row.token_life_days)
        invited = select(Invitation.dossier_id).where(Invitation.round_id == row.id)
        wanted = select(Dossier.dossier_code).where(Dossier.receiving_unit_id.in_(under))
        if closed_frame(row):
            wanted = wanted.join(SampleMember, SampleMember.dossier_id == Dossier.id).where(*in_sample(row))
        else:
            wanted = wanted.where(
                Dossier.returned_at >= strata.moment(max(row.period_start, oldest)),
                Dossier.returned_at < strata.moment(row.period_end + timedelta(days=1)),
                Dossier.returned_at <= installation.now(),
                Dossier.outcome.in_(strata.ASKED),
            )
        if not again:
            wanted = wanted.where(Dossier.id.not_in(invited))
        found = session.scalars(wanted.order_by(Dossier.dossier_code)).all()
    parts = [issue(installation, round_code, found[n : n + CHUNK]) for n in range(0, len(found), CHUNK)]
    return Issued(
        tuple(slip for part in parts for slip in part.slips),
        sum(part.repeated for part in parts),
        tuple(pair for part in parts for pair in part.refused),
    )


def roll(
    installation: Installation,
    round_code: str,
    unit_slug: str,
    slips: int,
    stratum: int | None = None,
    way: str = collectors.SLIP,
) -> Issued:
    """Make a packet of slips with random identifiers for one stratum of a desk; which slip goes to whom is unknown."""
    if slips < PACKET:
        raise RefusedError(f"A packet has at least {PACKET} slips, so that none can be told from the others.")
    with installation.database.write() as session:
        row = _in_field(session, installation, round_code)
        rounds.require_collector(row, way)
        if closed_frame(row):
            raise RefusedError(f"Round {round_code} asks a drawn sample only; slips without a dossier are none of it.")
        unit = units.unit_by_slug(session, unit_slug)
        chosen = _one_stratum(session, row, unit.id, stratum)
        key = installation.keys.round_keys(row.code).token
        month = periods.months_between(row.field_start, installation.today())
        name, last_day = unit_tree.name_of(session, unit.id, installation.today()), rounds.last_day(row, month)
        kind = tokens.Kind.SHEET if way == grades.PAPER else tokens.Kind.ROLL
        made = []
        for _ in range(slips):
            identity = secrets.token_bytes(tokens.IDENTIFIER_BYTES)
            token = tokens.issue(key, row.number, chosen.number, month, identity, kind)
            made.append(Slip(address(installation.settings.public_url, token), token.text, name, None, last_day))
        secrets.SystemRandom().shuffle(made)
        session.add(RollPacket(stratum_id=chosen.id, made_on=installation.today(), slips=slips))
        chosen.issued += slips
        if kind is tokens.Kind.SHEET:
            counters.count(session, row.id, unit.id, installation.today(), "sheets_printed", slips)
        audit.note(session, installation, "tokens roll", unit_slug, f"{slips} slips, stratum {chosen.number}")
        return Issued(tuple(made), 0, ())


def handed_out(installation: Installation, round_code: str, unit_slug: str, number: int, stratum: int | None) -> None:
    """Write down how many slips of its roll a desk handed out."""
    with installation.database.write() as session:
        row = rounds.by_code(session, round_code)
        unit = units.unit_by_slug(session, unit_slug)
        chosen = _one_stratum(session, row, unit.id, stratum)
        packets = session.scalars(select(RollPacket.slips).where(RollPacket.stratum_id == chosen.id)).all()
        if number < 0 or chosen.handed_out + number > sum(packets):
            raise RefusedError(f"The packets of this stratum hold {sum(packets)} slips; {number} more is too many.")
        chosen.handed_out += number
        counters.count(session, row.id, unit.id, installation.today(), "handed_out", number)
        audit.note(session, installation, "tokens handed-out", unit_slug, str(number))


class _Office:
    """Makes addresses inside one transaction."""

    def __init__(self, installation: Installation, session: Session, row: Round, beneath: uuid.UUID | None) -> None:
        self.installation, self.session, self.row = installation, session, row
        self.today = installation.today()
        self.token_key = installation.keys.round_keys(row.code).token
        self.issuing_key = installation.keys.issuing_key(row.code)
        self.seed = installation.keys.seed(row.code)
        self.under = units.descendants(session, row.unit_id, self.today)
        if beneath is not None:
            self.under &= units.descendants(session, beneath, self.today)
        mine = select(Stratum).where(Stratum.round_id == row.id).order_by(Stratum.number)
        # Whoever issues at the same time waits here: counts of issued slips add up, no dossier is invited twice.
        found = session.scalars(mine.with_for_update(key_share=True))
        self.strata = {stratum.number: stratum for stratum in found}
        self.numbers = {stratum.id: number for number, stratum in self.strata.items()}
        self.names: dict[uuid.UUID, str] = {}
        self.slips: list[Slip] = []
        self.refused: list[tuple[str, str]] = []
        self.counts: dict[tuple[uuid.UUID, str], int] = defaultdict(int)
        self.repeated = 0
        self.closed = closed_frame(row)
        self.sampled: dict[uuid.UUID, int] = {}  # of a closed frame: dossiers of this chunk that are in the sample

    def invite(self, codes: Sequence[str]) -> None:
        """Add the slip of each dossier, or the reason why it has none."""
        found = self.session.scalars(select(Dossier).where(Dossier.dossier_code.in_(codes))).all()
        dossiers = {dossier.dossier_code: dossier for dossier in found}
        mine = (Invitation.round_id == self.row.id, Invitation.dossier_id.in_([d.id for d in found]))
        invited = {i.dossier_id: i for i in self.session.scalars(select(Invitation).where(*mine))}
        origins = [d.origin_dossier_code for d in found if d.origin_dossier_code]
        known = select(Dossier.dossier_code).where(Dossier.dossier_code.in_(origins))
        linked = set(self.session.scalars(known)) if origins and not self.closed else set()
        self._look_up_sample([d.id for d in found])
        for code in codes:
            dossier = dossiers.get(code)
            invitation = invited.get(dossier.id) if dossier else None
            reason = self._reason(dossier, linked) or self._over(invitation)
            if dossier is None or reason:
                self.refused.append((code, reason))
                continue
            if invitation is None:
                invited[dossier.id] = self._first(dossier)
            else:
                self.repeated += 1
                self.counts[dossier.receiving_unit_id, "repeated"] += 1
            self._slip(dossier, invited[dossier.id])

    def _look_up_sample(self, ids: Sequence[uuid.UUID]) -> None:
        """Find which of these dossiers a closed frame's sample holds, and in which stratum."""
        if self.closed:
            mine = select(SampleMember.dossier_id, SampleMember.stratum_number)
            found = self.session.execute(mine.where(*in_sample(self.row), SampleMember.dossier_id.in_(ids)))
            self.sampled = dict(found.all())

    def _month(self, invitation: Invitation) -> int:
        """Month of an invitation, as its address carries it."""
        return periods.months_between(self.row.field_start, invitation.invited_on)

    def _over(self, invitation: Invitation | None) -> str:
        """Why an address that was made is not given out again; empty if it still opens."""
        last_day = rounds.last_day(self.row, self._month(invitation)) if invitation else self.today
        return f"Its address opened until {last_day:%d/%m/%Y}." if last_day < self.today else ""

    def _slip(self, dossier: Dossier, invitation: Invitation) -> None:
        """Make the address of an invited dossier."""
        kind = tokens.Kind.DRAWN if invitation.drawn else tokens.Kind.UNDRAWN
        number = self.numbers[invitation.stratum_id]
        month = self._month(invitation)
        identity = tokens.identifier(self.issuing_key, self.row.code, dossier.dossier_code)
        token = tokens.issue(self.token_key, self.row.number, number, month, identity, kind)
        url = address(self.installation.settings.public_url, token)
        name, last_day = self._name(dossier.receiving_unit_id), rounds.last_day(self.row, month)
        self.slips.append(Slip(url, token.text, name, dossier.dossier_code, last_day))

    def _first(self, dossier: Dossier) -> Invitation:
        """Mark the dossier as invited; its stratum and whether it is drawn never change again."""
        if self.closed:
            stratum, drawn = self.strata[self.sampled[dossier.id]], True
        else:
            key = strata.key_of(*(getattr(dossier, column.key) for column in strata.COLUMNS))
            stratum = self.strata[strata.stratum_number(self.row, key)]
            drawn = tokens.is_drawn(self.seed, dossier.dossier_code, self.row.draw_fraction)
        invitation = Invitation(
            round_id=self.row.id, dossier_id=dossier.id, stratum_id=stratum.id, invited_on=self.today, drawn=drawn
        )
        self.session.add(invitation)
        stratum.issued += 1
        self.counts[dossier.receiving_unit_id, "invited"] += 1
        return invitation

    def _reason(self, dossier: Dossier | None, linked: Collection[str]) -> str:
        if dossier is None or dossier.receiving_unit_id not in self.under:
            return "There is no such dossier; import it first."
        if self.closed:
            return "" if dossier.id in self.sampled else "It is not in the sample that was drawn for this round."
        if dossier.returned_at is None or dossier.outcome not in strata.ASKED:
            return "Its result has not been returned yet."
        returned = dossier.returned_at.astimezone(self.installation.settings.zone).date()
        if not self.row.period_start <= returned <= self.row.period_end:
            return f"Returned on {returned:%d/%m/%Y}, outside the period of this round."
        if dossier.origin_dossier_code in linked:
            return f"Linked to {dossier.origin_dossier_code}: one visit is asked about once."
        return ""

    def _name(self, unit_id: uuid.UUID) -> str:
        if unit_id not in self.names:
            self.names[unit_id] = unit_tree.name_of(self.session, unit_id, self.today)
        return self.names[unit_id]


def closed_frame(row: Round) -> bool:
    """Whether only a sample drawn from a frozen frame is invited."""
    return round_plan.is_closed(row.design)


def in_sample(row: Round) -> tuple[ColumnElement[bool], ...]:
    """Condition of the dossiers that are drawn, replacements included and replaced ones not."""
    return (SampleMember.round_id == row.id, SampleMember.role.in_(("drawn", "replacement")))


def _in_field(session: Session, installation: Installation, code: str) -> Round:
    row = rounds.by_code(session, code)
    if row.state != "field":
        raise RefusedError(f"Round {code} is {row.state}; `sipas round open {code}` opens it for answers.")
    today: date = installation.today()
    if not row.field_start <= today <= row.field_end:
        raise RefusedError(f"Round {code} takes answers from {row.field_start} to {row.field_end}.")
    return row


def _one_stratum(session: Session, row: Round, desk_id: uuid.UUID, number: int | None) -> Stratum:
    """Stratum of a desk, by number where it has several."""
    wanted = select(Stratum).where(Stratum.round_id == row.id, Stratum.desk_id == desk_id).order_by(Stratum.number)
    mine: Sequence[Stratum] = session.scalars(wanted.with_for_update(key_share=True)).all()
    if not mine:
        raise NotFoundError("This desk has no stratum of its own in this round (too few dossiers); use addresses.")
    listed = "; ".join(f"{s.number}: {describe(s)}" for s in mine)
    chosen = mine if number is None else [stratum for stratum in mine if stratum.number == number]
    if not chosen:
        raise NotFoundError(f"This desk has no stratum {number}; its strata are: {listed}")
    if len(chosen) > 1:
        raise RefusedError(f"This desk has {len(mine)} strata; choose one with --stratum: {listed}")
    return chosen[0]


def describe(stratum: Stratum) -> str:
    """Say in words which dossiers a stratum holds."""
    parts = [f"{name} {'/'.join(values)}" for name, values in stratum.classes.items() if values and name != "agency"]
    return ", ".join(parts) or "all dossiers"
