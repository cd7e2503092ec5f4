"""Planning a fleet whose assets are behind an API takes no longer than planning one in SQL, once both are read."""

import gc
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from halo_fleet import environment
from random_days.tenant import Tenant
from storing import DAY, ORIGIN, empty_store

from reconciler.configuration.documents import document
from reconciler.model.ledger import RemoteIds, RemoteState
from reconciler.model.offer import Offer
from reconciler.model.plan import Plan
from reconciler.model.state import Recording, State
from reconciler.planning.build import build_plan
from reconciler.remote import fit
from reconciler.remote.assembly import assemble
from reconciler.remote.room import AssetRecord, Reading
from reconciler.store.opening import open_store

DEVICES = 100_000
ONE, TWO = "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"
ROUNDS = 5
NO_LONGER = 1.25
"""Two measurements of the same differ by a tenth, on a busy machine by more."""


def behind_an_api(state: State) -> RemoteState:
    """Return a state as it is read from a remote store that holds the same."""
    values = [dict(zip(state.fields, each.values, strict=True)) for each in state.assets]
    records = [
        AssetRecord(str(each.id), each.tag, each.type, each.site, each.status, None, held)
        for each, held in zip(state.assets, values, strict=True)
    ]
    offer = Offer(product="Halo", makes=("type",), lengths={"name": 255}, trims=True, needs={"asset": ("type",)})
    ids = RemoteIds(assets={each.id: str(each.id) for each in state.assets})
    return assemble(state, ids, Reading(assets=records, people=(), catalogue=state.catalogue, offer=offer))


def shortest(plan: Callable[[], Plan]) -> tuple[float, Plan]:
    """Return the least processor time of a few rounds, and a plan."""
    took = []
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        made = plan()
        took.append(process_time() - began)
    return min(took), made


@pytest.mark.thorough
def test_planning_100_000_assets_of_a_remote_store_takes_no_longer_than_of_sql(tmp_path: Path) -> None:
    settings, tenant = environment(), Tenant("intune")
    connection = settings.connections["intune"]
    for number in range(DEVICES):
        tenant.enrol(f"SN{number}", ONE)
    with open_store(f"sqlite:///{empty_store(tmp_path / 'store.db')}", write=True) as store:
        first = Recording(
            instance="prod", taken_at=ONE, state=store.state(DAY, ONE), snapshots=(tenant.read(connection, ONE, ()),)
        )
        with store.apply(owner="test", origin=ORIGIN) as application:
            application.write(
                build_plan(settings, first), document(settings), {"intune": True}, settings.digest, kind="production"
            )
        in_sql = store.state(DAY, TWO)
    tenant.check_in(TWO)
    for device in list(tenant.devices.values())[::20]:
        device["deviceName"] = f"Renamed-{device['id']}"
    snapshot = tenant.read(connection, TWO, [each.life for each in in_sql.bindings])

    def planned(state: State) -> Plan:
        recording = Recording(instance="prod", taken_at=TWO, state=state, snapshots=(snapshot,))
        return fit(build_plan(settings, recording), state)

    remote = behind_an_api(in_sql)
    of_sql, plan = shortest(lambda: planned(in_sql))
    of_remote, same = shortest(lambda: planned(remote))

    assert len(plan.changes) == DEVICES // 20
    assert same == plan
    assert of_remote <= NO_LONGER * of_sql
