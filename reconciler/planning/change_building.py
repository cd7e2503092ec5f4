"""Drafts into changes: what is decided for one asset, what could not be, and what the change counts as (R1)."""

from collections.abc import Sequence

from reconciler.model.plan import SOFTWARE, Action, Attribute, BindingChange, Change, Kind, LeftAlone, Subject
from reconciler.model.state import Life
from reconciler.planning.attributes.asset_changes import Draft, draft_fields, draft_site, draft_type, draft_user
from reconciler.planning.attributes.software import OWNER
from reconciler.planning.devices import Listed
from reconciler.planning.matching.presence import Transition
from reconciler.planning.planner import Planner

_OF_THEIR_OWN = frozenset({"type", "site", "device"})
"""Attributes with a kind of their own; a change of any other is an update."""


def draft_asset(planner: Planner, device: Listed, draft: Draft) -> None:
    """Decide type, fields, user, site and software."""
    compiled = planner.compiled
    draft_type(draft, device.type, planner.connection.asset_types.update_types)
    draft_fields(draft, compiled, device, planner.world.positions)
    user = draft_user(draft, compiled, device, planner.world)
    draft_site(draft, compiled, user, planner.world)
    if planner.software is not None:
        owner = planner.devices.property_of(device.device_id, OWNER)
        planner.software.draft(draft, device.device_id, owner)


def put_status(draft: Draft, done: Transition, before: str | None) -> None:
    """Note the status that the binding's step sets, if it sets one."""
    if done.sets_status:
        draft.put("status", before, done.status, done.reason, done.rule)


def finish(planner: Planner, draft: Draft, label: str, done: Transition, device_id: str) -> None:
    """Report what a draft of an existing asset could not decide, and add its change."""
    for message, rule in draft.problems:
        planner.problem(device_id, label, message, rule)
    for name, because in draft.pinned:
        reason = f"{name} is pinned: {because}"
        planner.world.left_alone.append(
            LeftAlone(connection=planner.name, device_id=device_id, label=label, why="pinned", reason=reason, rule="F3")
        )
    planner.unknown.update(draft.unknown)
    if draft.attributes and draft.asset is not None:
        _note_rewritten(planner, draft)
        planner.world.changes.append(
            Change(
                subject=Subject.ASSET,
                action=Action.UPDATE,
                name=draft.asset.tag,
                label=label,
                attributes=tuple(draft.attributes),
                kinds=kinds(draft.attributes, done.kind),
                connection=planner.name,
                device_id=device_id,
            )
        )


def _note_rewritten(planner: Planner, draft: Draft) -> None:
    fields = planner.world.matching_fields
    new = {each.name: each.after for each in draft.attributes if each.name in fields}
    if new and draft.asset is not None:
        planner.world.rewritten.note(draft.asset.id, new)


def kinds(attributes: Sequence[Attribute], of_status: Kind | None) -> tuple[Kind, ...]:
    """Return what the change of an existing asset counts as; `of_status` is what a change of its status counts as."""
    names = {each.name: each for each in attributes}
    found = set()
    if "type" in names:
        found.add(Kind.RETYPED)
    if "site" in names:
        found.add(Kind.MOVED)
    if "device" in names:
        found.add(Kind.REBOUND)
    if "user" in names and names["user"].after is None:
        found.add(Kind.UNLINKED)
    if "status" in names and of_status is not None:
        found.add(of_status)
    special = _OF_THEIR_OWN | ({"user"} if Kind.UNLINKED in found else set())
    special |= {"status"} if of_status is not None else set()
    if any(name not in special and not name.startswith(SOFTWARE) for name in names):
        found.add(Kind.UPDATED)
    return tuple(sorted(found))


def put_binding(planner: Planner, tag: str, before: Life | None, after: Life, reason: str, rule: str) -> None:
    """Add a binding's change, if there is one."""
    if before != after:
        planner.world.bindings.append(binding_change(planner, tag, before, after, reason, rule))


def binding_change(
    planner: Planner, tag: str, before: Life | None, after: Life, reason: str, rule: str
) -> BindingChange:
    """Return the change of one of the connection's bindings."""
    return BindingChange(
        connection=planner.name,
        source=planner.snapshot.source,
        tenant_id=planner.connection.tenant_id,
        asset=tag,
        before=before,
        after=after,
        reason=reason,
        rule=rule,
    )
