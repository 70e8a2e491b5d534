"""Checksums and signature: the published vectors, and everything that may be wrong with a signature file."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analysis.errors import AnalysisError
from analysis.release.signing import check_signature, check_sums, public_key, signature, sums
from tests.analysis.published import published

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FILES = {"b.csv": b"1\n", "a/c.json": b"{}\n"}
SIGNED = FILES | {"SHA256SUMS": sums(FILES)}
SIGNED |= {"release.sig": signature(SIGNED["SHA256SUMS"], KEY)}


def told(files, key=KEY):
    return [str(finding) for finding in (*check_signature(files, key.public_key()), *check_sums(files))]


def test_a_bundle_as_it_was_signed_is_good():
    assert told(SIGNED) == []


@pytest.mark.parametrize("name", SIGNED)
def test_any_changed_byte_of_any_file_is_told(name):
    content = SIGNED[name]
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert told(SIGNED | {name: changed}), place


def test_missing_extra_and_unsigned_are_told():
    assert any("b.csv: is missing" in t for t in told({k: v for k, v in SIGNED.items() if k != "b.csv"}))
    assert any("x.csv: does not belong" in t for t in told(SIGNED | {"x.csv": b""}))
    assert any("not signed" in t for t in told({k: v for k, v in SIGNED.items() if k != "release.sig"}))
    assert any("SHA256SUMS: is missing" in t for t in told({k: v for k, v in SIGNED.items() if k != "SHA256SUMS"}))


def test_another_key_is_told_by_name():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert any("another key" in t for t in told(SIGNED, other))


def test_openssl_and_sha256sum_agree(tmp_path):
    """A stranger needs no program of ours."""
    for name, content in SIGNED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "province.pub").write_bytes(pem)
    commands = (
        "sha256sum --quiet -c SHA256SUMS && tail -n 1 release.sig | base64 -d > release.bin && openssl pkeyutl -verify "
        "-pubin -inkey province.pub -rawin -in SHA256SUMS -sigfile release.bin"
    )
    done = subprocess.run(["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_signatures_are_those_of_the_standard():
    """RFC 8032, section 7.1."""
    for vector in published("ed25519_rfc8032")["vectors"]:
        secret, public, message, signed = (
            bytes.fromhex(vector[name]) for name in ("secret", "public", "message_hex", "signature")
        )
        private = Ed25519PrivateKey.from_private_bytes(secret)
        assert private.public_key() == Ed25519PublicKey.from_public_bytes(public)
        last_line = signature(message, private).split(b"\n")[2]
        assert base64.b64decode(last_line) == signed


@pytest.mark.parametrize("pem", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key_is_told(pem):
    with pytest.raises(AnalysisError, match="Ed25519 public key"):
        public_key(pem)
