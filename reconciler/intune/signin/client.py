"""The application of one connection as MSAL knows it: how it proves itself, and every failure as one sentence.

It proves itself in the same ways whether it signs in as itself or as the person whose sign-in a cache keeps.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, assert_never

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http import hosts
from reconciler.intune.http.error_replies import one_line
from reconciler.intune.http.transport import Transport
from reconciler.intune.inputs import Access
from reconciler.intune.signin.claims import claims_of
from reconciler.intune.signin.credentials import CertificateCredential, FederatedCredential, SecretCredential
from reconciler.intune.signin.errors import CHECK, failed, refused
from reconciler.intune.signin.http_client import HttpClient
from reconciler.intune.signin.workload_identity import assertions

if TYPE_CHECKING:
    from msal import (  # type: ignore[import-untyped]  # it has no types of its own
        ConfidentialClientApplication,
        TokenCache,
    )

_MUCH: Final = 60
_VISIBLE: Final = frozenset(map(chr, range(0x21, 0x7F)))


class Client:
    """The application of one connection as MSAL knows it; `http` is its way to the network."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self.access = access
        self.http = HttpClient(access, transport)
        self.scope = hosts.scope(access.graph)
        self._assertion = ""
        self._credential = self._proof(transport)

    def application(self, cache: "TokenCache | None" = None) -> "ConfidentialClientApplication":
        """Return a new MSAL application. Call it, and use it, `translated`."""
        from msal import ConfidentialClientApplication  # noqa: PLC0415 - heavy: where it is used

        return ConfidentialClientApplication(
            self.access.client_id,
            client_credential=self._credential,
            authority=f"{self.access.authority.rstrip('/')}/{self.access.tenant_id}",
            http_client=self.http,
            token_cache=cache,
            # The host is one of our own table's or was allowed by name: another host knows nothing more about it.
            instance_discovery=False,
            azure_region=ConfidentialClientApplication.DISABLE_MSAL_FORCE_REGION,
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Make everything that MSAL raises a SignInError."""
        from msal.exceptions import MsalError  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

        try:
            yield
        except GraphError as error:
            raise SignInError(f"Signing in to tenant {self.access.tenant_id} failed. {error}") from error
        except (MsalError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
            # MSAL lets replies that are not what it expects surface as any of these. Without the cause: its message
            # may quote a token.
            raise failed(self.access, one_line(f"{type(error).__name__}: {error}"), CHECK) from None

    def token_of(self, answer: dict[str, Any]) -> str:
        """Return the access token of MSAL's answer. Raises SignInError when there is none."""
        token = answer.get("access_token")
        if isinstance(token, str) and token and _VISIBLE.issuperset(token):
            return token
        raise refused(self.access, answer, self._presented())

    def _proof(self, transport: Transport) -> "str | dict[str, str | Callable[[], str]]":
        """Return what proves the application, in MSAL's form."""
        match self.access.credential:
            case SecretCredential(value=value):
                return value
            case CertificateCredential(private_key=key, certificate=certificate):
                return {"private_key": key, "public_certificate": certificate}
            case FederatedCredential() as federated:
                ask = assertions(federated, self.access.authority, transport)
                return {"client_assertion": lambda: self._remember(ask())}
            case _ as never:
                assert_never(never)

    def _remember(self, assertion: str) -> str:
        self._assertion = assertion
        return assertion

    def _presented(self) -> str:
        """Say whose word was presented; who it is about is no secret, and what has to be registered."""
        claims = claims_of(self._assertion)
        named = [f"{name} {json.dumps(claims.get(key))}" for name, key in _NAMED if claims.get(key)]
        said = [f"Presented were {', '.join(named)}."] if named else []
        skew = self.http.skew or 0
        if abs(skew) >= _MUCH:
            said.append(
                f"This machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Microsoft's."
            )
        return " ".join(said)


_NAMED: Final = (("issuer", "iss"), ("subject", "sub"), ("audience", "aud"))
