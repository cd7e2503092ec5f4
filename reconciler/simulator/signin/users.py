"""Signing in as a user: codes of the authorize endpoint, bound to who asked, and refresh tokens that are replaced.

The person at the browser is pretended too: whoever opens the address is signed in as the tenant's user at once.
"""

import base64
import hashlib
import html
import secrets
from dataclasses import dataclass
from threading import Lock
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from reconciler.simulator.exchange import Reply
from reconciler.simulator.signin.errors import refusal
from reconciler.simulator.tenant.application import Application
from reconciler.simulator.tenant.records import User

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True)
class Sitting:
    """What an authorize request was for, and as whom the person signed in."""

    user: User
    scope: str
    nonce: str
    redirect_uri: str = ""
    challenge: str = ""


class Users:
    """Codes and refresh tokens. `single_use` lets a refresh token end once it was used, which Entra does not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._codes: dict[str, Sitting | None] = {}
        self._refresh: dict[str, Sitting] = {}
        self._revoked = 0
        self.single_use = False

    def authorize(self, application: Application, query: dict[str, str], user: User, refused: int | None) -> Reply:
        """Answer the browser: back to the redirect URI with a code, or with what `refused` is the number of.

        Raises RefusedError, which the browser shows, when there is nowhere to go back to.
        """
        uri = query.get("redirect_uri", "")
        if not any(_same(uri, known) for known in application.redirect_uris):
            raise refusal(50011, uri=uri, client=application.client_id)
        answer = {"state": query.get("state", "")}
        if refused is not None:
            told = msgspec.json.decode(
                refusal(refused, client=application.client_id).reply.body, type=dict[str, object]
            )
            answer |= {"error": str(told["error"]), "error_description": str(told["error_description"])}
        else:
            answer |= {"code": self._code(query, user), "session_state": "00000000-0000-4000-8000-000000000000"}
        return _form(uri, answer) if query.get("response_mode") == "form_post" else _redirect(uri, answer)

    def redeem(self, form: dict[str, str]) -> Sitting:
        """Take a code, once. Raises RefusedError for another one, redirect URI or verifier."""
        with self._lock:
            code = form.get("code", "")
            sitting = self._codes.get(code)
            if sitting is None:
                raise refusal(54005 if code in self._codes else 70000)
            self._codes[code] = None
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        if sitting.challenge and challenge != sitting.challenge:
            raise refusal(501481)
        if form.get("redirect_uri", "") != sitting.redirect_uri:
            raise refusal(70000)
        return sitting

    def refresh(self, form: dict[str, str]) -> Sitting:
        """Take a refresh token. Raises RefusedError for one that was revoked, has ended or never was."""
        with self._lock:
            if self._revoked:
                raise refusal(self._revoked)
            token = form.get("refresh_token", "")
            if token not in self._refresh:
                raise refusal(70000)
            return self._refresh.pop(token) if self.single_use else self._refresh[token]

    def remember(self, sitting: Sitting) -> str:
        """Return a new refresh token."""
        token = f"0.Simulated-{secrets.token_urlsafe(48)}"
        with self._lock:
            self._refresh[token] = sitting
        return token

    def revoke(self, number: int = 50173) -> None:
        """Refuse every refresh token from now on, for the reason of that number; 0 takes it back."""
        self._revoked = number

    def _code(self, query: dict[str, str], user: User) -> str:
        code = f"1.Simulated-{secrets.token_urlsafe(48)}"
        sitting = Sitting(
            user,
            query.get("scope", ""),
            query.get("nonce", ""),
            query.get("redirect_uri", ""),
            query.get("code_challenge", ""),
        )
        with self._lock:
            self._codes[code] = sitting
        return code


def _same(uri: str, registered: str) -> bool:
    """Compare as Entra does: exactly, except that a port of this machine does not count (learn: reply-url)."""
    asked, known = urlsplit(uri), urlsplit(registered)
    if known.scheme == "http" and known.hostname in _LOOPBACK:
        wanted, have = (known.hostname, known.path.rstrip("/")), (asked.hostname, asked.path.rstrip("/"))
        return asked.scheme == "http" and wanted == have
    return uri == registered


def _redirect(uri: str, answer: dict[str, str]) -> Reply:
    return Reply(302, b"", {"Location": f"{uri}?{urlencode(answer)}"})


def _form(uri: str, answer: dict[str, str]) -> Reply:
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}" />'
        for name, value in answer.items()
    )
    page = f'<form method="POST" name="hiddenform" action="{html.escape(uri)}">{fields}</form>'
    body = f'<html><head><title>Working...</title></head><body onload="document.forms[0].submit()">{page}</body></html>'
    return Reply(200, body.encode(), {"Content-Type": "text/html; charset=utf-8"})
