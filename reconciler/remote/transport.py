"""HTTP to a remote store: reads are tried again, a write is sent once and its answer is judged.

1. A read is tried again after 5xx and dropped connections, within `TRIES`; after 429 for `PATIENCE`, because a window
   may be minutes long (Halo's is five) and others use it too.
2. A write that was answered 429, or whose connection was never made, was not done: it is sent again.
3. A write that was answered 5xx, or whose answer was lost, may have been done: LostAnswerError.
4. `Retry-After` is followed up to a bound; without it the wait doubles.
5. Redirects are not followed: they lead to a login page.
6. After 401 a token that can be renewed is renewed, once, and the request sent again: it was not done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import urlsplit
from weakref import finalize

import msgspec
import requests
from requests.auth import AuthBase

from reconciler import __version__
from reconciler.connection_errors import Failure, failure
from reconciler.errors import LostAnswerError, RemoteError, UnreachableStoreError
from reconciler.remote.budget import LONGEST_WAIT, Budget
from reconciler.request_trace import TracedAdapter

TRIES: Final = 8
PATIENCE: Final = 900.0
"""The most seconds that are waited because of 429, for one request."""
_CONNECT_TIMEOUT: Final = 10.0
_READ_TIMEOUT: Final = 90.0
_LONGEST_BACKOFF: Final = 60.0
_TOO_MANY: Final = 429
_UNAUTHORIZED: Final = 401
_SERVER_ERRORS: Final = range(500, 600)
_MOST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `body` is sent as JSON. `reads` marks a POST that only asks."""

    method: str
    url: str
    body: object = field(default=None, repr=False)
    query: Mapping[str, str | int] | None = None
    reads: bool = False

    @property
    def name(self) -> str:
        """What the request is called in messages: without its query, which may hold anything."""
        return f"{self.method} {self.url.partition('?')[0]}"

    @property
    def writes(self) -> bool:
        """Whether it could change anything."""
        return self.method != "GET" and not self.reads


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that was read whole, of whatever status but those that are tried again; header names are lower-case."""

    call: Call
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body's value. Raises RemoteError for one that is no JSON, saying what it is instead."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RemoteError(
                f"{self.call.name} was answered {self.status} with {shown(self)} instead of JSON. Check the address in "
                "`store:`; a proxy or a login page may stand before it."
            ) from error


def shown(answer: Answer) -> str:
    """Return what a reply looks like, for one that is not what it should be."""
    kind = answer.headers.get("content-type", "no content type").partition(";")[0]
    text = " ".join(answer.body[:400].decode("utf-8", "replace").split())
    return f"{kind}, {len(answer.body)} bytes: “{text[:_MOST_SHOWN]}”"


class _Bearer(AuthBase):
    """Puts the token on a request; being there it also keeps requests from taking one out of ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self._token}"
        return prepared


@runtime_checkable
class Renewable(Protocol):
    """What signs requests with a token that ends."""

    def renew(self) -> None:
        """Get another token. Raises RemoteError when there is none to be had."""


