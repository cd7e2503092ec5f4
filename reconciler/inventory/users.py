"""Store users brought along: rows of a file to the users that a plan creates; existing ones are never overwritten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from reconciler.inventory.columns import Columns, Reader, field_reader, find_columns, name_reader, shortened
from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person, State
from reconciler.planning.nearest import nearest
from reconciler.planning.users.directory import identifier_form
from reconciler.planning.users.references import references
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

COLUMNS: Final = {"name": "name", "upn": "upn", "mail": "mail", "employeeId": "employee_id", "site": "site"}
"""The columns of a file of users, `active` aside, and what a Person calls them."""

_SUGGESTED: Final = 20
_Problem = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class PlannedUsers:
    """The users that a file adds, with negative ids, their changes, and what is wrong: line, label, column, words."""

    people: tuple[Person, ...] = ()
    changes: tuple[Change, ...] = ()
    problems: tuple[_Problem, ...] = ()
    rows: int = 0
    same: int = 0
    left_out: int = 0
    unusable: bool = False


NO_USERS: Final = PlannedUsers()


def user_reader(people: Sequence[Person]) -> Reader:
    """Return the reader of cells that name a store user: by UPN, else as plans call one."""
    by_upn: dict[str, set[int]] = {}
    for person in people:
        by_upn.setdefault(identifier_form(person.upn), set()).add(person.id)
    called = references(people)
    by_reference = {identifier_form(name): name for name in called.values()}
    unknown: set[str] = set()

    def read(text: str) -> Scalar:
        form = identifier_form(text)
        found = by_upn.get(form, set()) if form else set()
        if len(found) > 1:
            raise ValueError(f"{len(found)} store users have the upn “{shortened(text)}”; make it unique")
        if found:
            return called[next(iter(found))]
        if form in by_reference or not form:
            return by_reference.get(form)
        unknown.add(form)
        near = nearest(form, sorted((*by_upn, *by_reference))) if len(unknown) <= _SUGGESTED else None
        hint = f" Did you mean `{near}`?" if near else ""
        raise ValueError(f"there is no store user “{shortened(text)}”.{hint}")

    return read


def plan_users(
    state: State, header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], sites: frozenset[str]
) -> PlannedUsers:
    """Return what a file of users adds to the store's."""
    columns = find_columns(header, _readers(sites), ())
    known = _index(state.people)
    next_id = min((0, *(person.id for person in state.people))) - 1
    new: list[Person] = []
    problems: list[_Problem] = [(1, "", name, message) for name, message in columns.problems]
    count = same = left_out = 0
    for count, (line, cells) in enumerate(rows, 1):  # noqa: B007 - how many there were
        person, wrong = _person(columns, next_id, cells)
        label = person.upn or person.mail or person.employee_id or person.name
        other = None if wrong else next((known[key] for key in _keys(person) if key in known), None)
        if other is not None and replace(other, id=0, entra_id=None) == replace(person, id=0):
            same += 1
            continue
        if other is not None:
            wrong = [("", f"{_who(other)} has the same identifier, and an import overwrites nothing")]
        if wrong:
            problems += [(line, label, name, message) for name, message in wrong]
            left_out += 1
            continue
        next_id -= 1
        new.append(person)
        known.update(dict.fromkeys(_keys(person), person))
    return PlannedUsers(
        people=tuple(new),
        changes=_changes(state, new),
        problems=tuple(problems),
        rows=count,
        same=same,
        left_out=left_out,
        unusable=bool(columns.problems),
    )


def _readers(sites: frozenset[str]) -> dict[str, Reader]:
    readers = {name: field_reader(AssetField(name, name, FieldType.TEXT, max_length=255)) for name in COLUMNS}
    active = field_reader(AssetField("active", "Active", FieldType.BOOLEAN))
    return readers | {"site": name_reader("site", sites), "active": active}


def _person(columns: Columns, person_id: int, cells: Sequence[str]) -> tuple[Person, list[tuple[str, str]]]:
    """Return a row's user, and what is wrong with the row."""
    if len(cells) != columns.width:
        return Person(id=person_id, name=""), [("", f"it has {len(cells)} cells and the header {columns.width}")]
    values: dict[str, Scalar] = {}
    wrong: list[tuple[str, str]] = []
    for column in columns.known:
        try:
            values[column.name] = column.read(cells[column.place].strip()) if cells[column.place].strip() else None
        except ValueError as error:
            wrong.append((column.name, str(error)))
    texts = {attribute: _text(values.get(name)) for name, attribute in COLUMNS.items() if name != "name"}
    name = next((text for text in (_text(values.get("name")), texts["upn"], texts["mail"]) if text), "")
    if not name and not wrong:
        wrong.append(("name", "a user needs a name, a upn or a mail address"))
    active = values.get("active") is not False
    return Person(id=person_id, name=name, active=active, **texts), wrong


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _keys(person: Person) -> list[tuple[str, str]]:
    """Return what identifies a user: UPN, mail and employee id; the name where there is nothing else."""
    values = {"upn": person.upn, "mail": person.mail, "employeeId": person.employee_id}
    keys = [(name, identifier_form(value)) for name, value in values.items() if value]
    return keys or [("name", identifier_form(person.name))]


def _index(people: Iterable[Person]) -> dict[tuple[str, str], Person]:
    return {key: person for person in people for key in _keys(person)}


def _who(person: Person) -> str:
    return f"the store user {person.name}" if person.id > 0 else f"an earlier row ({person.name})"


def _changes(state: State, new: Sequence[Person]) -> tuple[Change, ...]:
    """Return a creation for each new user, sorted by what plans call them."""
    called = references([*state.people, *new])
    changes = []
    for person in new:
        values = {name: getattr(person, attribute) for name, attribute in COLUMNS.items()} | {"active": person.active}
        changes.append(
            Change(
                subject=Subject.USER,
                action=Action.CREATE,
                name=called[person.id],
                label=person.name,
                attributes=tuple(
                    Attribute.of(name, None, value, "imported from a file", "import")
                    for name, value in values.items()
                    if value is not None
                ),
            )
        )
    return tuple(sorted(changes, key=lambda change: change.name))
