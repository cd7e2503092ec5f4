"""The tenants' own organisations in the store: tied to their tenant once, made when missing, renamed after it (S2).

1. Only where the connection's `integrator.entities` names `organisations` itself; the default does not.
2. An organisation that the tenant is tied to follows its name. It is tied to the one of exactly its name, or a new one.
3. What catalogue.yaml calls otherwise, or would make two of one name, is a problem: nobody's names are broken.
4. While a tenant's name is unknown and catalogue.yaml no longer has its organisation's, a new name there may be that
   one renamed. Nothing is planned then: else it would be made a second time, and every asset would move there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

from msgspec.structs import replace as msgspec_replace

from reconciler.model.plan import Action, Attribute, Change, Problem, Subject, Withheld
from reconciler.model.snapshot import Scalar, Snapshot
from reconciler.model.state import State, StoredCatalogue

RULE: Final = "S2"

_WHAT: Final = "the tenant's organisation"


@dataclass(frozen=True, slots=True)
class Organisations:
    """What becomes of the tenants' organisations.

    `state` is the state with those that are renamed or tied to their tenant. `tied` are the tenants, by the name of an
    organisation that catalogue.yaml makes in this plan; `renamed` are old names by the new ones.
    """

    state: State
    changes: tuple[Change, ...] = ()
    tied: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    def with_tenants(self, changes: Iterable[Change]) -> list[Change]:
        """Return the catalogue's changes, with the tenant of each organisation that is made and tied at once."""
        tenants = {f"organisation/{name}": tenant for name, tenant in self.tied.items()}
        return [
            msgspec_replace(each, attributes=(*each.attributes, _tie(tenants[each.name])))
            if each.name in tenants
            else each
            for each in changes
        ]

    def as_stored(self, changes: Iterable[Change]) -> list[Change]:
        """Return changes whose sites are called before as the store still calls them."""
        return [_as_stored(each, self.renamed) for each in changes] if self.renamed else list(changes)


def plan_organisations(state: State, declared: Iterable[str], read: Iterable[Snapshot]) -> Organisations:
    """Return what becomes of the organisations of these snapshots' tenants; `declared` are catalogue.yaml's names."""
    names = frozenset(declared)
    return reduce(lambda found, snapshot: _with_tenant(found, names, snapshot), read, Organisations(state))


def may_be_renamed(stored: StoredCatalogue, declared: Iterable[str], read: Iterable[Snapshot]) -> str | None:
    """Return why nothing can be planned (rule 4), when not every tenant's organisation is known; None when it can."""
    names = frozenset(declared)
    known = {snapshot.organisation.id for snapshot in read if snapshot.organisation is not None}
    old = sorted(name for tenant, name in stored.tenants.items() if tenant not in known and name not in names)
    new = sorted(names - {*stored.organisations})
    if not old or not new:
        return None
    return (
        f"what a tenant is called is unknown, and catalogue.yaml has {', '.join(new)} and no longer {', '.join(old)}, "
        f"its organisation: that may be the same one, renamed"
    )


def _with_tenant(found: Organisations, declared: frozenset[str], snapshot: Snapshot) -> Organisations:
    """Return what becomes of the organisations so far, with that of one more tenant."""
    tenant = snapshot.organisation
    if tenant is None:
        why = f"it is unknown: {snapshot.organisation_unknown}"
        withheld = Withheld(connection=snapshot.connection, label=_WHAT, what="its name", reason=why, rule=RULE)
        return replace(found, withheld=(*found.withheld, withheld))
    stored = found.state.catalogue
    old, name = stored.tenants.get(tenant.id), tenant.name
    if old == name or (name in found.tied and found.tied[name] == tenant.id):
        return found
    wrong = _wrong(found, declared, old, name)
    if wrong is not None:
        problem = Problem(connection=snapshot.connection, label=_WHAT, message=wrong, rule=RULE)
        return replace(found, problems=(*found.problems, problem))
    if old is not None:
        change = _change(
            Action.UPDATE, old, name, Attribute.of("name", old, name, f"the tenant is now called {name}", RULE)
        )
        state, renames = renamed(found.state, old, name), {**found.renamed, name: old}
        return replace(found, state=state, changes=(*found.changes, change), renamed=renames)
    if name in declared and name not in stored.organisations:
        return replace(found, tied={**found.tied, name: tenant.id})
    action = Action.UPDATE if name in stored.organisations else Action.CREATE
    catalogue = msgspec_replace(stored, tenants={**stored.tenants, tenant.id: name})
    return replace(
        found,
        state=msgspec_replace(found.state, catalogue=catalogue),
        changes=(*found.changes, _change(action, name, name, _tie(tenant.id))),
    )


def _wrong(found: Organisations, declared: frozenset[str], old: str | None, name: str) -> str | None:
    """Return why a tenant's organisation cannot have the tenant's name; None when it can."""
    stored = found.state.catalogue
    taken = {*stored.tenants.values(), *found.tied}
    if not name.strip() or "/" in name:
        return f"the tenant is called “{name}”, which cannot be the name of an organisation (no slash, not empty)"
    if name in taken or (old is not None and name in stored.organisations):
        return f"the tenant is called {name}, and another organisation of the store is; give one of them another name"
    if old is not None and old in declared:
        return (
            f"the tenant is now called {name}, and catalogue.yaml still has {old}; write {name} there, then plan again"
        )
    return None


def renamed(state: State, old: str, new: str) -> State:
    """Return the state as it is once an organisation is renamed: its sites' names begin with the new one."""

    def site(name: str | None) -> str | None:
        return f"{new}/{name.removeprefix(f'{old}/')}" if name is not None and name.startswith(f"{old}/") else name

    catalogue = msgspec_replace(
        state.catalogue,
        organisations=tuple(new if each == old else each for each in state.catalogue.organisations),
        sites=tuple(str(site(each)) for each in state.catalogue.sites),
        tenants={tenant: new if name == old else name for tenant, name in state.catalogue.tenants.items()},
    )
    return msgspec_replace(
        state,
        catalogue=catalogue,
        assets=tuple(msgspec_replace(each, site=site(each.site)) for each in state.assets),
        people=tuple(msgspec_replace(each, site=site(each.site)) for each in state.people),
    )


def _change(action: Action, name: str, label: str, attribute: Attribute) -> Change:
    subject = f"organisation/{name}"
    return Change(subject=Subject.CATALOGUE, action=action, name=subject, label=label, attributes=(attribute,))


def _tie(tenant: str) -> Attribute:
    return Attribute.of("tenant", None, tenant, "the tenant's own organisation, by its name", RULE)


def _as_stored(change: Change, names: Mapping[str, str]) -> Change:
    if not any(each.name == "site" and each.before is not None for each in change.attributes):
        return change
    return msgspec_replace(change, attributes=tuple(_stored_site(each, names) for each in change.attributes))


def _stored_site(attribute: Attribute, names: Mapping[str, str]) -> Attribute:
    if attribute.name != "site" or not isinstance(attribute.before, str):
        return attribute
    owner, slash, site = attribute.before.partition("/")
    before: Scalar = f"{names.get(owner, owner)}{slash}{site}"
    return msgspec_replace(attribute, before=before)
