"""The impact of a change of settings: two plans of one recording, apart from what would happen anyway.

1. Things are the same in both plans by what people know: an asset by its tag, one that is created by its tenant and
   device, a user and a catalogue entry by name.
2. An attribute that both plans change to one value happens anyway; any other is caused, altered or prevented.
3. What only the new settings leave unknown is said, and what the recording lacks for them is named.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from reconciler.impact.causes import Causes
from reconciler.impact.scope import scope_changes
from reconciler.impact.shares import by_rule, by_setting
from reconciler.model.impact import (
    BROUGHT_IN,
    CREATED_OTHERWISE,
    TAKEN_OUT,
    AttributeEffect,
    Effect,
    Impact,
    Unanswered,
    Verdict,
)
from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Kind, Plan, SettingChange, Subject
from reconciler.model.state import State

T = TypeVar("T")
_Key = tuple[str, ...]

_KIND_OF: Final = {"type": Kind.RETYPED, "site": Kind.MOVED, "device": Kind.REBOUND}
_OF_STATUS: Final = (Kind.DELETED_IN_INTUNE, Kind.INACTIVE)


def compare(
    base: Plan | None,
    plan: Plan,
    *,
    ref: str,
    commit: str,
    state: State | None = None,
    settings: Sequence[SettingChange] = (),
    unanswered: Sequence[Unanswered] = (),
    note: str | None = None,
) -> Impact:
    """Return what `plan` does that `base`, the plan of the same recording with the settings at `ref`, does not.

    `state` is the store's in that recording: of a connection that only one side reads, it says which devices have an
    asset. `settings` is how the settings differ, `unanswered` what the recording lacks for the new ones. Without a base
    everything is caused: there were no settings before.
    """
    without, with_ = _by_key(base), _by_key(plan)
    causes = Causes([each.path for each in settings])
    pairs = [(key, without.get(key), with_.get(key)) for key in sorted(without.keys() | with_.keys())]
    found = {key: effect for key, old, new in pairs if (effect := _effect(old, new, causes))}
    effects = tuple(found.values())
    scope = scope_changes(base, plan, state or State(), causes) if base else ()
    leaving = [(TAKEN_OUT if each.out else BROUGHT_IN,) for each in scope]
    before = base or replace(plan, limits=(), withheld=(), problems=(), left_alone=())
    return Impact(
        instance=plan.instance,
        base=ref,
        base_commit=commit,
        commit=plan.settings_commit,
        settings_digest=plan.settings_digest,
        plan_digest=plan.digest,
        made_at=plan.made_at,
        note=note,
        settings=tuple(settings),
        ordinary=len(without),
        kept=len((without.keys() & with_.keys()) - found.keys()),
        caused=_counted([*(each.kinds for each in effects), *leaving]),
        prevented=_counted(each.prevented for each in effects),
        over=_only(plan.over_limit(), before.over_limit(), lambda use: (use.connection, use.kind)),
        by_rule=by_rule(effects),
        by_setting=by_setting(effects, scope, settings),
        unknown=(*unanswered, *_newly_unknown(base, plan)),
        withheld=_only(plan.withheld, before.withheld),
        problems=_only(plan.problems, before.problems),
        solved=_only(before.problems, plan.problems),
        left_alone=_only(plan.left_alone, before.left_alone),
        taken_up=_only(before.left_alone, plan.left_alone),
        scope=scope,
        effects=effects,
    )


def not_compared(plan: Plan, *, ref: str, commit: str, why: str) -> Impact:
    """Return the impact of which nothing is known, because the settings at `ref` make no plan."""
    return Impact(
        instance=plan.instance,
        base=ref,
        base_commit=commit,
        commit=plan.settings_commit,
        settings_digest=plan.settings_digest,
        plan_digest=plan.digest,
        made_at=plan.made_at,
        note=why,
        compared=False,
    )


def _by_key(plan: Plan | None) -> dict[_Key, Change]:
    if plan is None:
        return {}
    tenants = {each.name: each.tenant_id for each in plan.connections}
    return {_key(change, tenants): change for change in plan.changes}


def _key(change: Change, tenants: dict[str, str]) -> _Key:
    """Return what a change's subject is known by in any plan: a new asset's tag hangs on what else is created."""
    if change.subject is Subject.ASSET and change.action is Action.CREATE and change.device_id is not None:
        connection = change.connection or ""
        return "asset", "of a device", tenants.get(connection, connection), change.device_id
    return change.subject, change.name


def _effect(old: Change | None, new: Change | None, causes: Causes) -> Effect | None:
    """Return how an attribute of one thing ends otherwise; None when everything happens anyway."""
    stands = new or old
    if stands is None:
        return None
    attributes = tuple(_attributes(old, new, causes))
    if not attributes and old and new:
        return None
    return Effect(
        subject=stands.subject,
        action=stands.action,
        name=stands.name,
        label=stands.label,
        attributes=attributes,
        kinds=_kinds(new, attributes, altered=old is not None) if new else (),
        prevented=_prevented(old, attributes) if old else (),
        connection=stands.connection,
        device_id=stands.device_id,
    )


def _attributes(old: Change | None, new: Change | None, causes: Causes) -> Iterable[AttributeEffect]:
    before = {each.name: each for each in old.attributes} if old else {}
    after = {each.name: each for each in new.attributes} if new else {}
    change = new or old
    for name in {**after, **before}:
        was, now = before.get(name), after.get(name)
        if was and now and was.after == now.after:
            continue
        decided = now or was
        if decided and change:
            yield AttributeEffect(name, *_sides(was, now), decided.reason, decided.rule, causes.of(change, decided))


def _sides(was: Attribute | None, now: Attribute | None) -> tuple[Verdict, Any, Any]:
    """Return the verdict, and the values without and with the new settings."""
    if was and now:
        return Verdict.ALTERED, was.after, now.after
    if now:
        return Verdict.CAUSED, now.before, now.after
    return Verdict.PREVENTED, was.after if was else None, was.before if was else None


def _kinds(new: Change, attributes: Iterable[AttributeEffect], *, altered: bool) -> tuple[str, ...]:
    """Return what the new settings make a change count as, beyond what it counts as anyway."""
    if not altered and (new.action is Action.CREATE or new.subject is not Subject.ASSET):
        return new.kinds or (f"{new.subject}-{new.action}",)
    names = [each.name for each in attributes if each.verdict is not Verdict.PREVENTED]
    if new.action is Action.CREATE:
        return (CREATED_OTHERWISE,)
    return tuple(sorted({_kind(new, name) for name in names}))


def _prevented(old: Change, attributes: Iterable[AttributeEffect]) -> tuple[str, ...]:
    """Return what a change counts as only without the new settings."""
    names = {each.name for each in attributes if each.verdict is Verdict.PREVENTED}
    if old.action is Action.CREATE or old.subject is not Subject.ASSET:
        whole = names == {each.name for each in old.attributes}
        return (old.kinds or (f"{old.subject}-{old.action}",)) if whole else ()
    return tuple(sorted({_kind(old, name) for name in names}))


def _kind(change: Change, attribute: str) -> str:
    """Return what one attribute makes a change of an existing thing count as."""
    if change.subject is not Subject.ASSET:
        return next(iter(change.kinds), f"{change.subject}-{change.action}")
    if attribute in _KIND_OF:
        return _KIND_OF[attribute]
    if attribute == "status":
        return next((kind for kind in _OF_STATUS if kind in change.kinds), Kind.UPDATED)
    if attribute == "user" and Kind.UNLINKED in change.kinds:
        return Kind.UNLINKED
    return f"{change.subject}-{change.action}" if attribute.startswith(SOFTWARE) else Kind.UPDATED


def _counted(kinds: Iterable[Sequence[str]]) -> dict[str, int]:
    return dict(sorted(Counter(kind for each in kinds for kind in each).items()))


def _only(these: Iterable[T], others: Iterable[T], key: Callable[[T], object] = lambda each: each) -> tuple[T, ...]:
    """Return what is among these alone, in their order."""
    there = {key(each) for each in others}
    return tuple(each for each in these if key(each) not in there)


def _newly_unknown(base: Plan | None, plan: Plan) -> list[Unanswered]:
    before = {(each.tenant_id, part.part) for each in base.connections for part in each.unknown} if base else set()
    return [
        Unanswered(each.name, part.part, part.why)
        for each in plan.connections
        for part in each.unknown
        if (each.tenant_id, part.part) not in before
    ]
