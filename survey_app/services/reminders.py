"""Waves of messages: the first and each reminder go to everyone who was drawn alike, whether they answered or not."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain import periods
from survey_app.domain import reminders as rule
from survey_app.domain.reminders import Message
from survey_app.installation import Installation
from survey_app.models import Contact, Dossier, OptOut, Round, SampleMember
from survey_app.services import audit, contacts, invitations, rounds
from survey_app.services.errors import RefusedError
from survey_app.services.senders import Sender, SendError

EXAMPLE = "https://…/T/…"


@dataclass
class Wave:
    """What one wave did. Run again, it goes on with those who have not had it."""

    number: int
    drawn: int = 0
    sent: int = 0
    had_it: int = 0
    other_channel: int = 0
    opted_out: int = 0
    capped: int = 0
    too_soon: int = 0
    no_address: int = 0
    failed: int = 0
    last_trouble: str = ""

    @property
    def without_contact(self) -> int:
        """Drawn dossiers that no message can reach."""
        reached = (self.sent, self.had_it, self.other_channel, self.failed)
        left_out = (self.opted_out, self.capped, self.too_soon, self.no_address)
        return self.drawn - sum(reached) - sum(left_out)


def preview(installation: Installation, code: str, wave: int) -> Message:
    """The words of a wave, with examples in the place of address and unit, and the last day of an address of today."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        contacts.needs_sample(row)
        return _example(installation, row, wave)


def _example(installation: Installation, row: Round, wave: int) -> Message:
    month = periods.months_between(row.field_start, max(row.field_start, installation.today()))
    return rule.words(EXAMPLE, "…", rounds.last_day(row, month), wave)


def send(installation: Installation, code: str, number: int, sender: Sender) -> Wave:
    """Send one wave; each message is marked before it leaves, so that a killed run never sends one twice.

    A sender that marks nothing only tries: it gets examples, no address is made and nobody counts as invited.
    """
    if number < 1:
        raise RefusedError("Waves are counted from 1, the invitation.")
    _quiet(installation, sender)
    told = Wave(number)
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        contacts.needs_sample(row)
        due = _due(session, installation, row, told)
    key = installation.keys.contact_key(code)
    secrets.SystemRandom().shuffle(due)
    try:
        with sender:
            for dossier_id, dossier_code in due:
                if sender.rings and rule.is_quiet(_now(installation)):
                    told.last_trouble = "quiet hours have begun"
                    break
                _send_one(installation, row, told, sender, (dossier_id, dossier_code, key))
    finally:
        said = f"wave {number}: {told.sent} {'sent' if sender.marks else 'tried'}, {told.failed} failed"
        with installation.database.write() as session:
            audit.note(session, installation, "reminders send", code, said)
    return told


def _send_one(
    installation: Installation, row: Round, told: Wave, sender: Sender, of: tuple[uuid.UUID, str, bytes]
) -> None:
    dossier_id, dossier_code, key = of
    with installation.database.write() as session:
        contact = session.get(Contact, (row.id, dossier_id), with_for_update=True)  # two runs at once: one sends
        to = _may_be_sent(session, row, told, sender, contact, installation.today(), key)
        if contact is None or to is None:
            return
        before = (contact.waves, contact.last_sent)
        if sender.marks:
            contact.waves, contact.last_sent = told.number, installation.today()
    if not sender.marks:
        sender.send(to, _example(installation, row, told.number))
        told.sent += 1
        return
    left = False
    try:
        issued = invitations.issue(installation, row.code, [dossier_code])
        told.no_address += len(issued.refused)
        for slip in issued.slips:
            sender.send(to, rule.words(slip.url, slip.unit_name, slip.last_day, told.number))
            told.sent += 1
            left = True
    except SendError as error:
        told.failed += 1
        told.last_trouble = str(error)
    except RefusedError:  # the round was closed meanwhile
        _unmark(installation, (row.id, dossier_id), before)
        raise
    if not left:
        _unmark(installation, (row.id, dossier_id), before)


def _may_be_sent(
    session: Session, row: Round, told: Wave, sender: Sender, contact: Contact | None, today: date, key: bytes
) -> str | None:
    """Where a message may go now; None if it may not, and why is counted."""
    if contact is None or contact.waves >= told.number:
        told.had_it += 1  # an opt-out or another run came between
        return None
    channel, to = contacts.opened(key, contact)
    if sender.channel not in (None, channel):
        told.other_channel += 1
    elif rule.too_soon(contact.last_sent, today):
        told.too_soon += 1
    elif _messages(session, row, contact.person) >= rule.CAP:
        told.capped += 1
    else:
        return to
    return None


def _unmark(installation: Installation, key: tuple[uuid.UUID, uuid.UUID], before: tuple[int, date | None]) -> None:
    """Let the next run try again what did not leave."""
    with installation.database.write() as session:
        contact = session.get(Contact, key)
        if contact is not None:
            contact.waves, contact.last_sent = before


def _due(session: Session, installation: Installation, row: Round, told: Wave) -> list[tuple[uuid.UUID, str]]:
    """Everyone who was drawn and has a contact, less those who had this wave or want no messages."""
    in_sample = invitations.in_sample(row)
    told.drawn = session.scalar(select(func.count()).select_from(SampleMember).where(*in_sample)) or 0
    listed = select(Contact, Dossier.dossier_code).join(Dossier, Dossier.id == Contact.dossier_id)
    mine = listed.join(SampleMember, SampleMember.dossier_id == Contact.dossier_id)
    silent = set(session.scalars(select(OptOut.person)))
    due = []
    for contact, dossier_code in session.execute(mine.where(Contact.round_id == row.id, *in_sample)):
        if contact.person in silent:
            told.opted_out += 1
        elif contact.waves >= told.number:
            told.had_it += 1
        else:
            due.append((contact.dossier_id, dossier_code))
    if row.state != "field" or not row.field_start <= installation.today() <= row.field_end:
        raise RefusedError(
            f"Round {row.code} takes answers from {row.field_start} to {row.field_end}, once it is open."
        )
    return due


def _messages(session: Session, row: Round, person: bytes) -> int:
    """How many messages one person had in this round, whatever dossiers they were for."""
    mine = (Contact.round_id == row.id, Contact.person == person)
    return int(session.scalar(select(func.sum(Contact.waves)).where(*mine)) or 0)


def _quiet(installation: Installation, sender: Sender) -> None:
    if sender.rings and rule.is_quiet(_now(installation)):
        raise RefusedError(f"No message is sent between {rule.QUIET_FROM:%H:%M} and {rule.QUIET_UNTIL:%H:%M}.")


def _now(installation: Installation) -> datetime:
    return installation.now().astimezone(installation.settings.zone)
