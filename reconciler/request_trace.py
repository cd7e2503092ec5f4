"""Every HTTP request as a line of JSON, for whoever has to find out what a server did: `--trace FILE`.

1. Each attempt is a line, also one that got no answer; a redirect that is not followed is one.
2. No header and no body is written. A query's values are written only for parameters that select and page.
3. The file is readable by its owner only, and each line is in it before the next request begins.
"""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from reconciler.errors import ReconcilerError

_LOGGER: Final = logging.getLogger("reconciler.requests")
_SHOWN: Final = frozenset(
    {"$count", "$expand", "$orderby", "$select", "$top", "api-version", "count", "includedetails", "limit", "offset"}
    | {"order", "page_no", "page_size", "pageinate", "sort"}
)
"""Parameters whose values are shown. A search, a filter or a link to the next page may hold anything."""
_REQUEST_IDS: Final = ("request-id", "x-ms-request-id", "x-request-id", "x-github-request-id")
"""What Graph, Entra, and others call the id that their support asks for."""
_MOST: Final = 100


class TracedAdapter(HTTPAdapter):
    """Sends as requests does, and writes each attempt down while there is a trace."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request. Raises what requests raises."""
        if not _LOGGER.isEnabledFor(logging.DEBUG):
            return super().send(request, *arguments, **options)
        began, at = time.monotonic(), datetime.now(UTC)
        try:
            response = super().send(request, *arguments, **options)
        except OSError as error:
            _write(request, at, began, {"status": None, "error": type(error).__name__})
            raise
        _write(request, at, began, {"status": response.status_code, "requestId": _request_id(response.headers)})
        return response


@contextmanager
def traced(path: Path) -> Iterator[None]:
    """Write every request made in the block into a file, as lines of JSON; what stood in the file is replaced.

    Raises:
        ReconcilerError: the file cannot be written.
    """
    try:
        handler = logging.StreamHandler(open(path, "w", encoding="utf-8", opener=_for_the_owner))  # noqa: SIM115 - closed below
    except OSError as error:
        raise ReconcilerError(f"{path} cannot be written: {error.strerror}. Name another file for --trace.") from error
    level, propagates = _LOGGER.level, _LOGGER.propagate
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.DEBUG)
    _LOGGER.propagate = False
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)
        _LOGGER.propagate = propagates
        handler.stream.close()


def shown_url(url: str) -> str:
    """Return an address without its user, its fragment, and the values of parameters that may hold a secret."""
    parts = urlsplit(url)
    query = "&".join(
        f"{quote(name, safe='$-_')}={quote(text, safe=',()$/;=') if name.lower() in _SHOWN else '…'}"
        for name, text in parse_qsl(parts.query, keep_blank_values=True)
    )
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _for_the_owner(path: str, flags: int) -> int:
    handle = os.open(path, flags, 0o600)
    if os.path.isfile(path):  # noqa: PTH113 - an opener is given text
        os.chmod(path, 0o600)  # noqa: PTH101 - as above
    return handle


def _write(request: requests.PreparedRequest, at: datetime, began: float, answer: dict[str, object]) -> None:
    line: dict[str, object] = {
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "method": request.method,
        "url": shown_url(request.url or ""),
        "seconds": round(time.monotonic() - began, 3),
    }
    _LOGGER.debug("%s", json.dumps(line | answer, ensure_ascii=False))


def _request_id(headers: Mapping[str, str]) -> str | None:
    found = (headers[name] for name in _REQUEST_IDS if name in headers)
    return next(found, "")[:_MOST] or None
