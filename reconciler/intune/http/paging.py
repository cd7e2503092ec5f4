"""Following a list of Graph's page by page, the next page on its way while one is being used (G2).

1. `@odata.nextLink` is followed as it is, after empty pages too.
2. It has to lead to the connection's own Graph, and never twice to one address.
3. Endless links end with the read's time budget.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw, Struct

from reconciler.errors import GraphError
from reconciler.intune.http.error_replies import Reply
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.intune.http.invalid_unicode import mended
from reconciler.intune.http.threads import threads


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows, as JSON or as they were opened, and the reply that brought them."""

    rows: Any
    reply: Reply


Opened = tuple[Any, str | None]
"""A page's rows, and its `@odata.nextLink`."""


class _Envelope(Struct):
    value: Raw
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def pages(
    graph: Graph, url: str, permission: str, opened: Callable[[bytes], Opened | None] = lambda body: None
) -> Iterator[Page]:
    """Yield every page of the list at an address; a page that can be used is yielded before what follows it fails.

    `opened` may open a body at once, which spares reading it twice; where it gives None the rows are JSON.

    Raises GraphError, UnreachableError and SignInError.
    """
    links = _Links(graph.base, url)
    with threads(1, "pages") as ahead:
        reply = graph.get(url, permission=permission)
        while True:
            rows, link = opened(reply.body) or _opened(url, reply)
            wrong = links.wrong(link)
            following = ahead.submit(graph.get, link, permission=permission) if link and not wrong else None
            yield Page(rows, reply)
            if wrong:
                raise GraphError(wrong)
            if following is None:
                return
            reply = following.result()


class _Links:
    """The links of one list that were followed."""

    def __init__(self, base: str, url: str) -> None:
        host = urlsplit(base).netloc.lower().removesuffix(":443")
        hosts = (host,) if ":" in host else (host, f"{host}:443")
        # Compared as text up to the path's slash: what any parser makes of the rest does not matter then.
        self._own = tuple(f"https://{name}/" for name in hosts)
        self._name = f"GET {url.partition('?')[0]}"
        self._seen = {url}

    def wrong(self, link: str | None) -> str | None:
        """Say why a page's link can not be followed, and note it as followed."""
        if not link:
            return None
        if not link.lower().startswith(self._own):
            where = urlsplit(link)
            return (
                f"{self._name} links on to {where.scheme}://{where.netloc}, which is not the connection's Graph; it is "
                f"not followed. If a proxy stands between, it has to leave or to rewrite the links."
            )
        if link in self._seen:
            return f"{self._name} links on to a page that was read already, so the list has no end. Try again later."
        self._seen.add(link)
        return None


def _opened(url: str, reply: Reply) -> Opened:
    try:
        return _raw(reply.body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        pass
    try:
        return _raw(mended(reply.body))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise not_understood(url, reply) from error


def _raw(body: bytes) -> Opened:
    envelope = _ENVELOPE.decode(body)
    return bytes(envelope.value), envelope.next_link
