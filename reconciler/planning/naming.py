"""The one place where a plan is named: users by what people call them, new assets by their tags (P1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as with_fields

from reconciler.columnar import Column, pack
from reconciler.model.layouts import asset_layout
from reconciler.model.plan import Attribute, BindingChange, Change, Subject
from reconciler.model.state import State
from reconciler.planning.attributes.comparison import AttributeChange, UserLink
from reconciler.planning.decisions import AssetChange, NewAsset
from reconciler.settings.catalogue import AssetTags

_DIGITS = 15
"""A tag with more digits was never given: the settings allow at most twelve."""


@dataclass(frozen=True, slots=True)
class UserNames:
    """What users are called before the plan and after it, by their ids."""

    before: Mapping[int, str]
    after: Mapping[int, str]

    def attribute(self, change: AttributeChange) -> Attribute:
        """Return a change of an attribute with the names of the users that it links."""
        if isinstance(change, UserLink):
            before = None if change.before is None else self.before.get(change.before)
            after = None if change.after is None else self.after.get(change.after)
            return Attribute.of(change.name, before, after, change.reason, change.rule)
        return change

    def change(self, change: AssetChange) -> Change:
        """Return an asset's change as the plan has it."""
        return Change(
            subject=Subject.ASSET,
            action=change.action,
            name=change.tag,
            label=change.label,
            attributes=tuple(map(self.attribute, change.attributes)),
            kinds=change.kinds,
            connection=change.connection,
            device_id=change.device_id,
            match=dict(change.match),
        )


def linked_users(changes: Iterable[AssetChange]) -> frozenset[int]:
    """Return the users that these changes link or unlink."""
    links = (each for change in changes for each in change.attributes if isinstance(each, UserLink))
    return frozenset(key for each in links for key in (each.before, each.after) if key is not None)


def with_tags(
    state: State, tags: AssetTags, created: Iterable[NewAsset]
) -> tuple[list[AssetChange], list[BindingChange], int]:
    """Give each new asset its tag: the numbers after the highest ever given, by connection, name and device.

    Returns the changes and bindings with their tags, and the highest number given.
    """
    created = sorted(created, key=lambda each: (each.change.connection, each.change.label, each.change.device_id))
    if not created:
        return [], [], state.highest_tag
    highest = highest_number(state, tags.prefix)
    changes, bindings = [], []
    for number, new in enumerate(created, highest + 1):
        tag = f"{tags.prefix}{number:0{tags.digits}d}"
        changes.append(replace(new.change, tag=tag))
        bindings.append(with_fields(new.binding, asset=tag))
    return changes, bindings, highest + len(created)


def highest_number(state: State, prefix: str) -> int:
    """Return the highest number that a tag with this prefix has, or ever had."""
    tags: Column = pack(state.assets, asset_layout(state.fields)).column("tag")
    numbers: Sequence[str] = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
    used = [int(number) for number in numbers if number.isdigit() and number.isascii() and len(number) <= _DIGITS]
    return max(state.highest_tag, *used) if used else state.highest_tag
