"""A plan fitted to what a remote store takes (W2, W3): what it would refuse is a problem, and is not sent.

1. Catalogue entries that it does not make are problems, and whatever refers to them is left out.
2. A name that it has twice is a problem.
3. A field that assets of a type lack there, a status that their type does not allow, a text that is too long: a problem
   for that attribute; the asset's other changes go on. A status that is refused keeps its device's binding as it was,
   so that the next plan wants the status again: a device's presence asks for it only once.
4. What people decided there (an asset checked out to a place) is left alone.
5. Software is left out where the remote has no place for it: one problem says so.
6. While a list is known to be short nothing is created.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final, TypeVar

from msgspec.structs import replace

from reconciler.model.offer import ANY_NEW, Offer, shape_key
from reconciler.model.plan import (
    SOFTWARE,
    Action,
    Attribute,
    BindingChange,
    Change,
    ConnectionSummary,
    Kind,
    LeftAlone,
    Plan,
    Problem,
    Subject,
    Withheld,
)
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, State
from reconciler.planning.users.references import references

_KIND_WORDS: Final = {"field": "custom field"}
LEDGER_KINDS: Final = frozenset({"group", "licence", "software"})
"""Kinds of catalogue entries that only the ledger holds."""

_OPERATIONS: Final = {"create": "the asset"}

_Item = TypeVar("_Item", Problem, Withheld, LeftAlone)


def fit(plan: Plan, state: State) -> Plan:
    """Return the plan without what the state's remote would refuse, each of it a problem; SQL stores refuse nothing.

    The plan is not sealed.
    """
    if isinstance(state.offer, Offer):
        return _Fitting(plan, state, state.offer).fitted()
    return plan


@dataclass
class _Fitting:
    plan: Plan
    state: State
    offer: Offer
    problems: list[Problem] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    software_left: bool = False
    """Whether software was left out."""
    lacking: dict[str, set[str]] = field(default_factory=dict)
    """Names that are not there and not made, by kind."""
    waiting: set[str] = field(default_factory=set)
    """Assets whose new status was refused, by tag."""

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """The state's assets by tag, where anything depends on what they are."""
        needed = self.offer.lacks or self.offer.statuses or self.offer.statuses_after
        return {each.tag: each for each in self.state.assets} if needed else {}

    @cached_property
    def users(self) -> dict[str, str]:
        """What plans call the user of each asset that has one, by tag."""
        called = references(self.state.people)
        return {each.tag: called[each.user] for each in self.state.assets if each.user is not None}

    def fitted(self) -> Plan:
        """Return the plan with what is left of each change."""
        catalogue = [each for each in self.plan.changes if each.subject is Subject.CATALOGUE]
        kept = [each for each in catalogue if self._makes(each)]
        changes = list(kept)
        dropped: set[str] = set()
        for change in self.plan.changes:
            if change.subject is Subject.CATALOGUE:
                continue
            fitting = self._fitting(change)
            if fitting is None:
                dropped.add(change.name)
            else:
                changes.append(fitting)
        if self.software_left:
            message = f"{self.offer.product} keeps no software of assets: set `software.import: false` in imports.yaml."
            self._about("software.import", message)
        made = {each.name for each in self.plan.changes if each.action is Action.CREATE}
        return replace(
            self.plan,
            connections=self._connections(),
            changes=tuple(changes),
            bindings=tuple(each for each in self.plan.bindings if not self._stays(each, dropped & made)),
            problems=_sorted(self.plan.problems, self.problems),
            withheld=_sorted(self.plan.withheld, self.withheld),
            left_alone=_sorted(self.plan.left_alone, self.left_alone),
        )

    def _connections(self) -> tuple[ConnectionSummary, ...]:
        """Return the connections with what to think of before a first import; the first read one with the remarks."""
        made, remarks = [], self.offer.remarks
        for summary in self.plan.connections:
            more = self.offer.warnings if summary.first_import else ()
            if summary.skipped is None:
                more, remarks = (*more, *remarks), ()
            made.append(replace(summary, warnings=(*summary.warnings, *more)) if more else summary)
        return tuple(made)

    def _makes(self, change: Change) -> bool:
        """Return whether a catalogue entry is one that is made; else what refers to its name is not written."""
        kind, _, name = change.name.partition("/")
        if kind == "software" and not self.offer.software:
            return False
        in_ledger = kind in LEDGER_KINDS and kind not in self.offer.theirs
        if self._in_no_group(change):
            self.lacking.setdefault(kind, set()).add(name)
            return False
        if in_ledger or (kind in self.offer.makes and name not in self.offer.twice.get(kind, ())):
            return True
        self.lacking.setdefault(kind, set()).add(name)
        product, words = self.offer.product, _KIND_WORDS.get(kind, kind)
        if name in self.offer.twice.get(kind, ()):
            message = f"{product} has more than one {words} called {name}. Rename all but one there."
        else:
            message = f"{product} has no {words} {name}, and none is made there. Make it or change catalogue.yaml."
        self._about(name, message)
        return False

    def _in_no_group(self, change: Change) -> bool:
        """Return whether a type would be made in a group that is not there; the group's own problem says so."""
        groups = self.lacking.get("group", set())
        return any(each.name == "group" and each.after in groups for each in change.attributes)

    def _stays(self, binding: BindingChange, not_made: set[str]) -> bool:
        """Return whether a binding is left as it is: its asset is not made, or did not get its status."""
        return binding.asset in (not_made if binding.before is None else self.waiting)

    def _about(self, label: str, message: str) -> None:
        """Add a problem of no asset's, at the first connection: it is what plans list problems by."""
        connection = next((each.name for each in self.plan.connections), "")
        self.problems.append(Problem(connection=connection, label=label, message=message, rule="W3"))

    def _fitting(self, change: Change) -> Change | None:
        """Return a change as the remote takes it, None when nothing of it is left; what it refuses is noted (W3)."""
        if change.action is Action.DELETE:
            return change
        if self._unproven(change, "create", when=change.action is Action.CREATE and change.subject is Subject.ASSET):
            return None
        if change.action is Action.CREATE and self.offer.short:
            self._withhold(change)
            return None
        attributes = tuple(each for each in map(self._trimmed, self._without_software(change)) if each is not None)
        refused = dict(self._refused(change, attributes))
        for name, message in refused.items():
            self._tell(change, name, message)
        if "status" in refused and change.subject is Subject.ASSET:
            self.waiting.add(change.name)
        kept = tuple(each for each in attributes if each.name not in refused)
        if change.action is Action.CREATE:
            return self._creation(replace(change, attributes=kept), refused)
        return self._freed(replace(change, attributes=kept)) if kept else None

    def _creation(self, change: Change, refused: Mapping[str, str]) -> Change | None:
        """Return a creation that has all that it needs; None for one that has not, with a problem that says so."""
        given = {each.name for each in change.attributes if each.after is not None}
        lacking = [name for name in self.offer.needs.get(change.subject.value, ()) if name not in given]
        for name in lacking:
            if name not in refused:
                self._tell(change, name, f"{self.offer.product} makes no {change.subject.value} without a {name}.")
        ambiguous = any(name in self.offer.twice and name in refused for name in refused)
        if not lacking and not ambiguous:
            return change
        self.lacking.setdefault(change.subject.value, set()).add(change.name)
        return None

    def _freed(self, change: Change) -> Change:
        """Return a change with its user taken away where the new status cannot be had while it is somebody's."""
        status = next((each for each in change.attributes if each.name == "status"), None)
        if status is None or status.after not in self.offer.frees or change.subject is not Subject.ASSET:
            return change
        user = self.users.get(change.name)
        if user is None or any(each.name == "user" for each in change.attributes):
            return change
        reason = f"{self.offer.product} takes an asset back before it is {status.after}"
        freed = Attribute.of("user", user, None, reason, "W3")
        kinds = change.kinds if Kind.UNLINKED in change.kinds else (*change.kinds, Kind.UNLINKED)
        return replace(change, attributes=(*change.attributes, freed), kinds=kinds)

    def _without_software(self, change: Change) -> tuple[Attribute, ...]:
        """Return a change's attributes without software that the remote does not keep."""
        kept = tuple(each for each in change.attributes if not each.name.startswith(SOFTWARE))
        if self.offer.software or len(kept) == len(change.attributes):
            return change.attributes
        self.software_left = True
        return kept

    def _unproven(self, change: Change, operation: str, *, when: bool) -> bool:
        """Return whether an operation is refused, after a problem that says why (W9)."""
        why = self.offer.unproven.get(operation) if when else None
        if why:
            self._tell(change, _OPERATIONS[operation], why)
        return why is not None

    def _trimmed(self, attribute: Attribute) -> Attribute | None:
        """Return an attribute with its text as the remote keeps it; None when it then changes nothing."""
        after = attribute.after
        if not self.offer.trims or not isinstance(after, str) or after == after.strip():
            return attribute
        text = after.strip() or None
        if text == attribute.before:
            return None
        return Attribute.of(attribute.name, attribute.before, text, attribute.reason, attribute.rule)

    def _refused(self, change: Change, attributes: tuple[Attribute, ...]) -> Iterator[tuple[str, str]]:
        """Yield the attributes that cannot be written, each with a message."""
        locked = self.offer.locked.get(change.name, {}) if change.subject is Subject.ASSET else {}
        values = self._values(change, attributes)
        lacks = self._lacks(values) if change.subject is Subject.ASSET else ()
        for each in attributes:
            message = locked.get(each.name) or self._named(each)
            if not message and each.name in lacks:
                message = f"{self.offer.product} has no field for it on assets of this type or model."
            if not message:
                message = self._unfit(each, values) or self._refused_operation(change, each, values)
            if message:
                yield each.name, message

    def _refused_operation(self, change: Change, attribute: Attribute, values: Mapping[str, Scalar]) -> str | None:
        """Return why a move or an unlink is refused (W9), or a user of an asset that is made."""
        if change.subject is not Subject.ASSET:
            return None
        if change.action is Action.CREATE:
            given = attribute.name == "user" and attribute.after is not None
            ungiven = given and values.get("status") in self.offer.ungiven
            return (
                f"{self.offer.product} gives no new asset that is {values['status']} to anybody." if ungiven else None
            )
        if attribute.before is None:
            return None
        match attribute.name, attribute.after:
            case "site", _:
                return self.offer.unproven.get("move")
            case "user", None:
                return self.offer.unproven.get("unlink")
        return None

    def _named(self, attribute: Attribute) -> str | None:
        kind, after, product = attribute.name, attribute.after, self.offer.product
        if after in self.lacking.get(kind, ()):
            if kind == "user":
                return f"{product} gets no user {after}, as another problem says."
            return f"{product} has no {kind} {after}, or has it twice."
        if after in self.offer.twice.get(kind, ()):
            return f"{product} has more than one {kind} called {after}. Rename all but one there."
        return None

    def _values(self, change: Change, attributes: tuple[Attribute, ...]) -> Mapping[str, Scalar]:
        """Return what the asset will have: what it has, with what is changed."""
        new = {each.name: each.after for each in attributes}
        asset = self.assets.get(change.name)
        if asset is None:
            return new
        return {
            **dict(zip(self.state.fields, asset.values, strict=False)),
            "type": asset.type,
            "status": asset.status,
            **new,
        }

    def _lacks(self, values: Mapping[str, Scalar]) -> tuple[str, ...]:
        lacks, type_ = self.offer.lacks, values.get("type")
        key = shape_key(type_, values.get("manufacturer"), values.get("model"))
        return lacks.get(key) or lacks.get(str(type_)) or (lacks.get(ANY_NEW, ()) if key not in lacks else ())

    def _unfit(self, attribute: Attribute, values: Mapping[str, Scalar]) -> str | None:
        after, product = attribute.after, self.offer.product
        most = self.offer.lengths.get(attribute.name)
        if most is not None and isinstance(after, str) and len(after) > most:
            return f"{product} takes at most {most} characters in {attribute.name}, and this has {len(after)}."
        if attribute.name in ("status", "type"):
            allowed = self.offer.statuses.get(str(values.get("type")))
            if attribute.name == "status" and allowed is not None and after is not None and after not in allowed:
                return f"{product} does not allow the status {after} for the type {values.get('type')}."
        return self._out_of_order(attribute, values)

    def _out_of_order(self, attribute: Attribute, values: Mapping[str, Scalar]) -> str | None:
        """Return why a status cannot follow the one that an asset has."""
        rules = self.offer.statuses_after.get(str(values.get("type")), {})
        before, after = attribute.before, attribute.after
        if attribute.name != "status" or before is None or before in rules.get(str(after), (before,)):
            return None
        allowed = " or ".join(rules[str(after)]) or "nothing"
        return f"{self.offer.product} allows the status {after} only after {allowed}, and this has {before}."

    def _tell(self, change: Change, name: str, message: str) -> None:
        """Note that an attribute is not written: left alone where the remote locks it, a problem otherwise."""
        connection = change.connection or ""
        if name in self.offer.locked.get(change.name, {}):
            self.left_alone.append(
                LeftAlone(
                    connection=connection,
                    device_id=change.device_id or "",
                    label=change.label,
                    why="remote",
                    reason=message,
                    rule="W3",
                )
            )
            return
        self.problems.append(
            Problem(
                connection=connection,
                label=change.label,
                message=f"{name} is not written: {message}",
                rule="W3",
                device_id=change.device_id,
            )
        )

    def _withhold(self, change: Change) -> None:
        self.withheld.append(
            Withheld(
                connection=change.connection or "",
                label=change.label,
                what="creation",
                reason=f"{self.offer.short} It may be there already (W2).",
                rule="W2",
                name=change.name,
                device_id=change.device_id,
            )
        )


def _sorted(old: tuple[_Item, ...], new: list[_Item]) -> tuple[_Item, ...]:
    """Return both in the order that a plan has them in, which is left alone where nothing is new."""
    return tuple(sorted(chain(old, new), key=_order)) if new else old


def _order(item: Problem | Withheld | LeftAlone) -> tuple[str, str, str]:
    return item.connection, item.label, str(item)