class Transport:
    """Sends requests to one remote within its budget; `auth` is a token, or what signs each request."""

    def __init__(self, budget: Budget, auth: str | AuthBase) -> None:
        self.budget = budget
        self._auth = _Bearer(auth) if isinstance(auth, str) else auth
        self._session = requests.Session()
        self._session.mount("https://", TracedAdapter(pool_connections=1, pool_maxsize=4))
        self._session.headers.update({"Accept": "application/json", "User-Agent": f"it-asset-reconciler/{__version__}"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.close = finalize(self, self._session.close)
        """Close every connection; done by itself when nobody has the transport any more."""

    def send(self, call: Call) -> Answer:
        """Return the answer to a request.

        Raises:
            UnreachableStoreError: there is none that helps; a write was not done then.
            LostAnswerError: a write's answer was lost.
        """
        patience = _Patience()
        while True:
            self.budget.take()
            answer, trouble = self._try(call)
            if answer is None:
                self.budget.wait(patience.wait(trouble, self.budget.pace.jitter()))
            elif answer.status == _UNAUTHORIZED and isinstance(self._auth, Renewable) and patience.renews():
                self._auth.renew()
            else:
                return answer

    def _try(self, call: Call) -> tuple[Answer, "_Trouble"] | tuple[None, "_Trouble"]:
        """Send once: return the answer, or None and why to try again. Raises LostAnswerError for a write's."""
        try:
            answer = self._exchange(call)
        except OSError as error:
            return None, self._dropped(call, error)
        if answer.status == _TOO_MANY:
            return None, _Trouble(
                f"{call.name} was answered 429 Too Many Requests", _asked_wait(answer), throttled=True
            )
        if answer.status not in _SERVER_ERRORS:
            return answer, _NONE
        if call.writes:
            raise LostAnswerError(f"{call.name} was answered {answer.status} with {shown(answer)}")
        return None, _Trouble(f"{call.name} was answered {answer.status} with {shown(answer)}", _asked_wait(answer))

    def _exchange(self, call: Call) -> Answer:
        """Send once and read the whole reply. Raises OSError, which requests' errors are."""
        body = None if call.body is None else msgspec.json.encode(call.body)
        with self._session.request(
            call.method,
            call.url,
            params=call.query,
            data=body,
            headers={"Content-Type": "application/json"} if body is not None else {},
            auth=self._auth,
            timeout=(_CONNECT_TIMEOUT, _READ_TIMEOUT),
            allow_redirects=False,
        ) as response:
            headers = {name.lower(): text for name, text in response.headers.items()}
            return Answer(call, response.status_code, headers, response.content)

    def _dropped(self, call: Call, error: OSError) -> "_Trouble":
        """Return what happened to a connection.

        Raises:
            UnreachableStoreError: trying again cannot help, and nothing was done.
            LostAnswerError: a write may have been done.
        """
        kind, why = failure(error, urlsplit(call.url).netloc)
        sentence = f"{call.name} was not answered: {why}"
        if kind is Failure.HOPELESS:
            raise UnreachableStoreError(f"{sentence}.") from error
        if call.writes and kind is not Failure.UNCONNECTED:
            raise LostAnswerError(sentence) from error
        return _Trouble(sentence)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a try was in vain: a sentence without its full stop, and the wait that was asked for."""

    sentence: str
    wait: float | None = None
    throttled: bool = False


@dataclass
class _Patience:
    """How often, and how long, one request may still be tried again."""

    tries: int = TRIES
    seconds: float = PATIENCE
    backoff: float = 1.0
    renewals: int = 1

    def wait(self, trouble: _Trouble, jitter: float) -> float:
        """Return the seconds to wait before the next try; jitter shortens what nobody asked for.

        Raises:
            UnreachableStoreError: there is no next try.
        """
        self.tries -= not trouble.throttled
        if self.tries == 0 or self.seconds <= 0:
            tried = f"for {PATIENCE / 60:g} minutes" if self.tries else f"{TRIES} times in all"
            raise UnreachableStoreError(f"{trouble.sentence}, {tried}. Try again later.")
        seconds = self.backoff * (1 - jitter / 2) if trouble.wait is None else trouble.wait
        if trouble.wait is None:
            self.backoff = min(self.backoff * 2, _LONGEST_BACKOFF)
        if trouble.throttled:
            self.seconds -= min(seconds, LONGEST_WAIT)
        return seconds

    def renews(self) -> bool:
        """Use up the one renewal, or return False when none is left."""
        self.renewals -= 1
        return self.renewals >= 0


_NONE: Final = _Trouble("")


def _asked_wait(answer: Answer) -> float | None:
    try:
        return max(0.5, float(answer.headers.get("retry-after", "")))
    except ValueError:
        return None
