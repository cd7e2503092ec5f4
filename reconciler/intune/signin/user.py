"""Signing in as a person: once at a browser (authorization code with PKCE), and silently from then on (C3)."""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from reconciler.errors import SignInError
from reconciler.intune.http import hosts
from reconciler.intune.http.error_replies import one_line
from reconciler.intune.signin.claims import claims_of
from reconciler.intune.signin.client import Client
from reconciler.intune.signin.errors import failed
from reconciler.intune.signin.token_cache import Kept, TokenCache

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication, SerializableTokenCache  # type: ignore[import-untyped]

_EARLY: Final = 300
_AGAIN: Final = "run `reconciler authorize` on a machine with a browser."


@dataclass(frozen=True, slots=True)
class _Held:
    """A token in memory, and until when it is used without asking."""

    token: str
    until: float


class UserTokens:
    """Tokens of the person whose sign-in a cache keeps; the refresh token that comes back is kept in turn."""

    def __init__(self, client: Client, cache: TokenCache) -> None:
        self._client = client
        self._cache = cache
        self._held: _Held | None = None

    def acquire(self, refused: str | None) -> str:
        """Return a token, without asking anybody. Raises SignInError."""
        held = self._held
        if held is not None and held.token != refused and time.time() < held.until:
            return held.token
        with self._cache.held():
            answer = self._refreshed(self._kept())
        token = self._client.token_of(answer)
        self._held = _Held(token, time.time() + float(answer.get("expires_in", 0)) - _EARLY)
        return token

    def _kept(self) -> Kept:
        access, kept = self._client.access, self._cache.read()
        if kept is None:
            raise failed(access, "nobody has signed in for this connection yet", f"Sign in first: {_AGAIN}")
        if (kept.tenant, kept.client) != (access.tenant_id, access.client_id):
            why = f"the sign-in in {self._cache.path} is for another tenant or application"
            raise failed(access, why, f"Give each connection a cache of its own, and {_AGAIN}")
        return kept

    def _refreshed(self, kept: Kept) -> dict[str, Any]:
        """Ask for a token with the refresh token, and keep the next one; a refusal changes nothing that is kept."""
        with self._client.translated():
            tokens = _tokens(kept.tokens)
            application = self._client.application(tokens)
            accounts = application.get_accounts()
            # MSAL's own cache would give back a token that Graph has refused.
            answer: dict[str, Any] | None = application.acquire_token_silent_with_error(
                [self._client.scope], accounts[0] if accounts else None, force_refresh=True
            )
        if not answer:
            raise failed(self._client.access, "the sign-in that was kept holds no refresh token", f"Sign in: {_AGAIN}")
        if "access_token" in answer:
            self._cache.write(_renewed(kept, tokens))
        return answer


def sign_in_at_browser(
    client: Client, cache: TokenCache, redirect_uri: str, converse: Callable[[str, str], Mapping[str, str]]
) -> str:
    """Let a person sign in, keep the sign-in, and return who it is.

    `converse` is given the address to open and the state to expect, and returns the answer's parameters. Raises
    SignInError.
    """
    with cache.signing_in():
        with client.translated():
            tokens = _tokens("")
            application = client.application(tokens)
            with _unwarned():
                flow = application.initiate_auth_code_flow(
                    [client.scope],
                    redirect_uri=redirect_uri,
                    response_mode="form_post" if listens(redirect_uri) else "query",
                )
        answer = converse(flow["auth_uri"], flow["state"])
        if answer.get("state") != flow["state"]:
            raise failed(
                client.access,
                "the answer belongs to another sign-in: its state is not the one that was sent",
                "Nothing was kept. Run `reconciler authorize` again, and open only the address that it prints.",
            )
        with client.translated():
            got = _redeemed(application, flow, answer)
        client.token_of(got)
        with cache.held():
            kept = _signed_in(client, got, tokens)
            cache.write(kept)
        return kept.user


def listens(redirect_uri: str) -> bool:
    """Return whether the answer comes to this machine, so that it can be listened for."""
    return urlsplit(redirect_uri).scheme == "http"


def pasted(text: str, redirect_uri: str) -> Mapping[str, str]:
    """Return the parameters of an answer that was pasted: the whole address, or what follows its `?`.

    Raises SignInError for what is neither.
    """
    address = urlsplit(text.strip().strip("<>\"'"))
    query = address.query or address.fragment or ("" if address.scheme else address.path)
    found = dict(parse_qsl(query))
    if "state" not in found or not ("code" in found or "error" in found):
        raise SignInError(
            f"What was pasted is not the answer: it has to be the whole address that the browser ended at, which "
            f"begins with {redirect_uri}?code= and holds a `state`. Nothing was kept; run `reconciler authorize` again."
        )
    return found


def _redeemed(
    application: "ConfidentialClientApplication", flow: dict[str, Any], answer: Mapping[str, str]
) -> dict[str, Any]:
    with _unwarned():
        got: dict[str, Any] = application.acquire_token_by_auth_code_flow(flow, dict(answer))
    return got


@contextmanager
def _unwarned() -> Iterator[None]:
    """Keep MSAL's advice to itself: it would rather have form_post, which a pasted address cannot be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _signed_in(client: Client, answer: Mapping[str, Any], tokens: "SerializableTokenCache") -> Kept:
    """Return the sign-in to keep. Raises SignInError for another tenant, or without a refresh token."""
    claims, token = answer.get("id_token_claims") or {}, claims_of(str(answer["access_token"]))
    tenant = str(token.get("tid", "")).lower()
    if hosts.is_guid(tenant) and hosts.is_guid(client.access.tenant_id) and tenant != client.access.tenant_id.lower():
        why = f"the person signed in to the tenant {one_line(tenant)}"
        raise failed(client.access, why, "Sign in with an account of the connection's tenant; nothing was kept.")
    if not answer.get("refresh_token"):
        raise failed(
            client.access,
            "Microsoft gave no refresh token, without which no run could sign in by itself",
            "Add the delegated permission offline_access to the app registration.",
        )
    now = int(time.time())
    return Kept(
        tenant=client.access.tenant_id,
        client=client.access.client_id,
        user=str(claims.get("preferred_username") or claims.get("name") or "unknown"),
        signed_in_at=now,
        used_at=now,
        tokens=tokens.serialize(),
    )


def _renewed(kept: Kept, tokens: "SerializableTokenCache") -> Kept:
    return Kept(
        tenant=kept.tenant,
        client=kept.client,
        user=kept.user,
        signed_in_at=kept.signed_in_at,
        used_at=int(time.time()),
        tokens=tokens.serialize(),
    )


def _tokens(text: str) -> "SerializableTokenCache":
    from msal import SerializableTokenCache  # noqa: PLC0415 - heavy: where it is used

    tokens = SerializableTokenCache()
    if text:
        tokens.deserialize(text)
    return tokens
