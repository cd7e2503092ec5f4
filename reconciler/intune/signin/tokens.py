"""Tokens for Graph: of the application itself (client credentials), or of the person whose sign-in a cache keeps."""

from threading import Lock
from typing import TYPE_CHECKING, Protocol

from reconciler.intune.http.transport import Transport
from reconciler.intune.inputs import Access
from reconciler.intune.signin.client import Client
from reconciler.intune.signin.user import UserTokens

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication  # type: ignore[import-untyped]  # it has no types of its own


class Tokens(Protocol):
    """Where tokens come from."""

    def acquire(self, refused: str | None) -> str:
        """Return a token that holds, other than the one that Graph refused. Raises SignInError."""


class SignIn:
    """Gets tokens for Graph, and new ones when Graph refuses one. Thread-safe."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self.client = Client(access, transport)
        self._tokens = _tokens(self.client)
        self._lock = Lock()

    def token(self) -> str:
        """Return a token, the same as before while it holds. Raises SignInError."""
        with self._lock:
            return self._tokens.acquire(None)

    def renew(self, refused: str) -> str:
        """Return a token other than one that Graph refused, if there is one. Raises SignInError."""
        with self._lock:
            return self._tokens.acquire(refused)


def _tokens(client: Client) -> Tokens:
    if client.access.cache is None:
        return ApplicationTokens(client)
    return UserTokens(client, client.access.cache)


class ApplicationTokens:
    """Tokens of the application itself, from MSAL's cache in memory while they hold."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._application: ConfidentialClientApplication | None = None

    def acquire(self, refused: str | None) -> str:
        """Return a token. Raises SignInError."""
        with self._client.translated():
            if self._application is None:
                self._application = self._client.application()
            token = self._asked(self._application)
            if token == refused:
                self._application.remove_tokens_for_client()
                token = self._asked(self._application)
            return token

    def _asked(self, application: "ConfidentialClientApplication") -> str:
        return self._client.token_of(application.acquire_token_for_client([self._client.scope]))
