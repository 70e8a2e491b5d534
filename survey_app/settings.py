"""Settings: one frozen dataclass read from the environment, all problems listed at once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ENVIRONMENTS = ("demo", "test", "production")
DEMO_SECRET = "demo-secret-for-one-machine-only"  # noqa: S105 - refused outside demo and test
SPDX = re.compile(r"[A-Za-z0-9.+-]{1,60}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """The environment cannot be used; `problems` lists every reason with its remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("Settings cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations. Each field is SIPAS_<NAME> in the environment."""

    environment: str = "production"  # demo | test | production
    database_url: str = "sqlite:///var/sipas.sqlite"  # sqlite:///FILE or postgresql+psycopg://...
    key_folder: Path = Path("var/keys")  # outside the database and its backups
    release_folder: Path = Path("var/releases")  # bundles of releases, named by their SHA-256
    language_folder: Path = Path("var/languages")  # packs, recordings and pictures that the office adds
    public_url: str = "http://127.0.0.1:8000"  # fixed address in QR codes and links
    secret_key: str = ""  # signs staff sessions; at least 32 characters
    host: str = "127.0.0.1"  # where `sipas serve` listens
    port: int = 8000
    threads: int = 8  # request threads of `sipas serve`
    trusted_proxies: int = 0  # above 0: a proxy stands in front
    timezone: str = "Asia/Ho_Chi_Minh"
    log_level: str = "INFO"
    publisher: str = ""  # of releases; empty: the name of the round's unit
    contact: str = ""  # who answers questions about releases: an e-mail address, a telephone number, an office
    licence: str = "CC-BY-4.0"  # of releases, an SPDX identifier
    licence_url: str = "https://creativecommons.org/licenses/by/4.0/"
    smtp_host: str = ""  # mail server for invitations and reminders; TLS unless it is this machine
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""  # address that they come from

    @property
    def demo(self) -> bool:
        """True where made-up data may be loaded and `flush --now` may run."""
        return self.environment in ("demo", "test")

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone: the fixed hour of a flush is read in it."""
        return ZoneInfo(self.timezone)

    @property
    def https(self) -> bool:
        """True when citizens reach the platform by TLS; cookies are then marked secure."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read SIPAS_*; raise SettingsError naming every unknown, malformed or unsafe one."""
        problems: list[str] = []
        values: dict[str, object] = {}
        fields = cls.__dataclass_fields__
        for name, raw in environ.items():
            if not name.startswith("SIPAS_") or name == "SIPAS_REFERENCE_DATA":
                continue
            field = name.removeprefix("SIPAS_").lower()
            if field not in fields:
                problems.append(f"{name} is not a setting; see .env.example for the list.")
                continue
            values[field] = _convert(name, raw, fields[field].type, problems)
        if values.get("environment") == "demo":
            values.setdefault("secret_key", DEMO_SECRET)
        if problems:
            raise SettingsError(problems)
        settings = cls(**values)  # type: ignore[arg-type]  # converted field by field above
        problems += settings.problems()
        if problems:
            raise SettingsError(problems)
        return settings

    def problems(self) -> list[str]:
        """Every reason why these settings must not run, each with its remedy."""
        found: list[str] = []
        if self.environment not in ENVIRONMENTS:
            found.append(f"SIPAS_ENVIRONMENT is {self.environment!r}; use one of {', '.join(ENVIRONMENTS)}.")
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            found.append("SIPAS_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
        if urlsplit(self.public_url).scheme not in ("http", "https") or not urlsplit(self.public_url).hostname:
            found.append("SIPAS_PUBLIC_URL must be a full address such as https://hailong.tinh.example.")
        if len(self.secret_key) < 32:
            found.append("SIPAS_SECRET_KEY needs at least 32 characters; `openssl rand -hex 32` makes one.")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError):
            found.append(f"SIPAS_TIMEZONE {self.timezone!r} is not known; Asia/Ho_Chi_Minh is the usual one.")
        found += self._unclear_licence()
        if self.environment == "production":
            found += self._unsafe_in_production()
        return found

    def _unclear_licence(self) -> list[str]:
        """What a reader of a release could not tell of its licence."""
        found: list[str] = []
        if not SPDX.fullmatch(self.licence):
            found.append("SIPAS_LICENCE takes an SPDX identifier such as CC-BY-4.0; see https://spdx.org/licenses.")
        address = urlsplit(self.licence_url)
        if address.scheme not in ("http", "https") or not address.hostname or not self.licence_url.isprintable():
            found.append("SIPAS_LICENCE_URL must be the full address of the licence's text.")
        default = Settings.__dataclass_fields__
        if (self.licence == default["licence"].default) != (self.licence_url == default["licence_url"].default):
            found.append("SIPAS_LICENCE and SIPAS_LICENCE_URL name one licence: change both, or none.")
        return found

    def _unsafe_in_production(self) -> list[str]:
        """What a real installation must not do."""
        found: list[str] = []
        if self.secret_key == DEMO_SECRET:
            found.append("SIPAS_SECRET_KEY is the demo's; `openssl rand -hex 32` makes a new one.")
        if not self.https and urlsplit(self.public_url).hostname not in LOOPBACK:
            found.append("SIPAS_PUBLIC_URL must be https:// in production, or answers cross the net in the open.")
        if self.host not in LOOPBACK and not self.trusted_proxies:
            found.append("SIPAS_HOST opens a port to the network without TLS; put a proxy in front of 127.0.0.1.")
        return found


def _convert(name: str, raw: str, kind: object, problems: list[str]) -> object:
    """Turn the text of one variable into its field's type, noting a problem instead of raising."""
    if kind in (int, "int"):
        if raw.strip().isdigit():
            return int(raw)
        problems.append(f"{name} must be a whole number, not {raw!r}.")
        return 0
    return Path(raw) if kind in (Path, "Path") else raw
