"""What applying a plan makes of a state, in memory: the store's part of "planning after applying is empty"."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE, Action, BindingChange, Change, Plan, ReadAdvance, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Application, Asset, Binding, LastRead, Person, State, StoredCatalogue
from reconciler.planning.catalogue.organisations import renamed
from reconciler.planning.users.references import references

_PERSON = {"employeeId": "employee_id", "entraId": "entra_id"}


def applied(plan: Plan, state: State) -> State:
    """Return the state as the plan leaves it."""
    by_subject: dict[Subject, list[Change]] = {subject: [] for subject in Subject}
    for change in plan.changes:
        by_subject[change.subject].append(change)
    state = _catalogue(state, by_subject[Subject.CATALOGUE])
    people, ids = _people(state.people, by_subject[Subject.USER])
    assets = _assets(state, by_subject[Subject.ASSET], ids)
    return replace(
        _software(state, assets, plan.changes),
        people=people,
        assets=assets,
        bindings=_bindings(state.bindings, plan.bindings, {asset.tag: asset.id for asset in assets}),
        reads=_reads(state.reads, plan.reads),
        highest_tag=plan.highest_tag,
    )


def _software(state: State, assets: Iterable[Asset], changes: Iterable[Change]) -> State:
    """Return the state with its applications and what assets have of them; a change's `before` must fit."""
    known = {each.name: each for each in state.applications}
    tags = {asset.tag: asset.id for asset in assets}
    gone = {asset.id for asset in state.assets} - set(tags.values())
    rows = {
        key: {(state.applications[state.versions[place][0]].name, state.versions[place][1]) for place in places}
        for key, places in state.installed.items()
        if key not in gone
    }
    for change in changes:
        if change.name.startswith("software/"):
            name = change.name.removeprefix("software/")
            old = known.get(name, Application(name))
            known[name] = replace(old, **{each.name: each.after for each in change.attributes})
        for each in change.attributes if change.subject is Subject.ASSET and change.name in tags else ():
            if each.name.startswith(SOFTWARE):
                name = each.name.removeprefix(SOFTWARE)
                there = rows.setdefault(tags[change.name], set())
                before = {version for one, version in there if one == name}
                assert before == _versions(each.before)
                there -= {(name, version) for version in before}
                there |= {(name, version) for version in _versions(each.after)}
    names = list(known)
    pairs = sorted({(names.index(name), version) for there in rows.values() for name, version in there})
    places = {pair: place for place, pair in enumerate(pairs)}
    installed = {
        key: tuple(sorted(places[names.index(name), version] for name, version in there)) for key, there in rows.items()
    }
    return replace(state, applications=tuple(known.values()), versions=tuple(pairs), installed=installed)


def _versions(value: Scalar) -> set[str]:
    return set() if value is None else set(str(value).split("\n"))


def _catalogue(state: State, changes: Iterable[Change]) -> State:
    names: dict[str, list[str]] = {}
    groups: dict[str, str] = dict(state.catalogue.types)
    tenants = dict(state.catalogue.tenants)
    details = dict(state.catalogue.details)
    for change in changes:
        kind, name = change.name.split("/", 1)
        if kind == "software":
            continue
        told = {each.name: each for each in change.attributes}
        if kind in ("type", "field", "licence"):
            after = {each.name: each.after for each in change.attributes}
            details[change.name] = details.get(change.name, {}) | after
        if kind == "organisation" and "tenant" in told:
            tenants[str(told["tenant"].after)] = name
        if change.action is Action.UPDATE:
            if kind == "type":
                groups[name] = str(told["group"].after)
            if "name" in told:
                state = renamed(state, name, str(told["name"].after))
                tenants = {key: str(told["name"].after) if each == name else each for key, each in tenants.items()}
            continue
        names.setdefault(kind, []).append(name)
        if kind == "type":
            groups[name] = next(str(each.after) for each in change.attributes if each.name == "group")
    old = state.catalogue
    fields = names.get("field", [])
    catalogue = StoredCatalogue(
        organisations=(*old.organisations, *names.get("organisation", ())),
        sites=(*old.sites, *names.get("site", ())),
        statuses=(*old.statuses, *names.get("status", ())),
        asset_groups=(*old.asset_groups, *names.get("group", ())),
        types=groups,
        custom_fields=(*old.custom_fields, *fields),
        licences=(*old.licences, *names.get("licence", ())),
        tenants=tenants,
        details=details,
    )
    assets = tuple(replace(asset, values=(*asset.values, *(None for _ in fields))) for asset in state.assets)
    return replace(
        state, catalogue=catalogue, fields=(*state.fields, *(f"custom.{name}" for name in fields)), assets=assets
    )


