"""Undoing what a run made of store users: put back, brought back, and removed when no asset refers to them (J2)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from reconciler.model.plan import Action, Attribute, Change, LeftAlone
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.planning.users.references import references
from reconciler.undo.decisions import RULE, Decided, Draft, left, shown
from reconciler.undo.inputs import UndoInputs, known_by

_FIELDS: Final = {"employeeId": "employee_id", "entraId": "entra_id", "alsoEntraIds": "also_entra_ids"}
"""The fields of a Person that are not called as the attributes are."""

_NAMES: Final = ("name", "upn", "mail", "employeeId", "site", "active", "entraId", "alsoEntraIds")
_GONE: Final = "the user is gone from the store"
_GONE_OR_SEVERAL: Final = f"{_GONE}, or more than one could be meant"


@dataclass(frozen=True, slots=True)
class UsersBack:
    """The users as the undo leaves them, by id, before those go that the run created.

    One that comes back has a negative id until the store gives it one; `returning` is what the run called it. `known`
    are the users by what they were called before the run.
    """

    people: Mapping[int, Person]
    returning: Mapping[int, str]
    known: Mapping[str, int]
    decided: Decided

    def had(self, inputs: UndoInputs, called: Scalar) -> int | None:
        """Return the user that was called so before the run; None for nobody, or more than one."""
        if called is None:
            return None
        return self.known.get(str(called).casefold()) or inputs.person(called)


def put_back_users(inputs: UndoInputs, changes: Iterable[Change]) -> UsersBack:
    """Decide what becomes of the users that the run updated, and of those that it removed."""
    people = {person.id: person for person in inputs.state.people}
    returning: dict[int, str] = {}
    created: set[int | None] = set()
    drafts: list[Draft] = []
    lefts: list[LeftAlone] = []
    for change in changes:
        if change.action is Action.CREATE:
            created.add(_find(inputs, change))
            continue
        if change.action is Action.UPDATE:
            key = _find(inputs, change)
            person, draft, why = _put_back(inputs, change, None if key is None else people[key])
        else:
            person, draft, why = _brought_back(inputs, change, -1 - len(returning))
            if person is not None:
                returning[person.id] = change.name
        lefts += why
        if person is not None and draft is not None:
            people[person.id] = person
            drafts.append(draft)
    before = [person for key, person in people.items() if key not in created]
    known = known_by(before, references(before) | returning)
    return UsersBack(people, returning, known, Decided(tuple(drafts), tuple(lefts)))


_Result = tuple[Person | None, Draft | None, list[LeftAlone]]
"""A user as the undo leaves it, what does that, and what of it is left."""


def _put_back(inputs: UndoInputs, change: Change, person: Person | None) -> _Result:
    """Return a user with the values of before the run; each that has changed since is left."""
    if person is None:
        return None, None, [left(change, _GONE_OR_SEVERAL)]
    attributes: list[Attribute] = []
    values: dict[str, Any] = {}
    lefts = []
    for each in change.attributes:
        field = _FIELDS.get(each.name, each.name)
        now = getattr(person, field)
        if now == each.after:
            values[field] = each.before
            attributes.append(Attribute.of(each.name, now, each.before, inputs.why("changed it"), RULE))
        else:
            lefts.append(left(change, f"{each.name} is {shown(now)} now, and the run wrote {shown(each.after)}"))
    if not attributes:
        return None, None, lefts
    return replace(person, **values), Draft(change, Action.UPDATE, tuple(attributes), person.id), lefts


def _brought_back(inputs: UndoInputs, change: Change, key: int) -> _Result:
    """Bring a removed user back, with an id until the store gives it one."""
    values = {_FIELDS.get(each.name, each.name): each.before for each in change.attributes}
    person = Person(**{"id": key, "name": "", **values})  # type: ignore[arg-type]  # as the journal has them
    if person.entra_id in inputs.imported:
        return None, None, [left(change, "the store has this Entra user again")]
    reason = inputs.why("removed it")
    back = tuple(Attribute.of(each.name, None, each.before, reason, RULE) for each in change.attributes)
    return person, Draft(change, Action.CREATE, back, key), []


def _find(inputs: UndoInputs, change: Change) -> int | None:
    """Return the user that a change is about: who Entra says, else who alone has what the run wrote.

    A user whom the run left without a tie to Entra, which only an undo does, is found by what it is called, too.
    """
    if change.entra_id in inputs.imported:
        return inputs.imported[change.entra_id]
    written = {each.name: each.after for each in change.attributes}
    having = [each.id for each in inputs.state.people if _has(each, written)]
    called = inputs.person(change.name)
    if called in having or not having:
        return called
    return having[0] if len(having) == 1 else None


def _has(person: Person, written: dict[str, Scalar]) -> bool:
    """Return whether a user has everything that a run wrote."""
    return all(getattr(person, _FIELDS.get(name, name)) == value for name, value in written.items())


def remove_users(
    inputs: UndoInputs, people: Mapping[int, Person], linked: Collection[int | None], changes: Iterable[Change]
) -> Decided:
    """Decide which of the users that the run created go; `linked` are those that assets have once all is put back."""
    drafts, lefts = [], []
    for change in changes:
        if change.action is not Action.CREATE:
            continue
        key = _find(inputs, change)
        person = None if key is None else people.get(key)
        why = _stays(inputs, change, person, linked)
        if why is not None or person is None:
            lefts.append(left(change, why or _GONE))
            continue
        reason = inputs.why("created it")
        gone = tuple(Attribute.of(name, value, None, reason, RULE) for name, value in _values(person).items())
        drafts.append(Draft(change, Action.DELETE, gone, person.id))
    return Decided(tuple(drafts), tuple(lefts))


def _stays(inputs: UndoInputs, change: Change, person: Person | None, linked: Collection[int | None]) -> str | None:
    """Return why a user that the run created stays, None when it goes."""
    if person is None:
        return _GONE
    written = {each.name: each.after for each in change.attributes if each.after is not None}
    now = _values(person)
    for name in _NAMES:
        default = True if name == "active" else None
        if now.get(name) != written.get(name, default):
            return f"{name} is {shown(now.get(name))} now, and the run wrote {shown(written.get(name, default))}"
    if person.id in linked:
        return "an asset refers to this user"
    return inputs.touched(change)


def _values(person: Person) -> dict[str, Any]:
    found = {name: getattr(person, _FIELDS.get(name, name)) for name in _NAMES}
    return {name: value for name, value in found.items() if value is not None}
