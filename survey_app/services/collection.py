"""Taking an answer: one transaction writes `spent` and the sealed inbox row, or the answer is not taken."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from instruments.model import Instrument
from survey_app.domain import answers as rule
from survey_app.domain import grades, tokens
from survey_app.installation import Installation
from survey_app.models import Inbox, Round, Spent, Stratum
from survey_app.services import alarm, codes, counters, language_packs, rounds
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError
from survey_app.services.taking import Circumstances, Form, Origin, Taken

NONCE_BYTES = 16
CLOSED = "This address opens no questionnaire."


@dataclass(frozen=True)
class Address:
    """A token: which round and questionnaire it names, whether it is ours, and whether it was used."""

    token: tokens.Token
    kind: tokens.Kind | None  # None: forged
    round_id: uuid.UUID
    round_code: str
    round_title: str
    instrument: Instrument
    desk_id: uuid.UUID | None  # None: forged
    used: bool


@dataclass(frozen=True)
class Submission:
    """What a questionnaire sends when the citizen presses 'send'."""

    token_text: str
    nonce: bytes  # made when the form was opened, known to that browser only
    raw: Mapping[str, Any]
    language: str
    shown_languages: tuple[str, ...] = ()  # differs from (language,) where a text fell back
    device: str = grades.OWN_DEVICE
    assisted: bool = False
    seconds: float | None = None
    says_not_answered: bool = False
    partial: bool = False  # a kiosk's time ran out: required questions may be missing
    apart: uuid.UUID | None = None  # where a kiosk's answer lies when it is kept apart

    @property
    def circumstances(self) -> Circumstances:
        """How the answer was given."""
        shown = self.shown_languages
        given = (self.device, self.assisted, self.seconds, self.partial)
        return Circumstances(self.nonce, self.language, shown, *given, apart=self.apart)


def open_address(installation: Installation, text: str) -> Address:
    """Look at a token without any side effect.

    Raises MistypedError (its check characters are wrong), OtherWayError (its round is not answered on own devices) or
    ClosedDoorError (it opens nothing; never says why).
    """
    with installation.database.read() as session:
        address = _find(session, installation, tokens.parse(text), grades.OWN_DEVICE)
        if _closed(session, installation, address):
            raise ClosedDoorError(CLOSED)
        return address


def open_claim(installation: Installation, text: str, way: str = grades.OWN_DEVICE) -> Address:
    """Open a blank form for somebody who says 'I have not answered'; the same for used, expired and forged tokens."""
    with installation.database.read() as session:
        return _find(session, installation, tokens.parse(text), way)


def why_late(installation: Installation, address: Address) -> str | None:
    """Why a genuine token is not taken today, for staff who hold it; None if it is."""
    with installation.database.read() as session:
        return _late(session, installation, address)


def count_opened(installation: Installation, address: Address) -> None:
    """Count that a citizen began to answer; once per browser, by the page's own mark."""
    if address.desk_id is None or address.kind is tokens.Kind.SHEET:
        return  # counts of addresses speak of slips alone
    with installation.database.write() as session:
        counters.count(session, address.round_id, address.desk_id, installation.today(), "opened")


def submit(installation: Installation, submission: Submission) -> Taken:
    """Take an answer exactly once.

    The same form sent again is 'already_received' with the same codes; anything else on a used token, or on one that
    opens nothing, goes to the quarantine. Raises AnswersNotValidError, MistypedError or ClosedDoorError.
    """
    token = tokens.parse(submission.token_text)
    with installation.database.write() as session:
        address = _find(session, installation, token, submission.device)
        checked = rule.check(address.instrument, submission.raw, pages=() if submission.partial else None)
        if not checked.valid:
            raise AnswersNotValidError(checked.problems)
        origin = _origin(installation, address, submission)
        form = Form(installation, session, origin, submission.circumstances, checked.answers)
        if submission.says_not_answered:
            return form.quarantine(_of_claim(address, _late(session, installation, address)))
        if address.kind is None:
            raise ClosedDoorError(CLOSED)
        rounds.hold_open(session, address.round_id)
        late = _late(session, installation, address)
        return form.quarantine(late) if late and not address.used else form.store()


def withdraw(installation: Installation, code: str) -> bool:
    """Take an answer back before it moves; the token stays spent. False if the code is not (or no longer) known.

    What no batch took at the close waits on and is in no figure: it can be taken back until the erasure date.
    """
    with installation.database.write() as session:
        for row in session.scalars(codes.rounds_kept(installation.today())):
            keys = installation.keys.round_keys(row.code)
            known = codes.digest(keys.spent, "withdrawal", code)
            # The row that went is the proof: a flush may move the answer between looking for it and deleting it.
            gone = delete(Inbox).where(Inbox.withdrawal_hash == known).returning(Inbox.id)
            if session.scalar(gone) is not None:
                return True
    return False


def _find(session: Session, installation: Installation, token: tokens.Token, way: str) -> Address:
    """Look a token up; the work is the same for a forged one, so that time tells nothing."""
    stratum = and_(Stratum.round_id == Round.id, Stratum.number == token.stratum_number)
    wanted = select(Round, Stratum.desk_id).outerjoin(Stratum, stratum).where(Round.number == token.round_number)
    row, desk_id = session.execute(wanted).one_or_none() or (None, None)
    if row is None or row.state in ("plan", "frozen") or row.erasure_date <= installation.today():
        raise ClosedDoorError(CLOSED)
    rounds.require_collector(row, way)
    keys = installation.keys.round_keys(row.code)
    genuine = tokens.kind_of(keys.token, token)
    kind = genuine if desk_id else None
    used = select(Spent.round_id).where(
        Spent.round_id == row.id,
        Spent.token_hash == tokens.spent_hash(keys.spent, token),
    )
    spent = session.scalar(used) is not None
    if kind is None:
        alarm.FORGED.note(installation.now())
    instrument = language_packs.spoken(installation, row.instrument_key, row.languages)
    desk = desk_id if kind else None
    return Address(token, kind, row.id, row.code, row.title, instrument, desk, used=spent)


def _closed(session: Session, installation: Installation, address: Address) -> bool:
    return address.kind is None or address.used or _late(session, installation, address) is not None


def outside_field(row: Round, today: date) -> str | None:
    """Why a round that was open takes no answer on a day, as a reason of the quarantine."""
    if row.state == "field" and today < row.field_start:
        return "before_start"
    return None if row.state == "field" and today <= row.field_end else "after_close"


def _late(session: Session, installation: Installation, address: Address) -> str | None:
    """Why a genuine token is no longer taken, as a reason of the quarantine."""
    row = session.get_one(Round, address.round_id)
    today = installation.today()
    outside = outside_field(row, today)
    if outside is not None:
        return outside
    return "expired" if today > rounds.last_day(row, address.token.month) else None


def _of_claim(address: Address, late: str | None) -> str:
    """Where a claim is kept: only an address that was used says that somebody else used it."""
    if address.kind is None:
        return "unknown_address"
    return "says_not_answered" if address.used or late is None else late


def _origin(installation: Installation, address: Address, submission: Submission) -> Origin:
    """Everything that a token says about its answer."""
    kind = address.kind or tokens.Kind.UNDRAWN
    return Origin(
        round_id=address.round_id,
        round_code=address.round_code,
        instrument=address.instrument,
        unit_id=address.desk_id,
        identity=address.token.signed,
        spent_hash=tokens.spent_hash(installation.keys.round_keys(address.round_code).spent, address.token),
        stratum=address.token.stratum_number,
        grade=grades.of_token(kind, submission.device, assisted=submission.assisted),
        sheet=kind is tokens.Kind.SHEET,
    )
