"""Golden cases in a pretend Halo: a case's state is put there, and read from there as a plan's reading."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from reconciler.halo.proofs import YES, Question
from reconciler.halo.room import HaloRoom
from reconciler.halo.settings import HaloSettings
from reconciler.halo.slots import MEMBERS
from reconciler.halo.values import to_halo
from reconciler.model.ledger import RemoteIds
from reconciler.model.state import State
from reconciler.remote.budget import Pace
from reconciler.remote.room import Room
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.clock import Clock

PROVEN = {str(each): YES for each in Question if each is not Question.STATUSES}


@contextmanager
def serving() -> Iterator[HaloServer]:
    """Serve an empty Halo."""
    with HaloServer(Halo(clock=Clock()), per_window=1_000_000) as running:
        yield running


@contextmanager
def filled_room(server: HaloServer, environment: Environment, state: State) -> Iterator[tuple[Room, RemoteIds]]:
    """Put a state into the Halo; give a room at it, and the ids that a ledger would know."""
    kept, ids = _fill(server, environment, state)
    options, clock = server.data.options, server.data.clock
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
    room = HaloRoom(settings, proofs=lambda: proofs, pace=Pace(clock.monotonic, clock.wait, lambda: 0))
    try:
        yield room, ids
    finally:
        room.close()


def _fill(server: HaloServer, environment: Environment, state: State) -> tuple[dict[str, str], RemoteIds]:
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
