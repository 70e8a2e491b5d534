"""Everything that a kiosk needs to ask questions without a network."""

import json
import uuid
from dataclasses import asdict
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.model import Instrument
from survey_app.domain import collectors, enrolment, grades, kiosk_sealing
from survey_app.installation import Installation
from survey_app.models import Kiosk, KioskRound, KioskWalkUp, Round
from survey_app.services import audit, kiosk_media, kiosks, language_packs, rounds, units
from survey_app.services.errors import NotFoundError, RefusedError

IDLE_SECONDS, WARNING_SECONDS = 60, 20
DISCARD, KEEP_PARTIAL = "discard", "keep_partial"


def package(installation: Installation, kiosk_id: uuid.UUID) -> dict[str, Any]:
    """Device, key to seal to, PIN verifier and rounds; `version` changes when anything of it does."""
    public = kiosk_sealing.public_key(installation.keys.kiosks())
    with installation.database.read() as session:
        row = session.get_one(Kiosk, kiosk_id)
        about = kiosks.describe(session, installation, row)
        content: dict[str, Any] = {
            "device": {"number": row.number, "name": row.name, "desk": about.desk, "province": about.province},
            "sealing_key": {
                "id": kiosk_sealing.to_base64(kiosk_sealing.key_id(public)),
                "jwk": kiosk_sealing.jwk_of_point(public),
            },
            "pin": {
                "algorithm": "PBKDF2-SHA256",
                "iterations": enrolment.PIN_ROUNDS,
                "salt": kiosk_sealing.to_base64(row.pin_salt),
                "hash": kiosk_sealing.to_base64(row.pin_hash),
            },
            "rounds": [_round(installation, session, found) for found in _in_field(session, installation, row)],
        }
    spoken = {code for found in content["rounds"] for code in found["languages"]}
    content["screens"] = language_packs.kiosk_screens(installation, spoken)
    content |= kiosk_media.media(installation, content["rounds"], spoken)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return {"version": sha256(text.encode()).hexdigest()[:32], **content}


def set_round(installation: Installation, code: str, idle_seconds: int, on_timeout: str) -> None:
    """Say what the kiosks of a round do when nobody touches them."""
    if not 15 <= idle_seconds <= 600:
        raise RefusedError("--idle takes 15 to 600 seconds.")
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        known = session.get(KioskRound, row.id)
        if row.state not in ("plan", "frozen") and on_timeout == DISCARD and on_timeout_of(session, row.id) != DISCARD:
            # A device without a network still keeps partial answers; they would be thrown away on arrival.
            raise RefusedError(f"Round {code} has begun and keeps partial answers; that cannot be taken back.")
        if known is None:
            session.add(KioskRound(round_id=row.id, idle_seconds=idle_seconds, on_timeout=on_timeout))
        else:
            known.idle_seconds, known.on_timeout = idle_seconds, on_timeout
        audit.note(session, installation, "kiosk round", code, f"{idle_seconds} s, {on_timeout}")


def on_timeout_of(session: Session, round_id: uuid.UUID) -> str:
    """What a round does with an answer that was left in the middle."""
    chosen = session.get(KioskRound, round_id)
    return chosen.on_timeout if chosen else DISCARD


def rounds_of_desk(session: Session, installation: Installation, unit_id: uuid.UUID) -> list[Round]:
    """Rounds that measure a desk, newest first: those of units that it stood under at some time of the round, till now.

    A desk that moved or ended since still belongs to the round, as its strata do, and holds answers given in it.
    """
    places = units.places(session, unit_id)
    above = {unit for unit, _first, _end in places}
    found = select(Round).where(Round.unit_id.in_(above)).order_by(Round.field_start.desc(), Round.code)
    soon = _soon(installation)
    return [row for row in session.scalars(found) if any(_measures(row, *place, soon) for place in places)]


def _measures(row: Round, unit_id: uuid.UUID, first: date, end: date, soon: date) -> bool:
    """Whether a round has measured, until `soon`, a desk that stood under a unit from `first` until before `end`."""
    begins = min(row.period_start, row.field_start)
    till = max(begins, min(soon, max(row.period_end, row.field_end)))
    return unit_id == row.unit_id and first <= till and begins < end


def _soon(installation: Installation) -> date:
    """Tomorrow: a device that has no network then needs the round that begins then."""
    return installation.today() + timedelta(days=1)


def ask_without_slip(installation: Installation, number: int, code: str) -> None:
    """Say which round a device asks people without a slip about; a slip always leads to its own."""
    with installation.database.write() as session:
        kiosk = session.scalar(select(Kiosk).where(Kiosk.number == number))
        if kiosk is None:
            raise NotFoundError(f"There is no kiosk {number}; `sipas kiosk list` shows all.")
        row = rounds.by_code(session, code)
        if row not in rounds_of_desk(session, installation, kiosk.unit_id):
            raise RefusedError(f"Round {code} does not measure the desk of kiosk {number}.")
        rounds.require_collector(row, grades.DESK_DEVICE)
        session.merge(KioskWalkUp(kiosk_id=kiosk.id, round_id=row.id))
        audit.note(session, installation, "kiosk ask", f"kiosk {number}", code)


def _in_field(session: Session, installation: Installation, kiosk: Kiosk) -> list[Round]:
    """Rounds that a device asks about: those that have begun first, and of them the one for people without a slip."""
    today, soon = installation.today(), _soon(installation)
    found = rounds_of_desk(session, installation, kiosk.unit_id)
    chosen = session.get(KioskWalkUp, kiosk.id)
    found.sort(key=lambda row: (row.field_start > today, chosen is None or row.id != chosen.round_id))
    asked = [row for row in found if collectors.takes(row.collectors, grades.DESK_DEVICE)]
    return [row for row in asked if row.state == "field" and row.field_start <= soon and today <= row.field_end]


def _round(installation: Installation, session: Session, row: Round) -> dict[str, Any]:
    instrument = language_packs.spoken(installation, row.instrument_key, row.languages)
    chosen = session.get(KioskRound, row.id)
    return {
        "code": row.code,
        "number": row.number,
        "title": row.title,
        "field_start": row.field_start.isoformat(),
        "field_end": row.field_end.isoformat(),
        "erasure_date": row.erasure_date.isoformat(),
        "settings": {
            "idle_seconds": chosen.idle_seconds if chosen else IDLE_SECONDS,
            "warning_seconds": WARNING_SECONDS,
            "on_timeout": on_timeout_of(session, row.id),
        },
        "languages": list(instrument.languages),
        "instrument": _instrument(instrument),
    }


def _instrument(instrument: Instrument) -> dict[str, Any]:
    """A questionnaire as JSON: what is asked, and the words of every complete language."""
    scales = {s.id: {"levels": s.levels, "not_applicable": s.not_applicable} for s in instrument.scales.values()}
    return {
        "key": instrument.key,
        "default_language": instrument.default_language,
        "pages": list(instrument.pages),
        "scales": scales,
        "factors": [{"id": factor.id, "items": list(factor.items)} for factor in instrument.factors],
        "items": [{k: v for k, v in asdict(i).items() if k != "wording_status"} for i in instrument.items],
        "words": {language: dict(instrument.words[language]) for language in instrument.languages},
    }
