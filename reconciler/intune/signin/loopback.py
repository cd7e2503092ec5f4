"""Listening on this machine for the answer of one sign-in, by POST of a form or by a query."""

import html
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from reconciler.errors import SignInError

TIMEOUT: Final = 300.0
_MOST: Final = 64 * 1024
_PAGE: Final = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"


class Listener:
    """Listens while it is entered, on the port of a redirect URI, or on a free one when that names none.

    Raises SignInError when the port is taken.
    """

    def __init__(self, redirect_uri: str) -> None:
        self._uri = urlsplit(redirect_uri)
        try:
            self._server = _Server(self._uri.port or 0, self._uri.path or "/")
        except OSError as error:
            raise SignInError(
                f"The port {self._uri.port} of `redirectUri` {redirect_uri} cannot be listened on: {error.strerror}. "
                f"Another `authorize` may be waiting there; or write the URI without a port, which takes a free one."
            ) from error

    @property
    def redirect_uri(self) -> str:
        """Where the browser has to be sent: the redirect URI with the port that is listened on."""
        return f"http://{self._uri.hostname}:{self._server.server_address[1]}{self._uri.path}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()

    def wait(self, state: str, timeout: float = TIMEOUT) -> Mapping[str, str]:
        """Return the answer's parameters, whatever its state; the browser shows whether it was the one expected.

        Raises SignInError when none comes in time.
        """
        self._server.state = state
        end = time.monotonic() + timeout
        while self._server.answer is None:
            left = end - time.monotonic()
            if left <= 0:
                raise SignInError(
                    f"Nobody finished the sign-in within {timeout:.0f} s, and nothing was kept. Run `reconciler "
                    f"authorize` again; if the browser shows an error, it says what to do."
                )
            self._server.timeout = left
            self._server.handle_request()
        return self._server.answer


class _Server(HTTPServer):
    allow_reuse_address = False

    def __init__(self, port: int, path: str) -> None:
        self.path = path
        self.state = ""
        self.answer: dict[str, str] | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that leave early."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else 0
        self._take(self.rfile.read(min(size, _MOST)).decode("ascii", "replace"))

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _take(self, text: str) -> None:
        """Take the answer that the browser brings, and say there what came of it."""
        answer = dict(parse_qsl(text))
        expected = (urlsplit(self.path).path or "/").rstrip("/") == self.server.path.rstrip("/")
        if not expected or not ({"code", "error"} & answer.keys()):
            self._reply(404, "Not here", "This is not the answer that is waited for.")
            return
        self.server.answer = answer
        if answer.get("state") != self.server.state:
            self._reply(400, "Another sign-in", "This answer belongs to another sign-in. Nothing was kept.")
        elif "error" in answer:
            self._reply(400, "Not signed in", answer.get("error_description", answer["error"]))
        else:
            self._reply(200, "Signed in", "You can close this page and go back to the terminal.")

    def _reply(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(html.escape(title), html.escape(text)).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
