"""HTTP over one `requests` session: timeouts, bounded replies, retries, no redirects, errors without secrets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import DecodeError, HTTPError

from reconciler import __version__
from reconciler.connection_errors import Failure, failure
from reconciler.errors import GraphError, UnreachableError
from reconciler.intune.http.budget import Budget
from reconciler.intune.http.error_replies import Reply, described
from reconciler.intune.http.retries import MOST_WAITS_UNCONNECTED, RETRIED, Patience, Trouble, retry_after
from reconciler.request_trace import TracedAdapter

_CONNECT_TIMEOUT: Final = 10.0
_READ_TIMEOUT: Final = 60.0
_CHUNK: Final = 256 * 1024
_MOST_BYTES: Final = 64 * 1024 * 1024
_TOO_LARGE: Final = "No answer of Graph's needs as much."


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `once` gives up at the first trouble."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | Mapping[str, str] | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    once: bool = False

    @property
    def name(self) -> str:
        """What the request is called in messages: without its query, which may hold anything."""
        return f"{self.method} {self.url.partition('?')[0]}"

    @property
    def host(self) -> str:
        """The host and port that it goes to."""
        return urlsplit(self.url).netloc


class _Bearer(AuthBase):
    """Puts the token on a request; being there at all it also keeps requests from taking one out of ~/.netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            prepared.headers["Authorization"] = f"Bearer {self._token}"
        return prepared


class Transport:
    """Sends requests within a time budget. Thread-safe."""

    def __init__(self, budget: Budget, *, most_bytes: int = _MOST_BYTES) -> None:
        self.budget = budget
        self._most_bytes = most_bytes
        self._session = requests.Session()
        self._session.mount("https://", TracedAdapter(pool_connections=4, pool_maxsize=12))
        self._session.headers["User-Agent"] = f"it-asset-reconciler/{__version__}"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def close(self) -> None:
        """Stop what is under way and close every connection."""
        self.budget.stop()
        self._session.close()

    def send(self, call: Call) -> Reply:
        """Return the reply to a request, whatever its status, after retries.

        Raises UnreachableError when there is none within the time budget, GraphError when it is too large.
        """
        return self._until_answered(call, lambda: self._exchange(call))

    def save(self, call: Call, file: BinaryIO, most_bytes: int) -> Reply:
        """Write the body of a 200 to a file, and return the reply without it, or one of another status whole.

        Raises UnreachableError when there is none within the time budget, GraphError when it is too large.
        """
        return self._until_answered(call, lambda: self._exchange_into(call, file, most_bytes))

    def _until_answered(self, call: Call, exchange: Callable[[], Reply]) -> Reply:
        patience = Patience(self.budget)
        while True:
            self.budget.check(call.name)
            result = self._try(call, exchange)
            if isinstance(result, Reply):
                return result
            if call.once:
                raise UnreachableError(f"{result.sentence}.")
            patience.wait(result)

    def _try(self, call: Call, exchange: Callable[[], Reply]) -> Reply | Trouble:
        try:
            reply = exchange()
        except OSError as error:
            return self._dropped(call, error)
        if reply.status not in RETRIED:
            return reply
        told = retry_after(reply.headers, self.budget.pace.now())
        return Trouble(f"{call.name} was answered {described(reply)}", told)

    def _exchange(self, call: Call) -> Reply:
        """Send once and read the whole reply. Raises OSError, which requests' errors are, and GraphError."""
        with self._sent(call) as response:
            body = b"".join(self._chunks(call, response, self._most_bytes, _TOO_LARGE))
            return Reply(response.status_code, _lower(response), body)

    def _exchange_into(self, call: Call, file: BinaryIO, most_bytes: int) -> Reply:
        """Send once and write the body of a 200 to the file. Raises OSError and GraphError."""
        with self._sent(call) as response:
            if response.status_code != HTTPStatus.OK:
                body = b"".join(self._chunks(call, response, self._most_bytes, _TOO_LARGE))
                return Reply(response.status_code, _lower(response), body)
            file.seek(0)
            file.truncate()
            for chunk in self._chunks(call, response, most_bytes, "Raise `reading.exportBytes` in connection.yaml."):
                file.write(chunk)
            return Reply(response.status_code, _lower(response), b"")

    def _sent(self, call: Call) -> requests.Response:
        return self._session.request(
            call.method,
            call.url,
            params=call.params,
            data=call.body,
            headers=call.headers,
            auth=_Bearer(call.token),
            timeout=(_CONNECT_TIMEOUT, min(_READ_TIMEOUT, max(1.0, self.budget.left()))),
            allow_redirects=False,
            stream=True,
        )

    def _chunks(self, call: Call, response: requests.Response, most_bytes: int, advice: str) -> Iterator[bytes]:
        size = 0
        for chunk in _arriving(response):
            size += len(chunk)
            if size > most_bytes:
                raise GraphError(
                    f"{call.name} was answered with more than {most_bytes // 2**20:,} MiB; the rest was not read. "
                    f"{advice}"
                )
            self.budget.check(call.name)
            yield chunk

    def _dropped(self, call: Call, error: OSError) -> Trouble:
        """Say what happened to a connection. Raises UnreachableError when trying again cannot help."""
        kind, why = failure(error, call.host)
        if kind is Failure.HOPELESS:
            raise UnreachableError(f"{call.name} was not answered: {why}.") from error
        most = {Failure.UNCONNECTED: MOST_WAITS_UNCONNECTED}
        sentence = f"{call.name} was not answered: {why}"
        return Trouble(sentence, most=most[kind]) if kind in most else Trouble(sentence)


def _lower(response: requests.Response) -> dict[str, str]:
    return {name.lower(): text for name, text in response.headers.items()}


def _arriving(response: requests.Response) -> Iterator[bytes]:
    """Yield a body's bytes, unpacked, as they arrive; raises requests' errors.

    Waiting for a whole chunk, as requests does, would let a reply that only drips take any time.
    """
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            yield chunk
    except DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except HTTPError as error:
        raise requests.ConnectionError(error) from error
