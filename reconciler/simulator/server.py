"""The simulator itself: a tenant served over HTTPS on loopback, the faults to inject, the requests it counted."""

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import sleep
from types import TracebackType
from typing import Self

import trustme

from reconciler.simulator.admin import Admin
from reconciler.simulator.exchange import Call, Endpoint, Reply, Sent
from reconciler.simulator.faults import REPLACING, WIRE, Fault, FaultName, Faults
from reconciler.simulator.graph.exports import PATH
from reconciler.simulator.graph.fault_replies import replaced
from reconciler.simulator.graph.routes import route
from reconciler.simulator.graph.service import Graph
from reconciler.simulator.https import HttpsServer
from reconciler.simulator.request_log import Tally
from reconciler.simulator.signin.endpoints import SignIn
from reconciler.simulator.tenant.software import SIZE
from reconciler.simulator.tenant.tenant import Tenant, tenant_of

HOST = "localhost"


class Simulator:
    """Serves a tenant while it is entered; a simulator can be entered once.

    `port` 0 takes a free one. `page_size` is the most records that any page holds, whatever `$top` asks for.
    `ca_file` is where the certificate of the CA goes that signed the server's; None means a temporary file.
    `tally` counts the requests, `sign_in.issue` makes tokens that this simulator accepts. Raises OSError for a port
    that cannot be served.
    """

    def __init__(
        self, tenant: Tenant | None = None, *, port: int = 0, page_size: int = 1000, ca_file: Path | None = None
    ) -> None:
        self.tenant = tenant or Tenant.generate()
        self.tally = Tally()
        self.faults = Faults()
        self._folder = None if ca_file else tempfile.TemporaryDirectory(prefix="simulator-")
        self.ca_file = str(ca_file or Path(self._folder.name if self._folder else ".") / "ca.pem")
        try:
            self._server = HttpsServer(port, self._tls(), self.answer, lambda: self.tenant.now)
        except OSError:
            self._clean_up()
            raise
        self.graph = self.authority = f"https://{HOST}:{self._server.port}"
        self.sign_in = SignIn(self.tenant, self.authority)
        self._graph = Graph(self.tenant, self.graph, self.sign_in, self.faults, self.tally, page_size)
        self._admin = Admin(self.tenant, self.faults, self.tally)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()
        self._clean_up()

    def _clean_up(self) -> None:
        if self._folder:
            self._folder.cleanup()

    def inject(self, fault: Fault) -> None:
        """Let a fault strike the requests to come."""
        self.faults.inject(fault)

    def clear_faults(self) -> None:
        """Behave again."""
        self.faults.clear()

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a connection to this simulator needs."""
        return {
            "INTUNE_CLIENT_SECRET": self.tenant.application.secret,
            "RECONCILER_ALLOW_HOST": HOST,
            "REQUESTS_CA_BUNDLE": self.ca_file,
        }

    def cloud_block(self) -> str:
        """Return the `cloud:` block of a `connection.yaml` for this simulator."""
        return f"cloud:\n  authority: {self.authority}\n  graph: {self.graph}\n"

    def answer(self, call: Call) -> Reply:
        """Answer one call; what the server calls for each request."""
        if call.path.startswith("/simulator/"):
            return self._admin.answer(call)
        is_graph = call.path.startswith("/v1.0/")
        is_file = call.path.startswith(PATH)
        endpoint = self._endpoint(call.path, is_graph=is_graph, is_file=is_file)
        self.tally.note(endpoint, call.method, call.path)
        wire = self.faults.strike_all(WIRE, endpoint)
        for fault in wire:
            if fault.name == FaultName.SLOW:
                sleep(fault.seconds)
        if is_graph:
            return _over(wire, self._graph.answer(call))
        instead = self.faults.strike_first(REPLACING, endpoint)
        if is_file and not instead:
            return _over(wire, self._graph.exports.download(call))
        return _over(wire, replaced(instead, endpoint, call, "") if instead else self.sign_in.answer(endpoint, call))

    def _endpoint(self, path: str, *, is_graph: bool, is_file: bool) -> Endpoint:
        if is_file:
            return Endpoint.DOWNLOAD
        return route(path)[0] if is_graph else self.sign_in.endpoint(path)

    def _tls(self) -> ssl.SSLContext:
        authority = trustme.CA(organization_name="Simulated tenant")
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
        return context


def serve_forever(
    *,
    devices: int = 500,
    users: int | None = None,
    seed: int = 1,
    software: int = SIZE,
    port: int = 0,
    ca_file: Path | None = None,
    tenant_id: str | None = None,
    clock: datetime | None = None,
    started: Callable[[Simulator], None] = lambda _simulator: None,
    until: Event | None = None,
) -> None:
    """Serve a generated tenant until Ctrl-C (which returns, too) or until an event; `started` is called once it runs.

    `users` None means four for five devices. Without a `clock` the tenant's time is the machine's, and runs; with one
    it stands there until a day is let pass. Without a `tenant_id` each seed has one of its own.
    """
    tenant = Tenant.generate(
        devices=devices,
        users=devices * 4 // 5 if users is None else users,
        seed=seed,
        software=software,
        tenant_id=tenant_id or tenant_of(seed),
        now=clock or datetime.now(UTC).replace(microsecond=0),
        runs=clock is None,
    )
    with Simulator(tenant, port=port, ca_file=ca_file) as simulator:
        started(simulator)
        try:
            (until or Event()).wait()
        except KeyboardInterrupt:
            return


def _over(wire: tuple[Fault, ...], reply: Reply) -> Reply:
    """Let the faults of the wire have the reply."""
    for fault in wire:
        if fault.name == FaultName.DROP:
            reply = replace(reply, sent=Sent.HALF if fault.partway else Sent.NOTHING)
        if fault.name == FaultName.BAD_JSON:
            reply = Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers, reply.sent)
    return reply
