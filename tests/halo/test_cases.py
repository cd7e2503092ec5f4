"""The golden cases on a Halo: read over TLS from there, the plans are the same, but for what Halo does not take.

A case's state is put into a Halo; what only the ledger has (bindings, pins, software, counts) comes from the case.
Planning is the same on every store. `fit` then leaves out what Halo does not take, which the case's `stores.yaml` says.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from case_files import case_folders, described, plan_of, read_yaml
from msgspec.structs import replace

from reconciler.halo.proofs import YES, Question
from reconciler.halo.room import HaloRoom
from reconciler.halo.settings import HaloSettings
from reconciler.halo.slots import MEMBERS
from reconciler.halo.values import to_halo
from reconciler.model.ledger import RemoteIds
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.planning.build import build_plan
from reconciler.remote import fit
from reconciler.remote.assembly import assemble
from reconciler.remote.budget import Pace
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.clock import Clock

PROVEN = {str(each): YES for each in Question if each is not Question.STATUSES}
QUICK = 12
FOLDERS = case_folders()


@pytest.fixture(scope="module")
def server() -> Iterator[HaloServer]:
    data = Halo(clock=Clock())
    with HaloServer(data, per_window=1_000_000) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
        yield running


def filled(server: HaloServer, environment: Environment, state: State) -> tuple[dict[str, str], RemoteIds]:
    """Put a state into the Halo; return what its fields are called there, and its ids."""
    empty, data = Halo(clock=Clock()), server.data
    data.tables, data._ids, data.version = empty.tables, empty._ids, data.version + 1
    known = state.catalogue
    labels = {name: each.label for name, each in asset_fields(environment.catalogue).items()}
    kept = {name: label for name, label in labels.items() if known.types and _is_there(name, state)}
    clients = {name: data.add("clients", name=name) for name in known.organisations}
    sites = {
        name: data.add("sites", name=name.partition("/")[2], client_id=clients[name.partition("/")[0]])
        for name in known.sites
    }
    statuses = {name: data.add("statuses", name=name, kind=2) for name in known.statuses}
    fields = {
        name: data.add("fields", name=label, type="X")
        for name, label in kept.items()
        if not name.startswith("custom.") and label not in MEMBERS
    }
    custom = {
        name: data.add("custom_fields", label=label, name=f"CF{number}")
        for number, (name, label) in enumerate(kept.items())
        if name.startswith("custom.")
    }
    groups = {name: data.add("groups", name=name) for name in known.asset_groups}
    types = {name: data.add_type(name, groups[group], fields.values()) for name, group in known.types.items()}
    people = {
        each.id: data.add(
            "users",
            name=each.name,
            login=each.upn,
            emailaddress=each.mail,
            employee_id=each.employee_id,
            azureoid=each.entra_id,
            site_id=sites.get(each.site or ""),
            inactive=not each.active,
        )
        for each in state.people
    }
    assets = {}
    for each in state.assets:
        values = {name: value for name, value in zip(state.fields, each.values, strict=True) if value is not None}
        members = {MEMBERS[kept[name]]: to_halo(value) for name, value in values.items() if kept[name] in MEMBERS}
        assets[each.id] = data.add_asset(
            each.tag,
            assettype_id=types.get(each.type or "", 0),
            site_id=sites.get(each.site or "", 0),
            status_id=statuses.get(each.status or "", 0),
            users=[people[each.user]] if each.user else [],
            fields={fields[name]: to_halo(value) for name, value in values.items() if name in fields},
            customfields={custom[name]: to_halo(value) for name, value in values.items() if name in custom},
            **members,
        )
    ids = RemoteIds(
        assets={key: str(id_) for key, id_ in assets.items()}, people={key: str(id_) for key, id_ in people.items()}
    )
    return kept, ids


def _is_there(name: str, state: State) -> bool:
    return not name.startswith("custom.") or name.removeprefix("custom.") in state.catalogue.custom_fields


def planned(server: HaloServer, folder: Path) -> tuple[Plan, Plan, Plan]:
    """Return a case's plan, that of the same state read from Halo, and what of it is left for Halo."""
    environment, recording, plan = plan_of(folder)
    kept, ids = filled(server, environment, recording.state)
    options = server.data.options
    settings = HaloSettings(
        server.url,
        options.client_id,
        options.secret,
        fields=kept,
        declared=asset_fields(environment.catalogue),
        per_minute=100_000,
    )
    statuses = {row["name"]: str(row["id"]) for row in server.data.tables["statuses"].values()}
    proofs = {**PROVEN, Question.STATUSES: msgspec.json.encode(statuses).decode()}
    clock = server.data.clock
    room = HaloRoom(settings, proofs=lambda: proofs, pace=Pace(clock.monotonic, clock.wait, lambda: 0))
    try:
        state = assemble(recording.state, ids, room.read(frozenset(ids.assets.values())))
    finally:
        room.close()
    allow, as_if = _options(folder)
    on_halo = build_plan(environment, replace(recording, state=state), allowances=allow, as_if_enabled=as_if)
    return plan, on_halo, fit(on_halo, state)


def _options(folder: Path) -> tuple[dict[str, int], bool]:
    options: dict[str, Any] = read_yaml(folder / "before.yaml").get("options", {})
    return options.get("allow", {}), options.get("asIfEnabled", False)


@pytest.mark.parametrize(
    "folder",
    [pytest.param(each, marks=() if at % QUICK == 0 else pytest.mark.thorough) for at, each in enumerate(FOLDERS)],
    ids=lambda folder: folder.name,
)
def test_a_case_is_planned_the_same_from_halo(server: HaloServer, folder: Path) -> None:
    plan, on_halo, left = planned(server, folder)

    assert described(on_halo) == described(plan)
    why = read_yaml(folder / "stores.yaml").get("halo")
    assert (described(left) == described(plan)) == (why is None), why
