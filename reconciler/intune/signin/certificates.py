"""A certificate credential out of PEM or PFX, refused early when Entra would refuse it late.

1. The key is RSA of at least 2048 bits: Entra takes no other.
2. The certificate is the key's. Of several certificates in one file the one that is counts.
3. The certificate holds now.
"""

import datetime
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import Certificate, load_pem_x509_certificates

from reconciler.errors import SecretError
from reconciler.intune.signin.credentials import CertificateCredential

_FEWEST_BITS: Final = 2048
_SELF_MADE: Final = (
    "Make an RSA one: openssl req -x509 -newkey rsa:3072 -days 365 -keyout key.pem -out certificate.pem "
    "-subj /CN=reconciler"
)


def from_pem(
    key: tuple[str, str], certificate: tuple[str, str], passphrase: str | None, now: datetime.datetime
) -> CertificateCredential:
    """Return the credential of a PEM key and a PEM certificate, each given as where it is from and its text.

    Raises SecretError, which never holds a text.
    """
    loaded = _key(*key, passphrase)
    where, text = certificate
    try:
        found = load_pem_x509_certificates(text.encode())
    except ValueError:
        raise SecretError(
            f"T{where[1:]}, which settings name as `certificate`, is no PEM certificate. It begins with `-----BEGIN "
            f"CERTIFICATE-----`; openssl x509 -inform der -in FILE converts the other form."
        ) from None
    return _checked(loaded, found, key[0], where, now)


def from_pfx(where: str, data: bytes, passphrase: str | None, now: datetime.datetime) -> CertificateCredential:
    """Return the credential of a PFX file. Raises SecretError."""
    try:
        key, first, others = pkcs12.load_key_and_certificates(data, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        wrong = "the passphrase is wrong" if passphrase else "it needs a `passphrase`"
        raise SecretError(
            f"T{where[1:]}, which settings name as `pfx`, could not be opened: either {wrong}, or it is no PFX "
            f"(PKCS #12) file."
        ) from None
    if key is None or first is None:
        lacks = "private key" if key is None else "certificate"
        raise SecretError(f"T{where[1:]}, which settings name as `pfx`, holds no {lacks}. Export it again, with both.")
    return _checked(key, [first, *others], where, where, now)


def _key(where: str, text: str, passphrase: str | None) -> object:
    """Return a PEM private key. Raises SecretError when it is none, or the passphrase is missing or wrong."""
    try:
        return load_pem_private_key(text.encode(), passphrase.encode() if passphrase else None)
    except TypeError:
        if passphrase:  # given for a key that is not encrypted, and so not needed
            return _key(where, text, None)
        raise SecretError(
            f"T{where[1:]}, which settings name as `privateKey`, is encrypted, and there is no `passphrase`. Add it to "
            f"the credential, as {{env: NAME}}."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase and "ENCRYPTED" in text:
            raise SecretError(
                f"The passphrase of {where}, which settings name as `privateKey`, is wrong, or the file is damaged."
            ) from None
        raise SecretError(
            f"T{where[1:]}, which settings name as `privateKey`, is no PEM private key. It begins with `-----BEGIN "
            f"PRIVATE KEY-----`."
        ) from None


def _checked(
    key: object, certificates: Sequence[Certificate], key_from: str, from_: str, now: datetime.datetime
) -> CertificateCredential:
    """Return the credential once key and certificate are a pair that Entra takes. Raises SecretError."""
    if not isinstance(key, RSAPrivateKey):
        kind = type(key).__name__.removesuffix("PrivateKey").lstrip("_")
        raise SecretError(f"The key in {key_from} is not an RSA key ({kind}), and Entra takes no other. {_SELF_MADE}")
    if key.key_size < _FEWEST_BITS:
        raise SecretError(
            f"The key in {key_from} has {key.key_size} bits, and {_FEWEST_BITS} are the least. {_SELF_MADE}"
        )
    public = key.public_key().public_numbers()
    for certificate in certificates:
        theirs = certificate.public_key()
        if getattr(theirs, "public_numbers", lambda: None)() == public:
            return _in_time(key, certificate, from_, now)
    raise SecretError(
        f"The certificate in {from_} is not that of the key in {key_from}. Name the two that were made together."
    )


def _in_time(key: RSAPrivateKey, certificate: Certificate, where: str, now: datetime.datetime) -> CertificateCredential:
    """Return the credential of a certificate that holds now. Raises SecretError before and after."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if ends <= now:
        raise SecretError(
            f"The certificate in {where} expired on {ends:%Y-%m-%d}. Make a new one, upload it to the app "
            f"registration, and put it where the old one is."
        )
    if begins > now:
        raise SecretError(
            f"The certificate in {where} holds only from {begins:%Y-%m-%d %H:%M} UTC on. Wait, or check this machine's "
            f"clock, which says {now:%Y-%m-%d %H:%M} UTC."
        )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return CertificateCredential(
        private_key=pem,
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        ends=ends,
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - the portal's name for it
    )
