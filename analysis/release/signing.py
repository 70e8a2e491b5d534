"""Checksums of a bundle and the Ed25519 signature over them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from analysis.errors import AnalysisError
from analysis.release.findings import Finding

SUMS, SIGNATURE = "SHA256SUMS", "release.sig"
OUTSIDE = (SUMS, SIGNATURE)  # the only files that SHA256SUMS does not list
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_TITLE = "sipas release signature 1 (Ed25519 over SHA256SUMS)"
_ANOTHER = "Check that --key is the publisher's; if it is, do not use this bundle."


def sums(files: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS as `sha256sum -c` reads it, sorted by name."""
    lines = [f"{digest(files[path])}  {path}\n" for path in sorted(files) if path not in OUTSIDE]
    return "".join(lines).encode()


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def key_id(public: Ed25519PublicKey) -> str:
    """Name of a public key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return digest(public.public_bytes_raw())[:16]


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key file (PEM); AnalysisError if it is none."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise AnalysisError("the key is no Ed25519 public key (PEM); give the publisher's .pub file")
    return key


def signature(content: bytes, private: Ed25519PrivateKey) -> bytes:
    """The file release.sig for a SHA256SUMS; its last line alone is the signature in base64."""
    signed = base64.b64encode(private.sign(content)).decode()
    return f"{_TITLE}\nkey {key_id(private.public_key())}\n{signed}\n".encode()


def check_sums(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Every file against SHA256SUMS: missing, extra, changed, or a list that is not in its one form."""
    if SUMS not in files:
        yield Finding(SUMS, "is missing")
        return
    listed, rows = dict[str, str](), dict[str, int]()
    for number, line in enumerate(files[SUMS].decode("utf-8", "replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in listed or match[2] in OUTSIDE:
            yield Finding(SUMS, "is not a checksum and a name, or names a file twice", row=str(number), found=line)
        else:
            listed[match[2]], rows[match[2]] = match[1], number
    for path in sorted(listed.keys() | files.keys() - set(OUTSIDE)):
        if path not in files:
            yield Finding(path, f"is missing; {SUMS} lists it")
        elif path not in listed:
            yield Finding(path, f"does not belong to the bundle; {SUMS} does not list it")
        elif digest(files[path]) != listed[path]:
            problem = f"does not have the checksum of {SUMS}, line {rows[path]}"
            yield Finding(path, problem, expected=listed[path], found=digest(files[path]))
    if "".join(f"{listed[path]}  {path}\n" for path in sorted(listed)).encode() != files[SUMS]:
        yield Finding(SUMS, "is not sorted, or not written as this program writes it")


def check_signature(files: Mapping[str, bytes], public: Ed25519PublicKey) -> Iterator[Finding]:
    """The signature over SHA256SUMS."""
    if SIGNATURE not in files:
        yield Finding(SIGNATURE, "is missing: the bundle is not signed")
        return
    lines = files[SIGNATURE].decode("utf-8", "replace").split("\n")
    expected = [_TITLE, f"key {key_id(public)}"]
    for number, (want, found) in enumerate(zip(expected, lines, strict=False), start=1):
        if want != found:
            problem = (
                "is signed with another key" if number == 2 and found.startswith("key ") else "is no signature file"
            )
            yield Finding(SIGNATURE, problem, _ANOTHER, row=str(number), expected=want, found=found)
            return
    try:
        signed = base64.b64decode(lines[2], validate=True)
        public.verify(signed, files.get(SUMS, b""))
        good = lines[2:] == [base64.b64encode(signed).decode(), ""]  # base64 has several forms of the same bytes
    except (binascii.Error, IndexError, InvalidSignature):
        good = False
    if not good:
        yield Finding(SIGNATURE, f"the signature is not of this {SUMS}: one of the two was changed", _ANOTHER, row="3")
        yield Finding(SUMS, "is not the list that was signed, or the signature was changed", _ANOTHER)
