"""The key that signs releases: made once, kept encrypted under a passphrase, opened only to sign."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MIN_PASSPHRASE = 16  # characters


class ReleaseKeyError(Exception):
    """A passphrase that is too short or wrong, or a file that holds no signing key."""


def new_pair(passphrase: str) -> tuple[bytes, bytes]:
    """Private key encrypted under a passphrase, and public key, both PEM."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise ReleaseKeyError(f"The passphrase needs at least {MIN_PASSPHRASE} characters; four or five words do.")
    private = Ed25519PrivateKey.generate()
    encrypted = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encrypted, public


def opened(pem: bytes, passphrase: str) -> Ed25519PrivateKey:
    """The private key; ReleaseKeyError if the passphrase is wrong or the file is no such key."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError):
        raise ReleaseKeyError("The signing key does not open: wrong passphrase, or no encrypted signing key.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseKeyError("This is no Ed25519 signing key; `sipas keys release` makes one.")
    return key
