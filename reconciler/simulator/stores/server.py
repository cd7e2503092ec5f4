"""A pretend store served over HTTPS on loopback: faults, hooks, and a log of the requests around one function."""

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Final, NamedTuple, Self

import trustme

from reconciler.simulator.exchange import Call, Reply, Sent
from reconciler.simulator.https import HttpsServer
from reconciler.simulator.stores.audit import Audit
from reconciler.simulator.stores.clock import Clock, RealClock
from reconciler.simulator.stores.faults import AFTER, BEFORE, Fault, FaultName, Faults

HOST: Final = "localhost"


class Moment(StrEnum):
    """When a hook is called: before a request does anything, or after, its answer not yet sent."""

    BEFORE = "before"
    AFTER = "after"


class Asked(NamedTuple):
    """One request, without its query, and the status that it was answered."""

    method: str
    path: str
    status: int

    @property
    def writes(self) -> bool:
        """Whether it could change anything."""
        return self.method != "GET"


Hook = Callable[[Moment, Call], None]
"""Called around each request, in the server's thread: whoever wants to edit or to kill meanwhile does it here."""


class StoreServer:
    """Serves `answer` while it is entered; a server can be entered once.

    `ca_file` may be another simulator's: the certificate of this server's CA is added to it, so that a client trusts
    both. A refusal of a fault is in the words of `refuse`, given its status and what it says.
    """

    def __init__(
        self,
        answer: Callable[[Call], Reply],
        refuse: Callable[[int, str], Reply],
        *,
        port: int = 0,
        ca_file: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._answer = answer
        self._refuse = refuse
        self.clock = clock or RealClock()
        self.audit = Audit()
        self.faults = Faults()
        self.hook: Hook = lambda _moment, _call: None
        self._lock = Lock()
        self._log: list[Asked] = []
        self._folder = None if ca_file else tempfile.TemporaryDirectory(prefix="simulated-store-")
        self.ca_file = ca_file or Path(self._folder.name if self._folder else ".") / "ca.pem"
        self._server = HttpsServer(port, self._tls(), self.respond, self.clock.now)
        self.url = f"https://{HOST}:{self._server.port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()
        if self._folder:
            self._folder.cleanup()

    def inject(self, fault: Fault) -> None:
        """Let a fault strike the requests to come."""
        self.faults.inject(fault)

    @property
    def log(self) -> tuple[Asked, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._log)

    def forget_requests(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    def respond(self, call: Call) -> Reply:
        """Answer one request; what the server calls for each of them."""
        self.hook(Moment.BEFORE, call)
        instead = self.faults.strike(BEFORE, call.method, call.path)
        reply = self._struck(instead) if instead else self._spoilt(call, self._answer(call))
        with self._lock:
            self._log.append(Asked(call.method, call.path, reply.status))
        self.hook(Moment.AFTER, call)
        return reply

    def _struck(self, fault: Fault) -> Reply:
        """Return the reply that a fault gives instead of the answer."""
        match fault.name:
            case FaultName.THROTTLE:
                reply = self._refuse(429, "Too many requests")
                wait = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
                return replace(reply, headers={**reply.headers, **wait})
            case FaultName.HTML:
                page = b"<!DOCTYPE html><html><head><title>Login</title></head><body>Please sign in.</body></html>"
                return Reply(fault.status or 200, page, {"Content-Type": "text/html; charset=UTF-8"})
            case FaultName.REDIRECT:
                return Reply(302, b"", {"Location": f"{self.url}/login", "Content-Type": "text/html; charset=UTF-8"})
            case FaultName.UNAUTHORIZED:
                return self._refuse(401, "Unauthorized or unauthenticated.")
            case FaultName.FORBIDDEN:
                return self._refuse(403, "This action is unauthorized.")
            case FaultName.DROP:
                return Reply(200, sent=Sent.NOTHING)
            case _:
                return self._refuse(fault.status or 500, "Server Error")

    def _spoilt(self, call: Call, reply: Reply) -> Reply:
        fault = self.faults.strike(AFTER, call.method, call.path)
        match fault and fault.name:
            case FaultName.ERROR_AFTER:
                return self._refuse((fault and fault.status) or 500, "Server Error")
            case FaultName.LOST_REPLY:
                return replace(reply, sent=Sent.HALF if fault and fault.partway else Sent.NOTHING)
            case FaultName.BAD_JSON:
                return replace(reply, body=reply.body[: len(reply.body) // 2])
        return reply

    def _tls(self) -> ssl.SSLContext:
        authority = trustme.CA(organization_name="Simulated store")
        authority.cert_pem.write_to_path(self.ca_file, append=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
        return context
