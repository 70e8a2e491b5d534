"""Answers that a kiosk has sealed to the server's key (ECDH P-256, which every browser has), and its signatures.

Bytes of a sealed answer: version 1 | key id 8 | ephemeral public key 65 | AES-256-GCM text with its tag (ADR 0009).
"""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey_app.domain.sealing import NONCE_BYTES, SealError, unpad

VERSION = 1
KEY_BYTES = 32  # private scalar
POINT_BYTES = 65  # uncompressed public key: 4, x, y
ID_BYTES = 8
HEAD_BYTES = 1 + ID_BYTES + POINT_BYTES
SIGNATURE_BYTES = 64
INFO = b"sipas kiosk answer v1"
CURVE = ec.SECP256R1()


class KeyShapeError(ValueError):
    """A text is not a public key on the curve P-256."""


def new_private_key() -> bytes:
    """Make a P-256 private key as 32 bytes."""
    return ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(KEY_BYTES, "big")


def public_key(private: bytes) -> bytes:
    """Return the public half of a private key as an uncompressed point."""
    return _private(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def key_id(public: bytes) -> bytes:
    """Eight bytes by which a sealed answer names the key that opens it."""
    return sha256(public).digest()[:ID_BYTES]


def named_key(sealed: bytes) -> bytes:
    """Eight bytes by which a sealed answer names its key; fewer if it is too short to be one."""
    return sealed[1 : 1 + ID_BYTES]


def open_answer(private: bytes, sealed: bytes, device: uuid.UUID, key: uuid.UUID) -> bytes:
    """Open what a kiosk sealed for this item of this device; SealError if it is not for this key or was changed."""
    public = public_key(private)
    if len(sealed) < HEAD_BYTES or sealed[: 1 + ID_BYTES] != bytes([VERSION]) + key_id(public):
        raise SealError("This text was not sealed to this key.")
    sender = sealed[1 + ID_BYTES : HEAD_BYTES]
    try:
        shared = _private(private).exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO + sender + public).derive(shared)
        # The key is used once, so the nonce may be fixed.
        plain = AESGCM(derived).decrypt(bytes(NONCE_BYTES), sealed[HEAD_BYTES:], device.bytes + key.bytes)
    except (InvalidTag, ValueError) as error:
        raise SealError("This text was not sealed to this key, or was changed since.") from error
    return unpad(plain)


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a message carries the signature (r and s, 32 bytes each) of the holder of a key."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        held = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
        held.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def point_of_jwk(jwk: object) -> bytes:
    """Read a public key as browsers export it; KeyShapeError unless it is a point on the curve."""
    if not isinstance(jwk, Mapping) or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise KeyShapeError("Send a public key as JWK with kty EC and crv P-256.")
    try:
        x, y = (from_base64(jwk[name]) for name in ("x", "y"))
        point = b"\x04" + x + y
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except (KeyError, ValueError) as error:
        raise KeyShapeError("x and y are not a point on the curve P-256.") from error
    return point


def jwk_of_point(point: bytes) -> dict[str, str]:
    """Write a public key as browsers import it."""
    return {"kty": "EC", "crv": "P-256", "x": to_base64(point[1:33]), "y": to_base64(point[33:])}


def to_base64(raw: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64(text: object) -> bytes:
    """Read base 64 for addresses; ValueError for anything else."""
    if not isinstance(text, str) or not text.isascii() or set(text) & set("+/="):
        raise ValueError("This is no base 64 for addresses without padding.")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _private(private: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(private, "big"), CURVE)
