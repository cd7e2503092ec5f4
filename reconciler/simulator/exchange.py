"""One HTTP exchange, as the simulator's parts see it: a call in, a reply out, and what kind of call it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec


class Endpoint(StrEnum):
    """The kinds of calls that are counted, and that faults are aimed at."""

    DISCOVERY = "discovery"
    TOKEN = "token"  # noqa: S105 - the name of an endpoint
    AUTHORIZE = "authorize"
    GITHUB_TOKEN = "github-token"  # noqa: S105 - as above
    MANAGED_IDENTITY = "managed-identity"
    DEVICES = "devices"
    DEVICE = "device"
    OVERVIEW = "overview"
    USERS = "users"
    USER = "user"
    USERS_DELTA = "users-delta"
    BY_IDS = "by-ids"
    ENTRA_DEVICES = "entra-devices"
    ORGANIZATION = "organization"
    DETECTED_APPS = "detected-apps"
    APP_DEVICES = "app-devices"
    EXPORTS = "exports"
    EXPORT = "export"
    DOWNLOAD = "download"
    BATCH = "batch"
    OTHER = "other"


SIGN_IN: Final = frozenset(
    {Endpoint.DISCOVERY, Endpoint.TOKEN, Endpoint.AUTHORIZE, Endpoint.GITHUB_TOKEN, Endpoint.MANAGED_IDENTITY}
)


class Sent(StrEnum):
    """How much of a reply goes over the wire before the connection closes."""

    WHOLE = "whole"
    HALF = "half"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Call:
    """One request: its path without the query, the query's parameters, headers by lower-case name, the body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """One answer; `Content-Length` and `Date` are added when it is sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: Sent = Sent.WHOLE


def json_reply(status: int, value: object, **headers: str) -> Reply:
    """Make a JSON reply; further headers by keyword, with `_` for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, msgspec.json.encode(value), {"Content-Type": "application/json; charset=utf-8", **named})


def decoded(body: bytes) -> Any:
    """Decode a JSON body, or return None for one that is not JSON."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
