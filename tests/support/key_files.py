"""Keys and certificates in every form that people have them in."""

import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID


class Keys:
    """A private key, RSA unless another is given, and certificates of it."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def pem(self, passphrase: str | None = None) -> bytes:
        """Return the private key."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _sealed(passphrase))

    def certificate(self, *, begins: float = -1, ends: float = 365) -> bytes:
        """Return a certificate, PEM, that holds from so many days from now to so many."""
        return self._certificate(begins, ends).public_bytes(Encoding.PEM)

    def pfx(self, passphrase: str | None = None) -> bytes:
        """Return key and certificate in one file."""
        return serialize_key_and_certificates(b"name", self.key, self._certificate(-1, 365), None, _sealed(passphrase))

    def _certificate(self, begins: float, ends: float) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reconciler")])
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(7)
            .not_valid_before(now + datetime.timedelta(days=min(begins, ends - 1)))
            .not_valid_after(now + datetime.timedelta(days=ends))
            .sign(self.key, hashes.SHA256())
        )


def _sealed(passphrase: str | None) -> serialization.KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
