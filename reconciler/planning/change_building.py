"""Drafts into changes: what becomes of one asset, what could not be decided, and what the change counts as (R1)."""

from collections.abc import Collection, Iterable, Iterator

from reconciler.model.plan import SOFTWARE, Action, Kind
from reconciler.model.state import Asset
from reconciler.planning.attributes.comparison import AttributeChange
from reconciler.planning.attributes.drafts import Draft
from reconciler.planning.decisions import AssetChange, Decision
from reconciler.planning.inputs.connection import ConnectionInputs

_OF_THEIR_OWN = frozenset({"type", "site", "device"})
"""Attributes with a kind of their own; a change of any other is an update."""


def change_decisions(
    inputs: ConnectionInputs,
    asset: Asset,
    device_id: str,
    label: str,
    draft: Draft,
    *,
    first: Iterable[AttributeChange] = (),
    of_status: Kind | None = None,
) -> Iterator[Decision]:
    """Yield what a draft of an existing asset comes to; `first` are changes that stand before the draft's."""
    for message, rule in draft.problems:
        yield inputs.problem(device_id, label, message, rule)
    for name, because in draft.pinned:
        yield inputs.left(device_id, label, "pinned", f"{name} is pinned: {because}", "F3")
    yield from draft.undecided
    attributes = (*first, *draft.attributes)
    if attributes:
        yield AssetChange(
            action=Action.UPDATE,
            tag=asset.tag,
            label=label,
            attributes=attributes,
            kinds=kinds(attributes, of_status, inputs.compiled.fields.volatile),
            connection=inputs.name,
            device_id=device_id,
            asset_id=asset.id,
        )


def kinds(
    attributes: Iterable[AttributeChange], of_status: Kind | None, volatile: Collection[str] = ()
) -> tuple[Kind, ...]:
    """Return what the change of an existing asset counts as (R1).

    `of_status` is what a change of its status counts as; a change of `volatile` fields alone counts as nothing (R5).
    """
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
    if any(name not in special and name not in volatile and not name.startswith(SOFTWARE) for name in names):
        found.add(Kind.UPDATED)
    return tuple(sorted(found))
