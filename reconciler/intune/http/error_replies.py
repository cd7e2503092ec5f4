"""What a reply that is no answer says of itself: Graph's and Intune's errors, also nested ones, and foreign pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec

_MOST: Final = 300
_DEEPEST: Final = 6
# Intune's texts end in ids of its own and an internal address: the request id says as much.
_TAIL: Final = re.compile(r" - (Operation ID|Activity ID|Url)\b.*", re.S)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.S | re.I)
_CODES: Final = ("code", "ErrorCode")
_MESSAGES: Final = ("message", "Message", "error_description")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, read whole; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def described(reply: Reply) -> str:
    """Say what an error reply says: `403 Forbidden (code: message; request id …)`, however deep it hides that."""
    return described_parts(reply.status, reply.body, reply.headers)


def described_parts(status: int, body: bytes, headers: Mapping[str, str]) -> str:
    """Say the same of the parts of a reply; header names are lower-case."""
    told = _told(_json(body)) if body else ""
    parts = [told or (shape(body, headers) if body else "without a body")]
    if "request-id" in headers:
        parts.append(f"request id {one_line(headers['request-id'])}")
    return f"{status} {_phrase(status)} ({'; '.join(parts)})"


def error_code(body: bytes) -> tuple[str, str]:
    """Return the code and message of an error in Graph's own form, both empty for anything else."""
    value = _json(body) if body else None
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return _first(error, ("code",)), _first(error, ("message",))


def shape(body: bytes, headers: Mapping[str, str], *, may_hold_token: bool = False) -> str:
    """Say what came instead of JSON: its content type, and its title or how it begins.

    Of what may hold a token, and is no page with a title, nothing is quoted.
    """
    text = body[:4096].decode("utf-8", "replace")
    title = _TITLE.search(text)
    kind = headers.get("content-type", "no content type").partition(";")[0]
    said = f"{one_line(kind)}, {len(body)} bytes"
    if may_hold_token and title is None:
        return said
    return f"{said}: “{one_line(title[1] if title else text, 80)}”"


def one_line(text: str, most: int = _MOST) -> str:
    """Return the first line that says something, cut to a length."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(no known status)"


def _json(body: bytes | str) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def _told(value: Any) -> str:
    """Find the innermost code and message: Graph wraps Intune's JSON into its message, sometimes twice."""
    code = message = ""
    for _ in range(_DEEPEST):
        if not isinstance(value, dict):
            break
        if isinstance(value.get("error"), dict):
            value = value["error"]
        code = _first(value, _CODES) or _first(value, ("error",)) or code
        text = _first(value, _MESSAGES)
        message = text or message
        value = _json(text) if text.lstrip().startswith("{") else None
    message = one_line(_TAIL.sub("", message))
    return ": ".join(part for part in (one_line(code), message) if part)


def _first(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((value[name] for name in names if isinstance(value.get(name), str) and value[name]), "")
