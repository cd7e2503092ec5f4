"""The HTTPS server: sockets, TLS and HTTP/1.1 around one function from a call to a reply."""

import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.simulator.exchange import Call, Reply, Sent

_QUIET: Final = (ConnectionError, ssl.SSLError, TimeoutError)
"""What a client does that leaves, or does not trust the CA: its own business, not worth a traceback."""


class HttpsServer(ThreadingHTTPServer):
    """Serves on loopback; `clock` gives the time of the `Date` header."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, port: int, context: ssl.SSLContext, answer: Callable[[Call], Reply], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self._context = context
        self.answer = answer
        self.clock = clock
        self._lock = Lock()
        self._open: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def stop(self) -> None:
        """Stop serving and close every connection, kept-alive ones too."""
        self.shutdown()
        self._turn_away()
        self.server_close()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)

    def _turn_away(self) -> None:
        """Close what nobody accepted yet; else the listening socket's end resets it.

        Python's `ssl` leaves a client's socket open that is reset between its connecting and its handshake.
        """
        self.socket.setblocking(False)
        with suppress(OSError):
            while True:
                self.socket.accept()[0].close()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; one that its client has reset already is closed, for wrapping it would leave it open.

        The handshake belongs to the connection's own thread: a client that stalls in it must not stop the others.
        """
        accepted, address = super().get_request()
        try:
            accepted.getpeername()
        except OSError:
            accepted.close()
            raise
        try:
            return self._context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False), address
        except OSError as error:
            _close_half_made(error)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its own thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that ended early."""
        if not isinstance(sys.exc_info()[1], _QUIET):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpsServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    do_DELETE = do_PATCH = do_PUT = do_POST  # noqa: N815 - http.server's own names

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        address = urlsplit(self.path)
        call = Call(
            self.command,
            unquote(address.path),
            dict(parse_qsl(address.query, keep_blank_values=True)),
            {name.lower(): text for name, text in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        self._send(self.server.answer(call))

    def _send(self, reply: Reply) -> None:
        if reply.sent is not Sent.WHOLE:
            self.close_connection = True
        if reply.sent is Sent.NOTHING:
            return
        now = format_datetime(self.server.clock(), usegmt=True)
        headers = {"Date": now, **reply.headers, "Content-Length": str(len(reply.body))}
        self.send_response_only(reply.status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(reply.body if reply.sent is Sent.WHOLE else reply.body[: len(reply.body) // 2])


def _close_half_made(error: OSError) -> None:
    """Close the socket that `ssl` was making when its client reset it: it leaves that to the garbage collector."""
    trace = error.__traceback__
    while trace is not None:
        made = trace.tb_frame.f_locals.get("self")
        if isinstance(made, ssl.SSLSocket):
            made.close()
        trace = trace.tb_next


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
