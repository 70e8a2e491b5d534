"""What a release says of itself: identity, round, publisher, licence, moments, earlier releases, corrections."""

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from analysis.errors import AnalysisError
from analysis.release.findings import BundleError, Finding

PATH = "release.json"
SCHEME = "sipas-release/1"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_HEX = re.compile(r"[0-9a-f]{64}")
_SPDX = re.compile(r"[A-Za-z0-9.+-]{1,60}")
_URL = re.compile(r"https?://[^\s\"<>\\^`{|}]+")
_SPAN = ("first", "last")
_SEVERAL = ("period", "field", "earlier")  # of several texts
_FORMS = {"id": _ID, "earlier": _HEX, "url": _URL, "licence": _SPDX, "licence_url": _URL}


@dataclass(frozen=True)
class Facts:
    """The facts of one release; every moment is given, none is read from a clock.

    Attributes
    ----------
    id, version : str, int
        Name of the release in addresses; 1 for the first issue, one more for each correction.
    url : str
        Stable address of this version.
    period, field : (str, str)
        First and last day (ISO) of the returns that were asked about, and of the answers.
    announced : str
        Minute (ISO with offset) before which nothing of it is public.
    licence, licence_url : str
        SPDX identifier, and the address of the licence's text.
    contact : str
        Whom readers may ask; blank if nobody is named.
    earlier : tuple of str
        SHA-256 of the SHA256SUMS of every earlier release of this publisher, oldest first.
    erratum : str
        Why an earlier version was corrected; blank in version 1.
    previous : str
        `id/version` of the release whose figures stand in data/earlier.csv, usually last year's; blank if none.
    """

    id: str
    version: int
    url: str
    title_vi: str
    title_en: str
    publisher: str
    place: str
    round: str
    instrument: str
    period: tuple[str, str]
    field: tuple[str, str]
    announced: str
    licence: str
    licence_url: str
    software: str
    contact: str = ""
    earlier: tuple[str, ...] = ()
    previous: str = ""
    erratum: str = ""

    def __post_init__(self) -> None:
        """Refuse facts that an address, a date or a reader could not use."""
        for field in fields(self):
            given = getattr(self, field.name)
            parts = given if field.name in _SEVERAL and isinstance(given, tuple) else (given,)
            wanted = int if field.name == "version" else str
            if not all(type(part) is wanted for part in parts):
                raise AnalysisError(f"{field.name} of a release cannot be {given!r}")
        for name, form in _FORMS.items():
            given = getattr(self, name)
            for value in given if isinstance(given, tuple) else (given,):
                if not form.fullmatch(value):
                    raise AnalysisError(f"{name} of a release cannot be {value!r}")
        if self.version < 1 or (self.version > 1) != bool(self.erratum):
            raise AnalysisError("version 1 has no erratum, every later version has one")
        for days in (self.period, self.field):
            if len(days) != len(_SPAN) or any(date.fromisoformat(day).isoformat() != day for day in days):
                raise AnalysisError(f"a release's days are two of the form 2026-01-31, not {days!r}")
        if datetime.fromisoformat(self.announced).tzinfo is None:
            raise AnalysisError("the announced minute needs its offset from UTC")

    @property
    def name(self) -> str:
        """Identity such as song-may-2026/1."""
        return f"{self.id}/{self.version}"

    def content(self) -> bytes:
        """The file release.json."""
        return json_bytes({"scheme": SCHEME, **asdict(self)})


def facts_of(content: bytes) -> Facts:
    """Read release.json back; BundleError if it is not what `Facts.content` writes."""
    try:
        read: dict[str, Any] = json.loads(content)
        known: dict[str, Any] = {field.name: read[field.name] for field in fields(Facts)}
        known |= {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
        made = Facts(**known)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError([Finding(PATH, f"does not describe a release ({error})")]) from None
    if made.content() != content:
        raise BundleError([Finding(PATH, "is not written as this program writes it")])
    return made


def json_bytes(content: object) -> bytes:
    """JSON as the bundle writes it: keys in the order given, NFC, no NaN."""
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode()
