"""Sealing: to a public key (answers: only the flush can open them), or with a shared key (a browser's draft)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PUBLIC_BYTES = 32
NONCE_BYTES = 12
PAD_BYTES = 256  # sealed answers come in steps of this length, so that length does not tell content


class SealError(Exception):
    """The text was not sealed with this key, or was changed since."""


def new_private_key() -> bytes:
    """Make an X25519 private key, 32 raw bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """Return the public half of a private key, 32 raw bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_to(public: bytes, plain: bytes) -> bytes:
    """Seal to a public key: ephemeral X25519, HKDF-SHA256, AES-256-GCM; padded to steps of 256 bytes."""
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    sender = ephemeral.public_key().public_bytes_raw()
    # The key is used once, so the nonce may be fixed.
    return sender + AESGCM(_derive(shared, sender + public)).encrypt(bytes(NONCE_BYTES), pad(plain), None)


def open_with(private: bytes, sealed: bytes) -> bytes:
    """Open what `seal_to` sealed; SealError if it is not for this key or was changed."""
    sender = sealed[:PUBLIC_BYTES]
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(sender))
        key = _derive(shared, sender + own.public_key().public_bytes_raw())
        return unpad(AESGCM(key).decrypt(bytes(NONCE_BYTES), sealed[PUBLIC_BYTES:], None))
    except (InvalidTag, ValueError) as error:
        raise SealError("This text was not sealed to this key, or was changed since.") from error


def seal(key: bytes, plain: bytes, purpose: bytes) -> bytes:
    """Seal with a shared 32-byte key (AES-256-GCM); `purpose` must be the same to open it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, purpose)


def unseal(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """Open what `seal` sealed; SealError if key, purpose or text differ."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)
    except (InvalidTag, ValueError) as error:
        raise SealError("This text was not sealed here, or was changed since.") from error


def _derive(shared: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sipas answer v1" + info).derive(shared)


def pad(plain: bytes) -> bytes:
    """Frame a text and fill it up to steps of 256 bytes."""
    framed = len(plain).to_bytes(4, "big") + plain
    return framed + bytes(-len(framed) % PAD_BYTES)


def unpad(padded: bytes) -> bytes:
    """Take the text out of its frame."""
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]
