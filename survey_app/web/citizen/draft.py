"""A draft: everything that an unfinished questionnaire knows, sealed so that only this server can read it."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from survey_app.domain import sealing
from survey_app.domain.answers import Value
from survey_app.keys import KeyFolder

DRAFT_LIFE = timedelta(days=2)  # begun at the desk, finished at home the next evening
BLANK_LIFE = timedelta(minutes=15)  # a sealed blank form in an address line
SIZES = (0, 1, 2)  # A, A+, A++
MAX_SEALED = 16_384  # longer texts are not ours
OPEN, STORED, KEPT = "open", "stored", "kept"

# Where a sealed text may be used: one made for one place opens nothing elsewhere.
COOKIE, FORM, BLANK = b"cookie 1", b"form 1", b"blank 1"

_ROUND_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")  # becomes part of a key file's path


class UnreadableError(ValueError):
    """The text is no draft of ours, was changed, or is too old."""


@dataclass(frozen=True)
class Draft:
    """One questionnaire in one browser; after sending (state stored or kept) it holds no answers."""

    round_code: str
    instrument_key: str
    token: str
    nonce: bytes  # made when the address was opened; the codes on the thank-you page come from it
    began: datetime
    language: str
    offered: tuple[str, ...] | None = None  # languages of the round; None: all of the questionnaire
    size: int = 0
    page: str = ""  # shown last
    passed: tuple[str, ...] = ()  # pages that were sent without a fault
    answers: Mapping[str, Value] = field(default_factory=dict)
    shown: tuple[str, ...] = ()  # languages in which the texts of sent pages really stood
    claim: bool = False  # says 'I have not answered'
    counted: bool = False  # its opening was counted
    bound: bool = True  # only together with the cookie of the same browser
    state: str = OPEN
    receipt: str = ""


def seal(keys: KeyFolder, draft: Draft, purpose: bytes) -> str:
    """Write a draft as text for a cookie, a hidden field or an address line."""
    plain = json.dumps(_record(draft), ensure_ascii=False, separators=(",", ":")).encode()
    sealed = sealing.seal(keys.round_keys(draft.round_code).draft, zlib.compress(plain, 9), purpose)
    return f"{draft.round_code}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def unseal(keys: KeyFolder, text: str, purpose: bytes, now: datetime, life: timedelta = DRAFT_LIFE) -> Draft:
    """Read a draft back; UnreadableError if it is not ours or too old, KeyMissingError if its key is gone."""
    code, _, packed = text.rpartition(".")
    if len(text) > MAX_SEALED or not _ROUND_CODE.match(code):
        raise UnreadableError("This is no draft.")
    try:
        sealed = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        packed_plain = sealing.unseal(keys.round_keys(code).draft, sealed, purpose)
        draft = _read(code, json.loads(zlib.decompress(packed_plain)))
    except (sealing.SealError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise UnreadableError("This draft was not made here, or was changed since.") from error
    if now - draft.began > life:
        raise UnreadableError("This draft is too old.")
    return draft


def _record(draft: Draft) -> dict[str, Any]:
    """Short keys: a draft with a long comment has to fit a cookie."""
    return {
        "i": draft.instrument_key,
        "t": draft.token,
        "n": base64.b64encode(draft.nonce).decode(),
        "b": int(draft.began.timestamp()),
        "l": draft.language,
        "o": draft.offered,
        "z": draft.size,
        "p": draft.page,
        "v": draft.passed,
        "a": dict(draft.answers),
        "w": draft.shown,
        "f": [draft.claim, draft.counted, draft.bound],
        "s": draft.state,
        "r": draft.receipt,
    }


def _read(code: str, record: dict[str, Any]) -> Draft:
    claim, counted, bound = record["f"]
    answers = {name: tuple(value) if isinstance(value, list) else value for name, value in record["a"].items()}
    return Draft(
        round_code=code,
        instrument_key=record["i"],
        token=record["t"],
        nonce=base64.b64decode(record["n"]),
        began=datetime.fromtimestamp(record["b"], UTC),
        language=record["l"],
        offered=None if (offered := record.get("o")) is None else tuple(offered),
        size=record["z"],
        page=record["p"],
        passed=tuple(record["v"]),
        answers=answers,
        shown=tuple(record["w"]),
        claim=claim,
        counted=counted,
        bound=bound,
        state=record["s"],
        receipt=record["r"],
    )
