"""Halo's token endpoint: client credentials in a form, a bearer token that ends."""

import secrets
from threading import Lock
from urllib.parse import parse_qs

from reconciler.simulator.exchange import Call, Reply, json_reply
from reconciler.simulator.halo.data import Halo


class SignIn:
    """Issues tokens and knows what each may do. Thread-safe."""

    def __init__(self, data: Halo) -> None:
        self._data = data
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}
        self._lock = Lock()
        self.issued = 0

    def token(self, call: Call) -> Reply:
        """Answer `POST /auth/token`."""
        form = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
        options = self._data.options
        if form.get("grant_type") != "client_credentials":
            return json_reply(400, {"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (options.client_id, options.secret):
            return json_reply(400, {"error": "invalid_client", "error_description": "The client is not known."})
        scopes = frozenset(form.get("scope", "all").split())
        granted = scopes if "all" in options.rights else options.rights if "all" in scopes else scopes & options.rights
        text = secrets.token_urlsafe(24)
        with self._lock:
            self.issued += 1
            self._tokens[text] = (self._data.clock.monotonic() + options.token_seconds, granted)
        seconds = int(options.token_seconds)
        return json_reply(
            200,
            {"access_token": text, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(sorted(granted))},
        )

    def scopes(self, call: Call) -> frozenset[str] | None:
        """Return what a call's token may do, or None without a token that is still good."""
        kind, _, text = call.headers.get("authorization", "").partition(" ")
        with self._lock:
            ends, granted = self._tokens.get(text, (0.0, frozenset()))
        live = kind.lower() == "bearer" and ends > self._data.clock.monotonic()
        return granted if live else None

    def revoke(self) -> None:
        """End every token, as a new secret in Halo's settings does."""
        with self._lock:
            self._tokens.clear()
