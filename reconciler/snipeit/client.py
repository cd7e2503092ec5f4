"""Snipe-IT's REST API: its envelope, its refusals that come as 200, its lists proven whole (facts of v8.1.4).

1. A single read has no `status` when the record is there; a refusal has `status: error`, whatever the HTTP status.
2. Texts come HTML-escaped; `text` takes that back once.
3. Lists are asked for by id, ascending: their own order shifts while records are added.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, Final

from reconciler.errors import LostAnswerError, RefusedError, RemoteError
from reconciler.remote.proven import Page, read_whole
from reconciler.remote.transport import Answer, Call, Transport, shown

PRODUCT: Final = "Snipe-IT"
_API: Final = "/api/v1/"
_PAGE: Final = 500
_OLDEST: Final = 6
_NEWEST: Final = 8
"""The major versions that behave as the source of 8.1 does, as far as is known."""
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_REDIRECTS: Final = range(300, 400)

Row = Mapping[str, Any]


class Client:
    """One Snipe-IT at its base address."""

    def __init__(self, base: str, transport: Transport) -> None:
        self.base = base.rstrip("/").removesuffix("/api/v1")
        self.transport = transport

    def get(self, path: str, **query: str | int) -> Any:
        """Return a record or a page; None when Snipe-IT has no record of this id.

        Raises:
            RemoteError: it refuses to be read, or it is no Snipe-IT.
        """
        answer = self.transport.send(Call("GET", self.base + _API + path, query=query or None))
        value = self._read(answer)
        if isinstance(value, dict) and value.get("status") == "error":
            words = messages(value)
            if any(sign in words.lower() for sign in ("does not exist", "not found")):
                return None
            raise RemoteError(f"{answer.call.name} was refused: {words}")
        return value

    def version(self) -> str:
        """Return Snipe-IT's version, `8.1.4`.

        Raises:
            RemoteError: it is older than any that this works with, or says none.
        """
        said = self.get("version")
        text = str(said.get("version") or "") if isinstance(said, dict) else ""
        found = re.match(r"v?(\d+)", text)
        if found is None or int(found[1]) < _OLDEST:
            told = f"Snipe-IT is of version {text}" if found else f"GET {self.base}{_API}version names no version"
            raise RemoteError(
                f"{told}, and this works with {_OLDEST} to {_NEWEST}. Nothing was planned. Update Snipe-IT, or check "
                "the address in `store:`."
            )
        return text.removeprefix("v")

    def every(self, path: str, what: str, progress: Callable[[int], None], **query: str | int) -> list[Row]:
        """Return every record of a list, proven whole (W2).

        Raises:
            RemoteError: it is not proven whole.
        """

        def page(start: int) -> Page:
            found = self.get(path, limit=_PAGE, offset=start, sort="id", order="asc", **query)
            if not isinstance(found, dict) or not isinstance(found.get("rows"), list):
                raise RemoteError(
                    f"GET {self.base}{_API}{path} was answered with something that is no list of Snipe-IT's. Check the "
                    "address in `store:`."
                )
            return Page(found["rows"], int(found.get("total") or 0))

        return read_whole(what, page, progress=progress)

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a write once and return its payload.

        Raises:
            RefusedError: Snipe-IT refused, in its words.
            LostAnswerError: whether it was done is not known.
            RemoteError: the token is no good any more, or lacks the right: every other write would be refused too.
        """
        answer = self.transport.send(Call(method, self.base + _API + path, body=body or {}))
        if answer.status in (_UNAUTHORIZED, _FORBIDDEN) or answer.status in _REDIRECTS:
            raise _unreadable(answer)
        try:
            value = answer.json()
        except RemoteError as error:
            raise LostAnswerError(str(error)) from error
        if not isinstance(value, dict) or answer.status != _OK or value.get("status") != "success":
            unsaid = f"{answer.call.name} was answered {answer.status} with {shown(answer)}"
            raise RefusedError(messages(value) or unsaid)
        return value.get("payload")

    def _read(self, answer: Answer) -> Any:
        if answer.status != _OK:
            raise _unreadable(answer)
        return answer.json()


def newer_than_tried(version: str) -> bool:
    """Return whether a version is newer than any whose behaviour is known."""
    return int(version.partition(".")[0]) > _NEWEST


def messages(value: Any) -> str:
    """Return what an envelope says, on one line."""
    said = value.get("messages") or value.get("message") or value.get("error") if isinstance(value, dict) else None
    if isinstance(said, dict):
        lines = [text for texts in said.values() for text in (texts if isinstance(texts, list) else [texts])]
        said = " ".join(map(str, lines))
    return " ".join(unescape(str(said or "")).split())


def text(value: Any) -> str | None:
    """Return a text as it was before Snipe-IT escaped it; None for an empty one."""
    return (unescape(value) or None) if isinstance(value, str) else None


_WHY: Final = {
    _UNAUTHORIZED: "the token is not valid. Make a personal access token in Snipe-IT and set what "
    "`store.snipeIt.token` names",
    _FORBIDDEN: "the token's user lacks the right. Give it the rights that docs/stores.md lists",
    _NOT_FOUND: "there is no API. Check `store.snipeIt.url`: the address of Snipe-IT itself, without /api/v1",
}


def _unreadable(answer: Answer) -> RemoteError:
    """Return the error for a status that is none of a controller's, with what to do."""
    name, status = answer.call.name, answer.status
    if status in _REDIRECTS:
        why = "it leads elsewhere. Check `store.snipeIt.url`: its scheme, its host, and that no login stands before it"
    else:
        why = _WHY.get(status, f"that is no answer of Snipe-IT's: {shown(answer)}")
    return RemoteError(f"{name} was answered {status}: {why}.")
