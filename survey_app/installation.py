"""One installation: its settings, database, key folder and clock, handed down to whoever needs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from survey_app.db import Database
from survey_app.keys import KeyFolder
from survey_app.language_folder import LanguageFolder
from survey_app.settings import Settings


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Installation:
    """What every service gets as its first argument; tests hand in another clock."""

    settings: Settings
    database: Database
    keys: KeyFolder
    clock: Callable[[], datetime] = _utc_now

    @classmethod
    def from_settings(cls, settings: Settings) -> "Installation":
        """Open database and key folder as the settings say."""
        return cls(settings, Database(settings.database_url), KeyFolder(settings.key_folder))

    @cached_property
    def languages(self) -> LanguageFolder:
        """Languages, recordings and pictures that the office has added."""
        return LanguageFolder(self.settings.language_folder)

    def now(self) -> datetime:
        """Return the moment, in the office's time zone."""
        return self.clock().astimezone(self.settings.zone)

    def today(self) -> date:
        """Return the day in the office's time zone."""
        return self.now().date()
