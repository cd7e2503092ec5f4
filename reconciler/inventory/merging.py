"""Two store users that are one person become one: a plan that links assets anew and removes the other (U4).

- The one that is kept gets what it lacks of the other, and goes by the other's Entra ids too, so that neither an import
  nor a device makes a second user of it again.
- The plan is written and journalled like any other, and can be undone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from reconciler.errors import UsageError
from reconciler.model.plan import Action, Attribute, Change, Plan, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person, State
from reconciler.planning.blank import blank_plan
from reconciler.planning.digest import with_digest
from reconciler.planning.users.directory import identifier_form
from reconciler.planning.users.references import references
from reconciler.settings.environment import Environment

_FIELDS = {
    "name": "name",
    "upn": "upn",
    "mail": "mail",
    "employeeId": "employee_id",
    "site": "site",
    "active": "active",
    "entraId": "entra_id",
    "alsoEntraIds": "also_entra_ids",
}
_TAKEN_OVER = ("upn", "mail", "employee_id", "site", "entra_id")


def likely_pairs(people: Sequence[Person]) -> list[tuple[Person, Person]]:
    """Return the users that share a UPN, a mail address or an employee id, by name; the first is the older."""
    by_value: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for value in {identifier_form(each) for each in (person.upn, person.mail, person.employee_id)} - {""}:
            by_value[value].append(person)
    pairs = {(some[0].id, other.id): (some[0], other) for some in by_value.values() for other in some[1:]}
    return sorted(pairs.values(), key=lambda pair: (pair[0].name, pair[0].id, pair[1].id))


def find_user(people: Sequence[Person], text: str) -> Person:
    """Return the user that is called so: by its reference, Entra id, UPN, mail address, employee id or name.

    Raises:
        UsageError: there is none, or more than one.
    """
    form, called = identifier_form(text), references(people)
    found = [each for each in people if identifier_form(called[each.id]) == form]
    if not found:
        found = [each for each in people if form in {identifier_form(value) for value in _identifying(each)}]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(sorted(called[each.id] for each in found))
        raise UsageError(f"{len(found)} store users are called {text!r}. Name one of: {names}. Nothing was changed.")
    raise UsageError(f"There is no store user {text!r}. Nothing was changed.")


def _identifying(person: Person) -> Iterator[str | None]:
    yield from (person.entra_id, person.upn, person.mail, person.employee_id, person.name)


def plan_merge(environment: Environment, state: State, kept: Person, other: Person, *, made_at: str) -> Plan:
    """Return the plan that makes one user of two.

    Raises:
        UsageError: they are the same one.
    """
    if kept.id == other.id:
        raise UsageError("Both are the same store user. Nothing was changed.")
    merged = _merged(kept, other)
    people = list(state.people)
    before = references(people)
    after = references([merged if each.id == kept.id else each for each in people if each.id != other.id])
    changes = [
        _change(Action.UPDATE, before[kept.id], kept, _differences(kept, merged)),
        _change(Action.DELETE, before[other.id], other, _everything(other)),
        *_links(state, other, before[other.id], after[kept.id]),
    ]
    return with_digest(
        replace(
            blank_plan(environment, state, made_at),
            changes=tuple(each for each in changes if each.attributes),
            picked=True,
        )
    )


def _merged(kept: Person, other: Person) -> Person:
    """Return the user that is kept with what it lacks of the other, and the Entra ids that the other went by."""
    lacking = {name: getattr(other, name) for name in _TAKEN_OVER if getattr(kept, name) is None}
    active = kept.active if kept.entra_id is not None else kept.active or other.active  # Entra's account decides
    merged = replace(kept, active=active, **lacking)
    ids = [*_lines(kept.also_entra_ids), *_lines(other.also_entra_ids), *_lines(other.entra_id)]
    also = [each for each in dict.fromkeys(ids) if each != merged.entra_id]
    return replace(merged, also_entra_ids="\n".join(also) or None)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _differences(old: Person, new: Person) -> Iterator[tuple[str, Scalar, Scalar]]:
    for name, field in _FIELDS.items():
        if getattr(old, field) != getattr(new, field):
            yield name, getattr(old, field), getattr(new, field)


def _everything(person: Person) -> Iterator[tuple[str, Scalar, Scalar]]:
    for name, field in _FIELDS.items():
        if getattr(person, field) is not None:
            yield name, getattr(person, field), None


def _links(state: State, other: Person, before: str, after: str) -> list[Change]:
    """Return the changes that let assets of the user who goes belong to the one who stays."""
    names = state.fields.index("name")
    return [
        Change(
            subject=Subject.ASSET,
            action=Action.UPDATE,
            name=asset.tag,
            label=str(asset.values[names] or asset.tag),
            attributes=_attributes([("user", before, after)]),
        )
        for asset in sorted(state.assets, key=lambda each: each.tag)
        if asset.user == other.id
    ]


def _change(action: Action, name: str, person: Person, values: Iterable[tuple[str, Scalar, Scalar]]) -> Change:
    return Change(
        subject=Subject.USER,
        action=action,
        name=name,
        label=person.name,
        attributes=_attributes(values),
        entra_id=person.entra_id,
    )


def _attributes(values: Iterable[tuple[str, Scalar, Scalar]]) -> tuple[Attribute, ...]:
    return tuple(Attribute.of(*each, "two store users are one person", "U4") for each in values)
