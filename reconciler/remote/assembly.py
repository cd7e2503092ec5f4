"""A reading put together with what the ledger knows: the State that planning takes (W1).

1. What the ledger knows by the remote's id keeps the ledger's id; the rest gets ids above every known one.
2. Bindings and pins are the ledger's; those of assets that are gone are left out (row 13 of *Presence*).
3. A user's Entra id, and whether he is active, are the remote's where it has a place for them, else the ledger's.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any

import msgspec

from reconciler.columnar import Packed, pack
from reconciler.model.layouts import BINDINGS, PEOPLE, asset_layout
from reconciler.model.ledger import RemoteIds, RemoteState
from reconciler.model.state import Asset, Binding, Person, State, StoredCatalogue
from reconciler.remote.room import AssetRecord, PersonRecord, Reading
from reconciler.settings.fields import BUILT_IN_FIELDS


def assemble(known: State, ids: RemoteIds, reading: Reading) -> RemoteState:
    """Return the state of a remote store: `known` and `ids` are the ledger's, last seen."""
    assets = _numbered(ids.assets, (each.remote_id for each in reading.assets))
    people = _numbered(ids.people, (each.remote_id for each in reading.people))
    custom = tuple(f"custom.{name}" for name in reading.catalogue.custom_fields)
    fields = (*BUILT_IN_FIELDS, *custom)
    there = set(assets.values())
    kept = {person.id: person for person in known.people}
    taken: dict[str, Any] = {
        name: getattr(known, name)
        for name in State.__struct_fields__
        if name not in ("fields", "catalogue", "assets", "people", "bindings", "pins", "offer")
    }
    return RemoteState(
        **taken,
        fields=fields,
        catalogue=_catalogue(known.catalogue, reading),
        assets=pack([_asset(each, assets, people, fields) for each in reading.assets], asset_layout(fields)),
        people=pack(
            [_person(each, people[each.remote_id], kept.get(people[each.remote_id])) for each in reading.people],
            PEOPLE,
        ),
        bindings=_of_those(pack(known.bindings, BINDINGS), there),
        pins={key: fields_ for key, fields_ in known.pins.items() if key in there},
        offer=reading.offer,
        remote=RemoteIds(
            assets={number: id_ for id_, number in assets.items()},
            people={number: id_ for id_, number in people.items()},
            sites=dict(reading.sites),
            types=dict(reading.types),
            statuses=dict(reading.statuses),
        ),
        gone=frozenset(number for number, id_ in ids.assets.items() if id_ in reading.gone),
    )


def _of_those(bindings: Packed[Binding], assets: Container[int]) -> Packed[Binding]:
    """Return the bindings of these assets."""
    if not len(bindings):
        return bindings
    return bindings.take([at for at, asset_id in enumerate(bindings.coded("asset_id")) if asset_id in assets])


def _catalogue(known: StoredCatalogue, reading: Reading) -> StoredCatalogue:
    """Return the names that the remote has; licences are the ledger's, and groups where the remote has none."""
    product, types = reading.offer.product, reading.catalogue.types
    if not reading.catalogue.asset_groups:
        types = {name: known.types.get(name, product) for name in types}
    return msgspec.structs.replace(
        reading.catalogue,
        types=types,
        asset_groups=tuple(sorted({*known.asset_groups, *reading.catalogue.asset_groups, *types.values()})),
        licences=known.licences,
        details={name: each for name, each in known.details.items() if name.startswith("licence/")},
        tenants=known.tenants,
    )


def _numbered(known: Mapping[int, str], found: Iterable[str]) -> dict[str, int]:
    """Return our ids of records by the remote's: the known ones, and new ones above them."""
    numbers = {id_: number for number, id_ in known.items()}
    highest = max(known, default=0)
    numbered = {}
    for id_ in found:
        number = numbers.get(id_)
        if number is None:
            highest += 1
            number = highest
        numbered[id_] = number
    return numbered


def _asset(record: AssetRecord, assets: Mapping[str, int], people: Mapping[str, int], fields: Iterable[str]) -> Asset:
    get = record.values.get
    return Asset(
        assets[record.remote_id],
        record.tag,
        record.type,
        record.site,
        record.status,
        people.get(record.user) if record.user is not None else None,
        tuple([get(name) for name in fields]),
    )


def _person(record: PersonRecord, number: int, known: Person | None) -> Person:
    active = record.active if record.active is not None else known is None or known.active
    return Person(
        number,
        record.name,
        record.upn,
        record.mail,
        record.employee_id,
        record.site,
        active,
        record.entra_id or (known.entra_id if known else None),
    )
