"""The key folder: secrets that live outside the database and its backups, one subfolder per kind of reader."""

import os
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from survey_app import whole_files
from survey_app.domain import kiosk_sealing, release_keys, sealing

KEY_BYTES = 32
DAYS_AHEAD = 120  # day keys made in advance, so that a stopped flush never stops answers
COMMENTS, QUARANTINE = "comments", "quarantine"  # key pairs that outlive the days
POOLS = (COMMENTS, QUARANTINE)


class KeyMissingError(Exception):
    """A key file that must exist does not; the message names it and the command that makes it."""


@dataclass(frozen=True)
class RoundKeys:
    """Keys of one round that the web process needs: MAC of tokens and of `spent`, sealing of drafts."""

    token: bytes
    spent: bytes
    draft: bytes


class KeyFolder:
    """Reads and makes key files.

    `web/` is read by the web process, `issue/` by whoever issues tokens, `flush/` by `sipas flush` alone: an
    installation can give each its own operating-system user.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def create_round(self, code: str) -> None:
        """Make the keys of a round; existing ones are kept, since tokens already printed depend on them."""
        for name in ("token", "spent", "draft"):
            self._create(self.root / "web" / "rounds" / code / f"{name}.key")
        for name in ("issuing", "seed"):
            self._create(self.root / "issue" / "rounds" / code / f"{name}.key")

    def round_keys(self, code: str) -> RoundKeys:
        """Keys that check tokens of this round."""
        folder = self.root / "web" / "rounds" / code
        return RoundKeys(*(self._read(folder / f"{name}.key") for name in ("token", "spent", "draft")))

    def issuing_key(self, code: str) -> bytes:
        """Key that turns a dossier code into its identifier."""
        return self._read(self.root / "issue" / "rounds" / code / "issuing.key")

    def seed(self, code: str) -> bytes:
        """Committed seed that decides which dossiers are drawn; published after the round."""
        return self._read(self.root / "issue" / "rounds" / code / "seed.key")

    def contact_key(self, code: str) -> bytes:
        """Key that seals phone numbers and e-mail addresses of a round; made when it is first needed."""
        path = self._contact_key(code)
        self._create(path)
        return self._read(path)

    def opt_out_key(self) -> bytes:
        """Key under which addresses that want no messages are known again; made when it is first needed."""
        path = self.root / "issue" / "opt-out.key"
        self._create(path)
        return self._read(path)

    def _contact_key(self, code: str) -> Path:
        return self.root / "issue" / "rounds" / code / "contact.key"

    def prepare_days(self, first: date, days: int = DAYS_AHEAD) -> int:
        """Make the key pairs of the coming days that do not exist yet; return how many were made."""
        made = 0
        for offset in range(days):
            name = (first + timedelta(days=offset)).isoformat()
            made += self._create_pair(name)
        return made

    def prepare_pools(self) -> None:
        """Make the key pairs of waiting comments and of the quarantine, which outlive the days."""
        for name in POOLS:
            self._create_pair(name)

    def prepare_kiosks(self) -> None:
        """Make the key that kiosks seal their answers to; an existing one is kept, since sealed answers need it."""
        _write_new(self._kiosks, kiosk_sealing.new_private_key())

    def kiosks(self) -> bytes:
        """Private key that opens what kiosks send; the web process opens it, checks it and seals it to the day."""
        return self._read(self._kiosks)

    def kiosk_key(self, key_id: bytes) -> bytes:
        """Private key that a sealed answer names, in use or retired; the one in use for a name that is none of ours."""
        retired = self._retired.glob(f"*_{key_id.hex()}.key")
        return self._read(next(retired, self._kiosks))

    def rotate_kiosks(self, today: date) -> None:
        """Make another key for kiosks to seal to, and retire the one in use: devices may hold answers sealed to it."""
        private = self.kiosks()
        name = f"{today.isoformat()}_{kiosk_sealing.key_id(kiosk_sealing.public_key(private)).hex()}.key"
        _write_new(self._retired / name, private)
        whole_files.write(self._kiosks, kiosk_sealing.new_private_key())

    def retired_kiosks(self) -> list[date]:
        """Days on which keys of kiosks were retired, oldest first; two on one day count twice."""
        return sorted(date.fromisoformat(path.stem.partition("_")[0]) for path in self._retired.glob("*.key"))

    def destroy_kiosks(self, retired: date) -> None:
        """Overwrite and remove the keys of kiosks that were retired on a day; twice is harmless."""
        for path in self._retired.glob(f"{retired.isoformat()}_*.key"):
            _destroy(path)

    @property
    def _kiosks(self) -> Path:
        return self.root / "web" / "kiosks" / "sealing.key"

    @property
    def _retired(self) -> Path:
        return self.root / "web" / "kiosks" / "retired"

    def create_release(self, passphrase: str) -> tuple[Path, Path]:
        """Make the pair that signs releases; existing files are never overwritten."""
        private, public = self.root / "release" / "release.key", self.root / "release" / "province.pub"
        if private.exists() or public.exists():
            raise release_keys.ReleaseKeyError(f"{private} or {public} exists; move it to its safe place first.")
        encrypted, shown = release_keys.new_pair(passphrase)
        if not _write_new(private, encrypted):
            raise release_keys.ReleaseKeyError(f"{private} was made meanwhile; move it to its safe place first.")
        _write_new(public, shown, whole_files.PUBLIC)
        return private, public

    def public(self, name: str) -> bytes:
        """Public key of a day (ISO date) or of a pool."""
        return self._read(self.root / "web" / "public" / f"{name}.pub")

    def private(self, name: str) -> bytes:
        """Private key of a day or of a pool; only the flush calls this."""
        return self._read(self.root / "flush" / f"{name}.key")

    def destroy_round(self, code: str) -> None:
        """Overwrite and remove every key of a round; twice is harmless."""
        for kind in ("web", "issue"):
            folder = self.root / kind / "rounds" / code
            if folder.is_dir():
                for path in folder.iterdir():
                    _destroy(path)
                folder.rmdir()

    def destroy_day(self, day: date) -> None:
        """Overwrite and remove the private key of a day whose answers have all moved; twice is harmless."""
        _destroy(self.root / "flush" / f"{day.isoformat()}.key")
        (self.root / "web" / "public" / f"{day.isoformat()}.pub").unlink(missing_ok=True)

    def days(self) -> list[date]:
        """Days whose private key still exists, oldest first."""
        names = [p.stem for p in (self.root / "flush").glob("*.key") if p.stem not in POOLS]
        return sorted(date.fromisoformat(name) for name in names)

    def _create_pair(self, name: str) -> int:
        """Write the private key first: a public key without its private half would swallow answers.

        The public one is of the private key that stands in the file, which another process may have made meanwhile.
        """
        private, public = self.root / "flush" / f"{name}.key", self.root / "web" / "public" / f"{name}.pub"
        if public.exists():
            return 0
        _write_new(private, sealing.new_private_key())
        return int(_write_new(public, sealing.public_key(private.read_bytes()), whole_files.PUBLIC))

    def _create(self, path: Path) -> None:
        _write_new(path, secrets.token_bytes(KEY_BYTES))

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise KeyMissingError(
                f"Key file {path} is missing. `sipas keys prepare` makes the keys of days, `sipas round create` those "
                "of a round; a lost key of a running round must come back from its own safe copy.",
            ) from None


def _destroy(path: Path) -> None:
    """Overwrite and remove a key file, if it is there."""
    if path.exists():
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _write_new(path: Path, content: bytes, mode: int = whole_files.SECRET) -> bool:
    """Write a key that is not there yet; False if it is, since what was sealed to it needs the one that stands."""
    if path.exists():
        return False
    whole_files.make_folder(path.parent)
    return whole_files.write_new(path, content, mode)
