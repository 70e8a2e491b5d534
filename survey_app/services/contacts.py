"""Contact data of drawn dossiers: kept apart and sealed, used for messages and calls, erased with the round."""

import hmac
import secrets
import uuid
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.domain import collectors, reminders, sealing
from survey_app.domain.reminders import AddressError, Channel
from survey_app.installation import Installation
from survey_app.models import Contact, Counter, Dossier, OptOut, Round, SampleMember
from survey_app.services import audit, counters, invitations, rounds, units
from survey_app.services.errors import RefusedError
from survey_app.services.tables import Record, open_table

CODE, ADDRESSES = "dossier_code", ("phone", "email")
OUTCOMES = ("refused", "not_reached", "other", "ineligible")  # counters of what callers found out, in no order
CHUNK = 500


@dataclass
class Imported:
    """What became of a contact file; rows that were not taken stand with their reason."""

    taken: int = 0
    not_drawn: int = 0
    opted_out: int = 0
    rejected: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One line of a list for callers; no dossier code."""

    phone: str
    unit: str
    survey_url: str


def load(installation: Installation, code: str, path: Path, prefer: str = ADDRESSES[0]) -> Imported:
    """Take phone numbers or e-mail addresses of drawn dossiers from a file; what is of others is not kept."""
    told = Imported()
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        needs_sample(row)
        key = installation.keys.contact_key(code)
        listed = select(Dossier.dossier_code, Dossier.id).join(SampleMember, SampleMember.dossier_id == Dossier.id)
        drawn = dict(session.execute(listed.where(*invitations.in_sample(row))).all())
        silent = set(session.scalars(select(OptOut.person)))
        known = {c.dossier_id: c for c in session.scalars(select(Contact).where(Contact.round_id == row.id))}
        for dossier_code, to in _read(path, prefer, told):
            if dossier_code not in drawn:
                told.not_drawn += 1
                continue
            if person(installation, to) in silent:
                told.opted_out += 1
                continue
            dossier_id = drawn[dossier_code]
            held = known.setdefault(dossier_id, Contact(round_id=row.id, dossier_id=dossier_id, waves=0))
            held.person = person(installation, to)
            held.sealed = sealing.seal(key, to.encode(), dossier_id.bytes)
            session.add(held)
            told.taken += 1
        audit.note(session, installation, "contacts import", code, f"{told.taken} of {len(drawn)} drawn dossiers")
    return told


def opt_out(installation: Installation, text: str) -> None:
    """Send nothing to this phone number or e-mail address any more, in this round and every later one."""
    try:
        _, to = reminders.address(text)
    except AddressError as error:
        raise RefusedError(str(error)) from None
    with installation.database.write() as session:
        hashed = person(installation, to)
        counters.insert_new(session, OptOut, person=hashed)
        session.execute(delete(Contact).where(Contact.person == hashed))
        audit.note(session, installation, "contacts opt-out", "one address")


def call_list(installation: Installation, code: str) -> list[Call]:
    """Phone numbers with the address to answer at, in no order that tells a dossier."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        rounds.require_collector(row, collectors.CALL)
        needs_sample(row)
        key = installation.keys.contact_key(code)
        wanted = select(Contact, Dossier.dossier_code).join(Dossier, Dossier.id == Contact.dossier_id)
        wanted = wanted.join(SampleMember, SampleMember.dossier_id == Contact.dossier_id)
        mine = (Contact.round_id == row.id, *invitations.in_sample(row))
        found = [(dossier, *opened(key, contact)) for contact, dossier in session.execute(wanted.where(*mine))]
        phones = {dossier: to for dossier, channel, to in found if channel == "phone"}
    codes = list(phones)
    slips = [
        slip
        for start in range(0, len(codes), CHUNK)
        for slip in invitations.issue(installation, code, codes[start : start + CHUNK]).slips
    ]
    calls = [Call(phones[slip.dossier_code or ""], slip.unit_name, slip.url) for slip in slips]
    secrets.SystemRandom().shuffle(calls)
    return calls


def outcome(installation: Installation, code: str, unit_slug: str, found: dict[str, int]) -> None:
    """Count what callers found out at a unit; never which dossier, or who has not refused could be told."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        unit = units.unit_by_slug(session, unit_slug)
        told = Tally({name: n for name, n in found.items() if n})
        if any(n < 0 or name not in OUTCOMES for name, n in told.items()):
            raise RefusedError(f"Give counts above 0 of {', '.join(OUTCOMES)}.")
        under = units.descendants(session, unit.id, row.period_start)
        invited = _counted(session, row, under, ("invited", "handed_out"))
        if told.total() + _counted(session, row, under, OUTCOMES) > invited:
            raise RefusedError(f"{invited} were invited at {unit_slug}; more outcomes than that cannot be.")
        for name, n in sorted(told.items()):
            counters.count(session, row.id, unit.id, installation.today(), name, n)
        audit.note(session, installation, "contacts outcome", unit_slug, f"{code}: {dict(sorted(told.items()))}")


def person(installation: Installation, to: str) -> bytes:
    """What tells the same phone or e-mail address again and cannot be turned back without the key."""
    return hmac.digest(installation.keys.opt_out_key(), to.encode(), sha256)


def opened(key: bytes, contact: Contact) -> tuple[Channel, str]:
    """Channel and address of a contact."""
    return reminders.address(sealing.unseal(key, contact.sealed, contact.dossier_id.bytes).decode())


def needs_sample(row: Round) -> None:
    """Refuse rounds in which whoever is drawn must not be told from the others."""
    if not invitations.closed_frame(row):
        raise RefusedError(
            f"Round {row.code} draws at the return: nobody may know who is drawn, so nobody is written to."
        )


def _counted(session: Session, row: Round, under: set[uuid.UUID], names: tuple[str, ...]) -> int:
    mine = (Counter.round_id == row.id, Counter.unit_id.in_(under), Counter.name.in_(names))
    return int(session.scalar(select(func.sum(Counter.value)).where(*mine)) or 0)


def _read(path: Path, prefer: str, told: Imported) -> Iterator[tuple[str, str]]:
    """Dossier code and address of each row that has both; of others only the row and the reason."""
    with open_table(path, lambda cells: CODE in cells and any(name in cells for name in ADDRESSES)) as table:
        place = {name: table.headings.index(name) for name in (CODE, *ADDRESSES) if name in table.headings}
        order = sorted((name for name in ADDRESSES if name in place), key=lambda name: name != prefer)
        for record in table.records:
            if not isinstance(record, Record):
                told.rejected.append(f"row {record.row}: {record.reason}")
                continue
            given = next((record.cells[place[name]] for name in order if record.cells[place[name]].strip()), "")
            try:
                yield record.cells[place[CODE]].strip(), reminders.address(given)[1]
            except AddressError as error:
                told.rejected.append(f"row {record.row}: {error}")