def _people(people: tuple[Person, ...], changes: Iterable[Change]) -> tuple[tuple[Person, ...], dict[str, int]]:
    """Return the people as the plan leaves them, and their ids by the references of its asset changes."""
    by_id = {person.id: person for person in people}
    before = {name: key for key, name in references(people).items()}
    called: dict[str, int] = {}
    keys = count(max(by_id, default=0) + 1)
    for change in changes:
        values: dict[str, Any] = {_PERSON.get(each.name, each.name): each.after for each in change.attributes}
        if change.action is Action.DELETE:
            del by_id[before[change.name]]
        elif change.action is Action.CREATE:
            key = next(keys)
            by_id[key] = Person(id=key, **{"name": "", **values})
            called[change.name] = key
        else:
            key = before[change.name]
            by_id[key] = replace(by_id[key], **values)
    after = tuple(by_id.values())
    return after, {name: key for key, name in references(after).items()} | called


def _assets(state: State, changes: Iterable[Change], people: dict[str, int]) -> tuple[Asset, ...]:
    assets = {asset.tag: asset for asset in state.assets}
    keys = count(max((asset.id for asset in state.assets), default=0) + 1)
    for change in changes:
        if change.action is Action.DELETE:
            del assets[change.name]
            continue
        if change.action is Action.CREATE:
            assert change.name not in assets
            empty = (None,) * len(state.fields)
            key = next(keys)
            assets[change.name] = Asset(key, change.name, None, None, None, None, empty)
        asset = assets[change.name]
        values = list(asset.values)
        plain: dict[str, Scalar] = {}
        for each in change.attributes:
            if each.name in ("type", "site", "status"):
                plain[each.name] = each.after
            elif each.name == "user":
                plain["user"] = None if each.after is None else people[str(each.after)]
            elif each.name != "device" and not each.name.startswith(SOFTWARE):
                values[state.fields.index(each.name)] = each.after
        assets[change.name] = replace(asset, values=tuple(values), **plain)
    return tuple(assets.values())


def _bindings(
    bindings: tuple[Binding, ...], changes: Iterable[BindingChange], assets: dict[str, int]
) -> tuple[Binding, ...]:
    by_device = {(each.source, each.tenant_id, each.life.device_id): each for each in bindings}
    for change in sorted(changes, key=lambda each: not each.removed):
        if change.removed:
            found = by_device.pop((change.source, change.tenant_id, change.after.device_id))
            assert found.life == change.before
            continue
        tenant = change.source, change.tenant_id
        if change.before is not None:
            old = by_device.pop((*tenant, change.before.device_id))
            assert (old.life, old.asset_id) == (change.before, assets[change.asset])
        assert (*tenant, change.after.device_id) not in by_device
        by_device[*tenant, change.after.device_id] = Binding(*tenant, assets[change.asset], change.after)
    return tuple(by_device.values())


def _reads(reads: tuple[LastRead, ...], advances: Iterable[ReadAdvance]) -> tuple[LastRead, ...]:
    by_tenant = {(read.source, read.tenant_id): read for read in reads}
    for each in advances:
        key = each.source, each.tenant_id
        days = set(by_tenant[key].whole_days if key in by_tenant else ())
        if each.whole:
            days.add(each.read_at[:10])
        by_tenant[key] = LastRead(*key, each.read_at, tuple(sorted(days)))
    return tuple(by_tenant.values())
