"""What the tests of connecting ask again and again."""

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

PEM = "{type: certificate, privateKey: {file: key.pem}, certificate: {file: certificate.pem}}"


def failure(connection: Any, *arguments: str) -> str:
    """Return what `authorize` says on one line when it fails."""
    done = connection.cli.run(*(arguments or ("authorize", "prod")))
    assert done.code == 1, done
    return " ".join((done.out + done.err).split())


def proved(connection: Any) -> str:
    """Return what `authorize` says on one line when everything is proved."""
    done = connection.cli.run("authorize", "prod")
    assert done.code == 0, done
    return " ".join(done.out.split())


def registered(pfx: bytes, passphrase: str | None) -> bytes:
    """Return the certificate of a PFX, as it is uploaded to the app registration."""
    _, certificate, _ = pkcs12.load_key_and_certificates(pfx, passphrase.encode() if passphrase else None)
    assert certificate is not None
    return certificate.public_bytes(Encoding.PEM)
