"""How a client proves to the token endpoint that it is the application: a secret, a certificate, someone's word."""

import base64
import binascii
from typing import Any, Final
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import Certificate, load_pem_x509_certificate

from reconciler.simulator.signin.errors import refusal
from reconciler.simulator.signin.issuers import Issuers
from reconciler.simulator.tenant.application import Application

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = ("RS256", "PS256")


class Clients:
    """Judges the clients of one application; `audience` is what an assertion has to be meant for."""

    def __init__(self, issuers: Issuers, audience: str) -> None:
        self._issuers = issuers
        self._audience = audience

    def prove(self, application: Application, form: dict[str, str]) -> None:
        """Check that a form proves to be the application's. Raises RefusedError."""
        if form.get("client_assertion_type") == ASSERTION_TYPE and "client_assertion" in form:
            self._assertion(application, form["client_assertion"])
        elif "client_secret" not in form:
            raise refusal(7000218)
        elif form["client_secret"] != application.secret:
            raise refusal(7000215, client=application.client_id)
        elif application.secret_expired:
            raise refusal(7000222, client=application.client_id)

    def _assertion(self, application: Application, assertion: str) -> None:
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise refusal(700027, reason="The assertion is malformed.") from None
        if claims.get("iss") == application.client_id:
            self._certificate(application, assertion, header)
        else:
            self._federated(application, assertion, claims)

    def _certificate(self, application: Application, assertion: str, header: dict[str, Any]) -> None:
        """Check an assertion that the application signed itself (RFC 7523), with one of its certificates' keys."""
        print_ = str(header.get("x5t#S256") or header.get("x5t") or "")
        found = next((one for one in map(_loaded, application.certificates) if print_ in _thumbprints(one)), None)
        if found is None:
            raise refusal(700027, reason="The key was not found.", thumbprint=print_)
        key = found.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise refusal(700027, reason="The key is of no kind that is supported.", thumbprint=print_)
        try:
            jwt.decode(assertion, key, algorithms=list(_ALGORITHMS), audience=self._audience)
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise refusal(700024) from None
        except jwt.InvalidTokenError as wrong:
            raise refusal(700027, reason=str(wrong), thumbprint=print_) from None

    def _federated(self, application: Application, assertion: str, claims: dict[str, Any]) -> None:
        """Check an assertion that another issuer signed: known, unchanged, in time, and about whom it is trusted."""
        issuer, subject, audience = (str(claims.get(name, "")) for name in ("iss", "sub", "aud"))
        words = {"issuer": issuer, "subject": subject, "audience": audience}
        if not self._issuers.signed(assertion, issuer, audience):
            raise refusal(700024)
        if not application.trusts:
            raise refusal(70021, **words)
        by_issuer = [trust for trust in application.trusts if trust.issuer == issuer]
        if not by_issuer:
            raise refusal(700211, **words)
        by_subject = [trust for trust in by_issuer if trust.subject == subject]
        if not by_subject:
            raise refusal(700213, **words)
        if audience not in [trust.audience for trust in by_subject]:
            raise refusal(700212, **words)


def basic(authorization: str) -> dict[str, str]:
    """Read a client's id and secret from HTTP Basic, form-encoded as RFC 6749 section 2.3.1 has them."""
    kind, _, packed = authorization.partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(packed).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote(client), "client_secret": unquote(secret)}


def _loaded(pem: bytes) -> Certificate:
    return load_pem_x509_certificate(pem)


def _thumbprints(certificate: Certificate) -> set[str]:
    """Return the certificate's thumbprints as headers name them, with padding and without."""
    digests = [certificate.fingerprint(kind) for kind in (hashes.SHA1(), hashes.SHA256())]  # noqa: S303 - Entra's name
    packed = [base64.urlsafe_b64encode(digest).decode() for digest in digests]
    return {*packed, *(one.rstrip("=") for one in packed)}
