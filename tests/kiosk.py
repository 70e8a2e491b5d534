"""A kiosk as a browser would be one: its own keys, its running numbers, answers sealed on the device."""

import json
import os
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey_app.domain import kiosk_sealing
from survey_app.domain.access import Reader
from survey_app.services import kiosk_sync, kiosks
from tests.factories import a_forged_token

HEARTBEAT = {"waiting": 0, "version": "1", "persisted": True, "battery": 0.5, "clock": "2026-03-02T09:00:00+07:00"}


def administrator(unit_id):
    return Reader(uuid.uuid4(), "admin", "Admin", "admin", unit_id, "vi")


def sealed(server_public, device, key, plain):
    """Seal as the browser does; written by the contract, not by the server's code."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    sender = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ephemeral.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server_public))
    info = b"sipas kiosk answer v1" + sender + server_public
    derived = HKDF(algorithm=SHA256(), length=32, salt=b"", info=info).derive(shared)
    framed = len(plain).to_bytes(4, "big") + plain
    framed += bytes(-len(framed) % 256)
    text = AESGCM(derived).encrypt(bytes(12), framed, device.bytes + key.bytes)
    return b"\x01" + kiosk_sealing.key_id(server_public) + sender + text


@dataclass
class Tablet:
    """An enrolled device in the hands of a test."""

    installation: object
    id: uuid.UUID
    number: int
    private: ec.EllipticCurvePrivateKey
    last: int = 0
    sent: list = field(default_factory=list)

    def answer(self, code, token=None, raw=None, **changes):
        """An item with the next number; kept in `sent`."""
        given = {
            "round": code,
            "instrument": "sipas-2017/1",
            "token": token,
            "started_without_slip": token is None,
            "answers": raw if raw is not None else {"q00": "4"},
            "language": "vi",
            "shown": ["vi"],
            "assisted": False,
            "seconds": 90.0,
            "partial": False,
        } | changes
        return self.item(json.dumps(given, ensure_ascii=False).encode())

    def item(self, plain):
        self.last += 1
        key = uuid.uuid4()
        public = kiosk_sealing.public_key(self.installation.keys.kiosks())
        text = kiosk_sealing.to_base64(sealed(public, self.id, key, plain))
        made = {"seq": self.last, "key": str(key), "sealed": text}
        self.sent.append(made)
        return made

    def void(self):
        self.last += 1
        return {"seq": self.last, "key": str(uuid.uuid4()), "void": True}

    def sign(self, message):
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return kiosk_sealing.to_base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def headers(self, method, path, body=b""):
        signature = self.sign(f"{method} {path}\n".encode() + body)
        return {"X-Device": str(self.id), "X-Signature": signature, "Content-Type": "application/json"}

    def send(self, *items, heartbeat=HEARTBEAT):
        """What the service answers to these items."""
        read = kiosk_sync.read_body({"items": list(items), "heartbeat": heartbeat})
        device = kiosk_sync.Device(self.id, self.unit_id())
        return kiosk_sync.receive(self.installation, device, *read)

    def outcomes(self, *items):
        """Outcome and reason by number."""
        told = self.send(*items)["items"]
        return {one["seq"]: (one["outcome"], one["reason"]) for one in told}

    def unit_id(self):
        from survey_app.models import Kiosk

        with self.installation.database.read() as session:
            return session.get_one(Kiosk, self.id).unit_id

    def post(self, client, path, content):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return client.post(path, data=body, headers=self.headers("POST", path, body))


def a_tablet(installation, unit_id, slug, *, name="Kiosk sảnh A", replaces=None):
    """Enrol a device at a desk by the real services; `unit_id` is the administrator's unit."""
    made = kiosks.make_code(installation, administrator(unit_id), slug, name, replaces)
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    enrolled = kiosks.enrol(installation, made.code, point, "1", os.urandom(4).hex())
    return Tablet(installation, enrolled.id, enrolled.number, private)


def an_unenrolled_key():
    private = ec.generate_private_key(ec.SECP256R1())
    return private, private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def slips_of_nobody(installation, round_, numbers):
    """So many answers of each desk's device with slips that are none of ours; they lie apart."""
    token = a_forged_token(round_).text
    for desk, number in numbers.items():
        tablet = a_tablet(installation, round_.province, desk)
        tablet.send(*(tablet.answer(round_.code, token, {"q00": "4"}) for _ in range(number)))
