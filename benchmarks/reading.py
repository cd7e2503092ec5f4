"""Reading a fleet from Graph: a simulated tenant whose pages take their time, read by this tool and by a bare loop."""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.settings_place import ENVIRONMENTS, NAME
from benchmarks.step import Facts, timed

LATENCY: Final = 0.2
"""Seconds that each page takes."""

_KEY: Final = "simulator.json"


def serve(folder: str, size: int, seed: int) -> None:
    """Serve a tenant of a size until stdin ends; say so when it is there."""
    from reconciler.simulator.exchange import Endpoint  # noqa: PLC0415 - only this process needs it
    from reconciler.simulator.faults import Fault, FaultName  # noqa: PLC0415 - as above
    from reconciler.simulator.server import Simulator  # noqa: PLC0415 - as above
    from reconciler.simulator.tenant.tenant import Tenant  # noqa: PLC0415 - as above

    slow = Fault(name=FaultName.SLOW, on=(Endpoint.DEVICES, Endpoint.USERS), times=None, seconds=LATENCY)
    with Simulator(Tenant.generate(devices=size, users=size * 4 // 5, seed=seed)) as simulator:
        simulator.inject(slow)
        overlay = Path(folder) / "overlay" / NAME / "connections" / "intune"
        overlay.mkdir(parents=True, exist_ok=True)
        (overlay / "connection.yaml").write_text(simulator.cloud_block())
        told = {"graph": simulator.graph, "variables": simulator.environment()}
        (Path(folder) / _KEY).write_text(json.dumps(told))
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        sys.stdin.read()


def read(folder: str) -> Facts:
    """Read the tenant as `plan` does: devices and users, decoded, into a snapshot."""
    from reconciler.configuration.loader import load_environment  # noqa: PLC0415 - not where it is served
    from reconciler.intune import reader as _  # noqa: F401, PLC0415 - loaded before the time counts
    from reconciler.model.state import State  # noqa: PLC0415 - as the first
    from reconciler.run.context import Surroundings  # noqa: PLC0415 - as the first
    from reconciler.run.plans.reading import Wanted, read_connections  # noqa: PLC0415 - as the first

    os.environ.update(_told(folder)["variables"])
    loaded = load_environment(ENVIRONMENTS, NAME, overlay=Path(folder) / "overlay", with_commit=False)
    around = Surroundings(loaded.settled(), ENVIRONMENTS, True, os.environ, lambda connection, what, count: None)
    facts = Facts()
    with timed(facts):
        snapshot = read_connections(around, State(), Wanted()).snapshots[0]
    return facts | {"devices": len(snapshot.devices), "users": len(snapshot.users)}


def walk(folder: str) -> Facts:
    """Follow the devices' pages one after the other, and do nothing with them: the sum of the pages' latencies."""
    import requests  # noqa: PLC0415 - not where it is served

    told = _told(folder)
    os.environ.update(told["variables"])
    with requests.Session() as session:
        session.verify = told["variables"]["REQUESTS_CA_BUNDLE"]
        session.headers["Authorization"] = f"Bearer {_token(session, told)}"
        link, pages, facts = f"{told['graph']}/v1.0/deviceManagement/managedDevices?{_select()}&$top=1000", 0, Facts()
        with timed(facts):
            while link:
                page = session.get(link).content
                link, pages = _next(page), pages + 1
    return facts | {"pages": pages}


def _select() -> str:
    from benchmarks.settings import connection  # noqa: PLC0415 - as above
    from reconciler.intune.parts.records import listed_devices  # noqa: PLC0415 - as above
    from reconciler.planning.rules import needs  # noqa: PLC0415 - as above

    return f"$select={listed_devices(needs.device_properties(connection())).select}"


def _token(session: Any, told: dict[str, Any]) -> str:
    from reconciler.simulator.tenant.application import CLIENT_ID  # noqa: PLC0415 - as above
    from reconciler.simulator.tenant.tenant import TENANT_ID  # noqa: PLC0415 - as above

    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": told["variables"]["INTUNE_CLIENT_SECRET"],
        "scope": "https://graph.microsoft.com/.default",
    }
    reply = session.post(f"{told['graph']}/{TENANT_ID}/oauth2/v2.0/token", data=form)
    return str(reply.json()["access_token"])


def _next(page: bytes) -> str:
    """Return the link to the next page, found without parsing the page."""
    _, found, rest = page.partition(b'"@odata.nextLink":"')
    return rest[: rest.index(b'"')].decode() if found else ""


def _told(folder: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((Path(folder) / _KEY).read_text())
    return told
