"""A TLS server that says whatever it is told, byte by byte: what no honest service sends."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import SHUT_RDWR, create_server, socket

import trustme

Talk = Callable[[], Iterator[bytes]]


@dataclass
class Hostile:
    """A running server: its address, how many bytes it could send, and what it was asked."""

    url: str
    sent: int = 0
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def talking(talk: Talk, context: ssl.SSLContext) -> Iterator[Hostile]:
    """Give a server that answers every connection's request with what `talk` yields, as long as somebody listens."""
    with create_server(("127.0.0.1", 0)) as listening:
        server = Hostile(f"https://localhost:{listening.getsockname()[1]}")
        threading.Thread(target=_serve, args=(listening, context, talk, server), daemon=True).start()
        try:
            yield server
        finally:
            listening.shutdown(SHUT_RDWR)


def _serve(listening: socket, context: ssl.SSLContext, talk: Talk, server: Hostile) -> None:
    with suppress(OSError):
        while True:
            plain, _ = listening.accept()
            threading.Thread(target=_answer, args=(plain, context, talk, server), daemon=True).start()


def _answer(plain: socket, context: ssl.SSLContext, talk: Talk, server: Hostile) -> None:
    with suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as connection:
        server.asked.append(connection.recv(65536))
        for data in talk():
            connection.sendall(data)
            server.sent += len(data)


def certified(authority: trustme.CA, host: str = "localhost", *, ended: bool = False) -> ssl.SSLContext:
    """Return what a server shows: a certificate of an authority, for a host, that may have ended."""
    end = datetime.now(UTC) - timedelta(days=1) if ended else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, not_after=end).configure_cert(context)
    return context


def trusted(authority: trustme.CA, folder: Path) -> str:
    """Write an authority's certificate to a file for REQUESTS_CA_BUNDLE; return it."""
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_MEGABYTE = b"x" * 2**20


def gigabyte() -> Iterator[bytes]:
    """Say in advance that it will be 1 GB, and send it."""
    yield HEAD + b"Content-Length: 1073741824\r\n\r\n"
    yield from (_MEGABYTE for _ in range(1024))


def without_end() -> Iterator[bytes]:
    """Send chunks for ever."""
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"100000\r\n" + _MEGABYTE + b"\r\n"


def headers_without_end() -> Iterator[bytes]:
    """Send headers for ever."""
    yield HEAD
    while True:
        yield b"X-More: " + b"y" * 1000 + b"\r\n"


def a_line_without_end() -> Iterator[bytes]:
    """Send one header for ever."""
    yield HEAD + b"X-Long: "
    while True:
        yield _MEGABYTE


def dripping() -> Iterator[bytes]:
    """Send a byte now and then, and seem alive."""
    yield HEAD + b"Content-Length: 10000000\r\n\r\n"
    for _ in range(200):
        time.sleep(0.05)
        yield b" "


def packed(body: bytes) -> Talk:
    """Return what sends a body that is packed with gzip."""
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    return lambda: iter((head, body))
