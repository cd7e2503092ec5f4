"""An inventory brought along: rows of a file to a plan that creates assets, and what is wrong, row by row.

- Rows meet the store's assets by tag only. A tag that the store has is no change where the row says what the store
  says, and a problem otherwise: an import creates and never overwrites.
- A row with a problem is left out; the others go on. A column that is not known would be missing from every row, so
  nothing of the file is written.
- Rows without a tag get the next ones of the catalogue's pattern, in the order of the file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from reconciler.inventory.columns import (
    Columns,
    Reader,
    field_reader,
    find_columns,
    name_reader,
    shortened,
    spreadsheet_damage,
)
from reconciler.inventory.duplicates import twins
from reconciler.inventory.tags import tag_number, tag_problem
from reconciler.inventory.users import NO_USERS, plan_users, user_reader
from reconciler.model.plan import Action, Attribute, Change, Kind, Plan, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person, State
from reconciler.planning.asset_values import TAG, asset_values
from reconciler.planning.blank import blank_plan
from reconciler.planning.catalogue.entries import catalogue_changes
from reconciler.planning.digest import with_digest
from reconciler.planning.naming import highest_number
from reconciler.planning.rules.values import as_text
from reconciler.planning.users.references import references
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows under its header: the number of each row's line, and its cells."""

    file: str
    header: Sequence[str]
    rows: Iterable[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row of a file, or worth a look; line 1 is the header's."""

    file: str
    line: int
    label: str
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What importing comes to.

    `plan` has the rows without problems, `same` counts those that the store has exactly so, `left_out` those with
    problems. Nothing of it may be written when `unusable`: a column is not known.
    """

    plan: Plan
    rows: int
    same: int
    left_out: int
    unusable: bool
    problems: tuple[RowProblem, ...]
    doubts: tuple[RowProblem, ...]


@dataclass(slots=True)
class _Row:
    line: int
    tag: str
    values: dict[str, Scalar] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def plan_inventory(
    environment: Environment,
    state: State,
    assets: Table | None,
    users: Table | None = None,
    *,
    made_at: str,
    ignored: Iterable[str] = (),
) -> Inventory:
    """Return the plan that creates a file's assets and users; `ignored` columns of assets are not looked at."""
    sites = frozenset((*state.catalogue.sites, *environment.catalogue.sites()))
    people = NO_USERS if users is None else plan_users(state, users.header, users.rows, sites)
    columns, rows = _read(environment, state, people.people, assets, ignored)
    same = _judge(rows, state, [*state.people, *people.people], environment.catalogue.asset_tags.prefix)
    good = [row for row in rows if not row.problems]
    new = [row for row in good if row.line not in same]
    highest = _give_tags(environment, state, new)
    changes = [*_asset_changes(assets.file if assets else "", new)]
    problems = [
        *(RowProblem(users.file if users else "", *each) for each in people.problems),
        *_told(assets, columns, rows),
    ]
    return Inventory(
        plan=_plan(environment, state, [*people.changes, *changes], made_at, highest),
        rows=len(rows) + people.rows,
        same=len(same) + people.same,
        left_out=len(rows) - len(good) + people.left_out,
        unusable=bool(columns.problems) or people.unusable,
        problems=tuple(problems),
        doubts=tuple(
            RowProblem(assets.file if assets else "", *each)
            for each in twins(environment, state, [(row.line, row.tag, row.values) for row in new])
        ),
    )


def _read(
    environment: Environment, state: State, new: Sequence[Person], assets: Table | None, ignored: Iterable[str]
) -> tuple[Columns, list[_Row]]:
    if assets is None:
        return Columns((), 0, None, (), ()), []
    columns = find_columns(assets.header, _readers(environment, state, new), ignored)
    return columns, [_row(columns, line, cells) for line, cells in assets.rows]


def _readers(environment: Environment, state: State, new: Sequence[Person]) -> dict[str, Reader]:
    catalogue, stored = environment.catalogue, state.catalogue
    readers = {
        "type": name_reader("asset type", {*catalogue.types(), *stored.types}),
        "site": name_reader("site", {*catalogue.sites(), *stored.sites}),
        "status": name_reader("status", {*catalogue.statuses, *stored.statuses}),
        "user": user_reader([*state.people, *new]),
    }
    return readers | {name: field_reader(each) for name, each in asset_fields(catalogue).items()}


def _row(columns: Columns, line: int, cells: Sequence[str]) -> _Row:
    """Return one row read by its columns, with a problem for each cell that does not fit."""
    row = _Row(line, "")
    if len(cells) != columns.width:
        row.problems.append(("", f"it has {len(cells)} cells and the header {columns.width}; a quote may be missing"))
        return row
    if columns.tag is not None:
        row.tag = cells[columns.tag].strip()
        if damage := spreadsheet_damage(row.tag):
            row.problems.append((TAG, damage))
    for column in columns.known:
        text = cells[column.place]
        try:
            row.values[column.name] = column.read(text) if text else None
        except ValueError as error:
            row.problems.append((column.name, str(error)))
    if any(cells[place].strip() for place in columns.nameless):
        row.problems.append(("", "a cell has text and its column no name"))
    return row


def _judge(rows: Sequence[_Row], state: State, people: Sequence[Person], prefix: str) -> frozenset[int]:
    """Note what is wrong with tags; return the lines of the rows that the store has exactly so."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row.tag, []).append(row.line)
    stored = {asset.tag: asset for asset in state.assets if asset.tag in lines}
    called = references(people)
    same: set[int] = set()
    for row in rows:
        if not row.tag:
            continue
        if problem := tag_problem(row.tag, [line for line in lines[row.tag] if line != row.line], prefix):
            row.problems.append((TAG, problem))
        elif row.tag in stored and not row.problems:
            if problem := _difference(row, asset_values(stored[row.tag], state.fields, called)):
                row.problems.append((TAG, problem))
            else:
                same.add(row.line)
    return frozenset(same)


def _difference(row: _Row, stored: dict[str, Scalar]) -> str | None:
    differing = [name for name, value in row.values.items() if value != stored.get(name)]
    if not differing:
        return None
    told = "; ".join(f"{name} is {_shown(stored.get(name))} there" for name in differing[:3])
    more = f", and {len(differing) - 3} more differ" if len(differing) > 3 else ""  # noqa: PLR2004 - as above
    return f"the store has this asset, and an import overwrites nothing: {told}{more}"


def _shown(value: Scalar) -> str:
    return "empty" if value is None else f"“{shortened(as_text(value))}”"


def _give_tags(environment: Environment, state: State, rows: Sequence[_Row]) -> int:
    """Give the rows without a tag theirs; return the highest number of a tag."""
    pattern = environment.catalogue.asset_tags
    of_file = max((tag_number(row.tag, pattern.prefix) for row in rows), default=0)
    number = max(highest_number(state, pattern.prefix), of_file)
    for row in rows:
        if not row.tag:
            number += 1
            row.tag = f"{pattern.prefix}{number:0{pattern.digits}d}"
    return number


def _told(assets: Table | None, columns: Columns, rows: Iterable[_Row]) -> Iterator[RowProblem]:
    if assets is None:
        return
    for name, message in columns.problems:
        yield RowProblem(assets.file, 1, "", name, message)
    for row in rows:
        for name, message in row.problems:
            yield RowProblem(assets.file, row.line, row.tag, name, message)


def _asset_changes(file: str, rows: Iterable[_Row]) -> list[Change]:
    """Return a creation for each row, sorted as a plan shows them."""
    reason = f"imported from {file}"
    changes = [
        Change(
            subject=Subject.ASSET,
            action=Action.CREATE,
            name=row.tag,
            label=str(row.values.get("name") or row.tag),
            attributes=tuple(
                Attribute.of(name, None, value, reason, "import")
                for name, value in row.values.items()
                if value is not None
            ),
            kinds=(Kind.CREATED,),
        )
        for row in rows
    ]
    return sorted(changes, key=lambda change: (change.label, change.name))


def _plan(environment: Environment, state: State, changes: Sequence[Change], made_at: str, highest: int) -> Plan:
    """Return the plan of an import: these changes, and the catalogue's entries that the store lacks."""
    catalogue = catalogue_changes(environment.catalogue, state.catalogue) if changes else []
    return with_digest(
        replace(
            blank_plan(environment, state, made_at),
            changes=(*catalogue, *changes),
            highest_tag=max(highest, state.highest_tag),
        )
    )
