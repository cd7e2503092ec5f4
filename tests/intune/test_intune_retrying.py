"""When a request is tried again, and after how long (G1)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from reconciler.errors import GraphError, UnreachableError
from reconciler.intune.http.budget import Budget
from reconciler.intune.http.error_replies import Reply, described
from reconciler.intune.http.retries import Patience, Trouble, retry_after
from reconciler.intune.http.transport import Call, Transport
from reconciler.model.snapshot import Snapshot

Read = Callable[..., Snapshot]

URL = "https://graph.microsoft.com/v1.0/x"
_INNER = json.dumps({"Message": "Go away - Operation ID (for customer support): 1 - Url: https://x"})
_MIDDLE = json.dumps({"ErrorCode": "Forbidden", "Message": _INNER})
_NESTED = json.dumps({"error": {"code": "UnknownError", "message": _MIDDLE}}).encode()
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "10"}, 10),
        ({"retry-after": " 2.128 "}, 2.128),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:30 GMT", "date": "Mon, 23 Nov 2026 08:00:20 GMT"}, 10),
        ({"retry-after": "Mon, 23 Nov 2026 07:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_each_form(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, decimals, or a date against the reply's own clock; anything else is as if it were not there."""
    assert retry_after(headers, NOW) == seconds


def test_waits_double_up_to_a_minute(clock: Any) -> None:
    """Without Retry-After the waits grow, and end after ten."""
    patience = Patience(Budget(900, clock.pace))
    for _ in range(10):
        patience.wait(Trouble("It was away"))
    with pytest.raises(UnreachableError, match=r"^It was away, 11 times in all\. Try again later\.$"):
        patience.wait(Trouble("It was away"))
    assert clock.waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_wait_that_was_asked_for_does_not_count(clock: Any) -> None:
    """Whoever says how long to wait is waited for until the time budget ends; never less than half a second."""
    patience = Patience(Budget(100, clock.pace))
    for seconds in (0, 30, 30, 30):
        patience.wait(Trouble("It was throttled", told=seconds))
    with pytest.raises(UnreachableError, match=r"The next try, after 30 s, would be too late"):
        patience.wait(Trouble("It was throttled", told=30))
    assert clock.waits == [0.5, 30, 30, 30]


def test_chance_shortens_a_wait_by_half_at_most(clock: Any) -> None:
    """Many that were refused together come back apart."""
    pace = clock.pace
    budget = Budget(900, type(pace)(pace.monotonic, pace.now, pace.wait, lambda: 1.0))
    Patience(budget).wait(Trouble("It was away"))
    assert clock.waits == [0.5]


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
def test_a_reply_is_read_up_to_a_size(clock: Any, size: int, fits: bool) -> None:
    """One byte more, and it is not read on."""
    transport = Transport(Budget(900, clock.pace), most_bytes=1000)
    with responses.RequestsMock() as wire:
        wire.get(URL, body=b"x" * size)
        if fits:
            assert len(transport.send(Call("GET", URL)).body) == size
        else:
            with pytest.raises(GraphError, match="was answered with more than"):
                transport.send(Call("GET", URL))


def test_nothing_begins_after_the_time_budget(clock: Any) -> None:
    """With no time left no request is made."""
    transport = Transport(Budget(120, clock.pace))
    clock.pass_(120)
    with responses.RequestsMock(), pytest.raises(UnreachableError, match=r"not answered in the 2 minutes that"):
        transport.send(Call("GET", f"{URL}?$skiptoken=personal"))


def test_a_message_holds_no_query_and_no_token(clock: Any) -> None:
    """The query may hold names, the token opens everything."""
    transport = Transport(Budget(900, clock.pace))
    with responses.RequestsMock() as wire:
        wire.get(URL, status=503)
        with pytest.raises(UnreachableError) as raised:
            transport.send(Call("GET", f"{URL}?$skiptoken=personal", token="a-token", once=True))
    assert str(raised.value) == f"GET {URL} was answered 503 Service Unavailable (without a body)."
    assert "a-token" not in repr(Call("GET", URL, token="a-token"))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (403, b'{"error":{"code":"Forbidden","message":"No."}}', "403 Forbidden (Forbidden: No.)"),
        (
            403,
            _NESTED,
            "403 Forbidden (Forbidden: Go away)",
        ),
        (400, b'{"error":"invalid","error_description":"Bad.\\r\\nMore"}', "400 Bad Request (invalid: Bad.)"),
        (400, b'{"error":{"code":"","message":""}}', '400 Bad Request (application/json, 34 bytes: “{"error":{"code":'),
        (400, b'{"error":{"message":"{not json"}}', "400 Bad Request ({not json)"),
        (404, b"<html><title>Sign in\n please</title>", "404 Not Found (application/json, 36 bytes: “Sign in”)"),
        (499, b"", "499 (no known status) (without a body)"),
    ],
)
def test_an_error_says_what_the_reply_says(status: int, body: bytes, told: str) -> None:
    """Also when Graph nests JSON in its message, or someone else answers."""
    assert described(Reply(status, {"content-type": "application/json"}, body)).startswith(told)


def test_a_long_message_is_cut() -> None:
    """A sentence has an end."""
    body = b'{"error":{"code":"c","message":"' + b"m" * 5000 + b'"}}'
    told = described(Reply(400, {"request-id": "r"}, body))
    assert told == f"400 Bad Request (c: {'m' * 299}…; request id r)"


@pytest.mark.parametrize(
    ("error", "told", "waits"),
    [
        (
            requests.ReadTimeout(),
            "graph.microsoft.com said nothing for too long, 11 times in all. Try again later.",
            10,
        ),
        (requests.ConnectionError(), "the connection to graph.microsoft.com was dropped, 11 times in all. Try a", 10),
        (requests.exceptions.ChunkedEncodingError(), "the connection to graph.microsoft.com was dropped, 11 times", 10),
        (requests.ConnectTimeout(), "graph.microsoft.com could not be connected to in time, 4 times in all. Try a", 3),
        (requests.exceptions.ProxyError(), "the proxy gave no way to graph.microsoft.com; check HTTPS_PROXY and N", 3),
        (requests.exceptions.ContentDecodingError(), "could not be made or read (ContentDecodingError).", 0),
        (requests.exceptions.InvalidURL(), "the request could not be made or read (InvalidURL).", 0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_happened_to_a_connection_is_told(clock: Any, error: Exception, told: str, waits: int) -> None:
    """What may pass is tried again, a connection that was never made less often, and what can not pass never."""
    transport = Transport(Budget(900, clock.pace))
    with responses.RequestsMock() as wire:
        wire.get(URL, body=error)
        with pytest.raises(UnreachableError) as raised:
            transport.send(Call("GET", URL))
    assert told in str(raised.value)
    assert len(clock.waits) == waits
