"""Replies that want to fill the memory or hold the run, and hosts that are not who they seem (G1, G2, K8)."""

import gzip
import io
import os
import resource
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from hostile_server import (
    HEAD,
    Talk,
    a_line_without_end,
    certified,
    dripping,
    gigabyte,
    headers_without_end,
    packed,
    talking,
    trusted,
    without_end,
)

from reconciler.errors import GraphError, ReconcilerError, UnreachableError
from reconciler.intune.http.budget import Budget, Pace
from reconciler.intune.http.error_replies import Reply
from reconciler.intune.http.paging import _opened
from reconciler.intune.http.transport import Call, Transport

MEBIBYTE = 2**20
MOST = 64 * MEBIBYTE


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Return an authority that is trusted."""
    made = trustme.CA()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted(made, tmp_path))
    return made


def asked(url: str, seconds: float = 60) -> ReconcilerError:
    """Ask, and return the error."""
    transport = Transport(Budget(seconds, Pace(jitter=lambda: 0)))
    try:
        with pytest.raises(ReconcilerError) as caught:
            transport.send(Call("GET", f"{url}/v1.0/users?$select=secret", {}, token="the-token", once=True))
        return caught.value
    finally:
        transport.close()


def grown(work: Callable[[], None]) -> int:
    """Do work in a process of its own; return by how many bytes its memory grew at most."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        code = 1
        try:
            work()
            code = 0
        finally:
            os.write(writing, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before).encode())
            os._exit(code)
    os.close(writing)
    _, status = os.waitpid(pid, 0)
    assert status == 0
    return int(os.read(reading, 100)) * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.thorough
@pytest.mark.parametrize("talk", [gigabyte, without_end], ids=["1 GB", "no end"])
def test_a_reply_of_a_gigabyte_is_left_after_64_mebibytes(authority: trustme.CA, talk: Talk) -> None:
    """It is refused in words, little more than the bound was taken, and memory holds no more than that either."""
    with talking(talk, certified(authority)) as server:

        def work() -> None:
            error = asked(server.url)
            assert isinstance(error, GraphError)
            assert "/v1.0/users was answered with more than 64 MiB" in str(error)

        assert grown(work) < 2 * MOST
    assert server.sent < MOST + 16 * MEBIBYTE


@pytest.mark.thorough
def test_a_reply_that_unpacks_to_a_gigabyte_is_left_after_64_mebibytes(authority: trustme.CA) -> None:
    """A megabyte on the wire; what it unpacks to counts."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packing:
        for _ in range(1024):
            packing.write(bytes(MEBIBYTE))
    with talking(packed(file.getvalue()), certified(authority)) as server:

        def work() -> None:
            assert "was answered with more than 64 MiB" in str(asked(server.url))

        assert grown(work) < 2 * MOST


@pytest.mark.parametrize("talk", [headers_without_end, a_line_without_end])
def test_headers_without_end_are_left(authority: trustme.CA, talk: Talk) -> None:
    """Python reads a hundred of them, and 64 KiB of a line."""
    with talking(talk, certified(authority)) as server:
        assert isinstance(asked(server.url), UnreachableError)
    assert server.sent < 16 * MEBIBYTE


def test_a_reply_that_drips_ends_with_the_time_budget(authority: trustme.CA) -> None:
    """A byte now and then is no silence, and yet no reply: the read's time is over when it is."""
    with talking(dripping, certified(authority)) as server:
        begun = time.monotonic()
        error = asked(server.url, seconds=1)
        assert time.monotonic() - begun < 60  # the reply drips for as long as anybody listens
    assert "was not answered in the" in str(error)


def test_a_reply_that_is_not_packed_as_it_says_is_told(authority: trustme.CA) -> None:
    """What cannot be unpacked is no reply, and the next try would be the same."""
    with talking(packed(b"not gzip"), certified(authority)) as server:
        assert "the request could not be made or read (ContentDecodingError)" in str(asked(server.url))


@pytest.mark.parametrize("number", [10**3, 10**6])
def test_json_that_nests_without_end_is_no_reply_of_graphs(number: int) -> None:
    """It is refused like any other reply that is not understood, and does not end the process."""
    body = b'{"value":' + b"[" * number + b"]" * number + b',"x":' + b"[" * number + b"}"
    with pytest.raises(GraphError, match="not with the JSON that Graph sends"):
        _opened("https://graph.microsoft.com/x", Reply(200, {}, body))


@pytest.mark.parametrize(
    ("host", "ended", "told"),
    [
        ("elsewhere.example", False, "Hostname mismatch, certificate is not valid for 'localhost'"),
        ("localhost", True, "certificate has expired"),
    ],
)
def test_a_certificate_that_is_not_the_hosts_is_refused(
    authority: trustme.CA, host: str, ended: bool, told: str
) -> None:
    """For another name, or of yesterday: nothing is sent, not even the request."""
    with talking(lambda: iter((HEAD,)), certified(authority, host, ended=ended)) as server:
        error = str(asked(server.url))
    assert "is not trusted" in error
    assert told in error
    assert "REQUESTS_CA_BUNDLE" in error
    assert server.asked == []


@pytest.mark.usefixtures("authority")
def test_a_certificate_that_the_host_made_itself_is_refused() -> None:
    """An authority that nobody trusts is none."""
    with talking(lambda: iter((HEAD,)), certified(trustme.CA())) as server:
        error = str(asked(server.url))
    assert "is not trusted" in error
    assert server.asked == []


def test_tls_that_is_too_old_is_refused(authority: trustme.CA) -> None:
    """A host that only speaks TLS 1.1 is not spoken to."""
    context = certified(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with talking(lambda: iter((HEAD,)), context) as server:
        assert isinstance(asked(server.url), UnreachableError)
    assert server.asked == []


def test_a_redirect_is_not_followed(authority: trustme.CA) -> None:
    """The token goes to nobody else; the reply is returned as the error that it is."""
    with talking(lambda: iter((HEAD,)), certified(authority)) as other:
        place = b"HTTP/1.1 302 Found\r\nLocation: %s/v1.0/users\r\nContent-Length: 0\r\n\r\n" % other.url.encode()
        with talking(lambda: iter((place,)), certified(authority)) as server:
            transport = Transport(Budget(60, Pace()))
            reply = transport.send(Call("GET", f"{server.url}/v1.0/users", token="the-token"))
            transport.close()
    assert (reply.status, reply.headers["location"]) == (302, f"{other.url}/v1.0/users")
    assert other.asked == []
