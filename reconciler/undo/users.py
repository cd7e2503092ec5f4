"""Undoing what a run made of store users: put back, brought back, and removed when no asset refers to them (J2)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from reconciler.model.plan import Action, Attribute, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.undo.ground import RULE, Ground, shown

_FIELDS: Final = {"employeeId": "employee_id", "entraId": "entra_id", "alsoEntraIds": "also_entra_ids"}
"""The fields of a Person that are not called as the attributes are."""

_NAMES: Final = ("name", "upn", "mail", "employeeId", "site", "active", "entraId", "alsoEntraIds")


def put_back_users(ground: Ground, changes: Iterable[Change]) -> None:
    """Decide what becomes of the users that the run updated, and of those that it removed."""
    next_id = -1
    created: set[int | None] = set()
    for change in changes:
        match change.action:
            case Action.UPDATE:
                _put_back(ground, change)
            case Action.DELETE:
                next_id -= _bring_back(ground, change, next_id)
            case Action.CREATE:
                created.add(_find(ground, change))
    ground.settle_users({key for key in created if key is not None})


def _put_back(ground: Ground, change: Change) -> None:
    key = _find(ground, change)
    if key is None:
        ground.leave(change, "changed-since", "the user is gone from the store, or more than one could be meant")
        return
    person = ground.people[key]
    attributes = []
    values: dict[str, Any] = {}
    for each in change.attributes:
        field = _FIELDS.get(each.name, each.name)
        now = getattr(person, field)
        if now == each.after:
            values[field] = each.before
            attributes.append(Attribute.of(each.name, now, each.before, ground.why("changed it"), RULE))
        else:
            reason = f"{each.name} is {shown(now)} now, and the run wrote {shown(each.after)}"
            ground.leave(change, "changed-since", reason)
    if attributes:
        ground.people[key] = replace(person, **values)
        ground.put(replace(change, name=str(key)), Action.UPDATE, attributes)


def _find(ground: Ground, change: Change) -> int | None:
    """Return the user that a change is about: who Entra says, else who alone has what the run wrote.

    A user whom the run left without a tie to Entra, which only an undo does, is found by what it is called, too.
    """
    if change.entra_id in ground.imported:
        return ground.imported[change.entra_id]
    written = {each.name: each.after for each in change.attributes}
    having = [each.id for each in ground.stored if _has(each, written)]
    called = ground.person(change.name)
    if called in having or not having:
        return called
    return having[0] if len(having) == 1 else None


def _has(person: Person, written: dict[str, Scalar]) -> bool:
    """Return whether a user has everything that a run wrote."""
    return all(getattr(person, _FIELDS.get(name, name)) == value for name, value in written.items())


def _bring_back(ground: Ground, change: Change, key: int) -> int:
    """Bring a removed user back; return how many that is."""
    values = {_FIELDS.get(each.name, each.name): each.before for each in change.attributes}
    person = Person(**{"id": key, "name": "", **values})  # type: ignore[arg-type]  # as the journal has them
    if person.entra_id in ground.imported:
        ground.leave(change, "changed-since", "the store has this Entra user again")
        return 0
    ground.coming_back(person, change.name)
    reason = ground.why("removed it")
    back = [Attribute.of(each.name, None, each.before, reason, RULE) for each in change.attributes]
    ground.put(replace(change, name=str(key)), Action.CREATE, back)
    return 1


def remove_users(ground: Ground, changes: Sequence[Change]) -> None:
    """Decide which of the users that the run created go; called last, when each asset's user is known."""
    linked = set(ground.users.values())
    for change in changes:
        if change.action is not Action.CREATE:
            continue
        key = _find(ground, change)
        person = None if key is None else ground.people.get(key)
        why = _stays(ground, change, person, linked)
        if why is not None or person is None:
            ground.leave(change, "changed-since", why or "the user is gone from the store")
            continue
        reason = ground.why("created it")
        ground.put(
            replace(change, name=str(person.id)),
            Action.DELETE,
            [Attribute.of(name, value, None, reason, RULE) for name, value in _values(person).items()],
        )
        del ground.people[person.id]


def _stays(ground: Ground, change: Change, person: Person | None, linked: set[int | None]) -> str | None:
    """Return why a user that the run created stays, None when it goes."""
    if person is None:
        return "the user is gone from the store"
    written = {each.name: each.after for each in change.attributes if each.after is not None}
    now = _values(person)
    for name in _NAMES:
        default = True if name == "active" else None
        if now.get(name) != written.get(name, default):
            return f"{name} is {shown(now.get(name))} now, and the run wrote {shown(written.get(name, default))}"
    if person.id in linked:
        return "an asset refers to this user"
    return ground.touched(change)


def _values(person: Person) -> dict[str, Any]:
    found = {name: getattr(person, _FIELDS.get(name, name)) for name in _NAMES}
    return {name: value for name, value in found.items() if value is not None}
