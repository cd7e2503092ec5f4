"""Halo's access token: client credentials, renewed when it ends."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec
import requests
from requests.auth import AuthBase

from reconciler.connection_errors import Failure, failure
from reconciler.errors import RemoteError, UnreachableStoreError
from reconciler.halo.settings import HaloSettings
from reconciler.request_trace import TracedAdapter

_TIMEOUT: Final = (10.0, 60.0)
_WAITS: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 120.0)
"""The seconds between two tries: together more than the five minutes that Halo counts requests in."""
_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class Token(AuthBase):
    """Signs requests with a token of the application's; the first request gets it."""

    def __init__(self, settings: HaloSettings, wait: Callable[[float], object]) -> None:
        self._settings = settings
        self._wait = wait
        self._text = ""

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        if not self._text:
            self.renew()
        prepared.headers["Authorization"] = f"Bearer {self._text}"
        return prepared

    def renew(self) -> None:
        """Get another token.

        Raises:
            RemoteError: Halo gives none, or what answered is no Halo.
            UnreachableStoreError: nothing answered.
        """
        response = self._asked()
        try:
            answer = msgspec.json.decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            answer = None
        text = answer.get("access_token") if isinstance(answer, dict) else None
        if response.status_code != _OK or not isinstance(text, str) or not text:
            raise RemoteError(self._refused(response.status_code, answer))
        self._text = text

    def _asked(self) -> requests.Response:
        """Ask for a token until there is an answer that helps; asking twice does no harm."""
        for seconds in _WAITS:
            try:
                response = self._posted()
            except OSError as error:
                kind, why = failure(error, urlsplit(self._settings.base).netloc)
                if kind is Failure.HOPELESS:
                    raise UnreachableStoreError(f"Halo gave no token: {why}.") from error
            else:
                if response.status_code != _TOO_MANY and response.status_code < _SERVER_ERROR:
                    return response
                why = f"it answered {response.status_code}"
            self._wait(seconds)
        raise UnreachableStoreError(f"Halo gave no token: {why}, {len(_WAITS)} times in all. Try again later.")

    def _posted(self) -> requests.Response:
        """Ask for a token once. Raises OSError, which requests' errors are."""
        settings = self._settings
        form = {"grant_type": "client_credentials", "client_id": settings.client_id, "scope": "all"}
        with requests.Session() as session:
            session.mount("https://", TracedAdapter())
            return session.post(
                f"{settings.base}/auth/token",
                data={**form, "client_secret": settings.secret},
                params={"tenant": settings.tenant} if settings.tenant else None,
                timeout=_TIMEOUT,
                allow_redirects=False,
                auth=_unsigned,
            )

    def _refused(self, status: int, answer: object) -> str:
        """Return why there is no token: Halo's own words, or that something else answered."""
        where = f"{self._settings.base}/auth/token"
        if isinstance(answer, dict) and answer.get("error"):
            said = " ".join(str(answer[name]) for name in ("error", "error_description") if answer.get(name)).rstrip(
                "."
            )
            return (
                f"Halo gave no token: {said}. Check `clientId` and the secret under `store: {{halo: …}}`, and that the "
                "application's authentication method is “Client ID and Secret (Services)”."
            )
        return (
            f"{where} was answered {status} without a token. Check the address under `store: {{halo: …}}`: it is the "
            "one that people open Halo at, without /api."
        )


def _unsigned(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign nothing; being there it keeps requests from taking a password out of ~/.netrc."""
    return prepared
