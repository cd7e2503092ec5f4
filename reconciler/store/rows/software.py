"""The software of assets: read for a State, found for comparing, and written from a plan's changes.

A fleet has a million of these rows, so each is three values and no more, and none has a statement of its own.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from reconciler.errors import StaleError
from reconciler.model.plan import SOFTWARE, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Application
from reconciler.store.database.dialects import insert_many, plain_rows
from reconciler.store.rows.assets import asset_ids, chunks, is_most
from reconciler.store.rows.differences import Difference, Side
from reconciler.store.rows.shapes import Shaped
from reconciler.store.rows.tables import asset, asset_software, licence, software

Row = tuple[int, int, str]
"""An asset's id, a software's id, a version."""

_COLUMNS: Final = (asset_software.c.asset_id, asset_software.c.software_id, asset_software.c.version)
_ASSET: Final = itemgetter(0)


def read_applications(connection: Connection) -> dict[int, Application]:
    """Return every software by its id, by id."""
    statement = select(software.c.id, software.c.name, software.c.publisher, licence.c.name).order_by(software.c.id)
    rows = connection.execute(statement.outerjoin_from(software, licence))
    return {key: Application(name, publisher, tied) for key, name, publisher, tied in rows}


def read_installed(
    connection: Connection, applications: Iterable[int]
) -> tuple[tuple[tuple[int, str], ...], dict[int, tuple[int, ...]]]:
    """Return the versions that assets have and which of them each asset has, as `State` holds them."""
    places = {key: place for place, key in enumerate(applications)}
    numbers: dict[tuple[int, str], int] = {}
    installed: dict[int, tuple[int, ...]] = {}
    rows = plain_rows(connection, select(*_COLUMNS).order_by(*_COLUMNS))
    for key, some in groupby(rows, _ASSET):
        found = [numbers.setdefault((each, version), len(numbers)) for _, each, version in some]
        found.sort()
        installed[key] = tuple(found)
    return tuple((places[key], version) for key, version in numbers), installed


def find_software(connection: Connection, assets: Collection[int]) -> Iterator[tuple[int, dict[str, Scalar]]]:
    """Yield each of these assets that has software, with it: versions by the attribute's name, as a plan says them."""
    names = {key: SOFTWARE + name for key, name in connection.execute(select(software.c.id, software.c.name))}
    for key, some in groupby(_rows(connection, assets), _ASSET):
        found: dict[str, Scalar] = {}
        for _, software_id, version in some:
            name = names[software_id]
            found[name] = f"{found[name]}\n{version}" if name in found else version
        for name, versions in found.items():
            if isinstance(versions, str) and "\n" in versions:
                found[name] = "\n".join(sorted(versions.split("\n")))
        yield key, found


def _rows(connection: Connection, assets: Collection[int]) -> Iterator[tuple[Any, ...]]:
    statement = select(*_COLUMNS).order_by(*_COLUMNS)
    if is_most(len(assets), connection, select(func.count()).select_from(asset)):
        yield from (row for row in plain_rows(connection, statement) if row[0] in assets)
        return
    for some in chunks(sorted(assets)):
        yield from plain_rows(connection, statement.where(asset_software.c.asset_id.in_(some)))


def _refuse_gone(wanted: Sequence[Change], ids: Mapping[str, int], known: Mapping[str, int]) -> None:
    gone = {change.name for change in wanted} - ids.keys()
    named = {each.name for change in wanted for each in change.attributes if each.name.startswith(SOFTWARE)}
    gone |= named - known.keys()
    if gone:
        raise StaleError(f"{min(gone)} is gone from the store. Nothing was written; plan again.")


def write_software(connection: Connection, changes: Iterable[Shaped]) -> None:
    """Write what the changes say of assets' software.

    Raises:
        StaleError: an asset or a software is gone.
    """
    wanted = [change for change, shape in changes if shape.software]
    if not wanted:
        return
    ids = asset_ids(connection, [change.name for change in wanted])
    known = {SOFTWARE + name: key for key, name in connection.execute(select(software.c.id, software.c.name))}
    _refuse_gone(wanted, ids, known)
    old = list(_differing(wanted, ids, known, added=False))
    if old:
        c = asset_software.c
        names = ("which_asset", "which_software", "which_version")
        which = [
            column == bindparam(name)
            for column, name in zip((c.asset_id, c.software_id, c.version), names, strict=True)
        ]
        connection.execute(delete(asset_software).where(*which), [dict(zip(names, row, strict=True)) for row in old])
    new = _differing(wanted, ids, known, added=True)
    insert_many(connection, asset_software, ("asset_id", "software_id", "version"), new)


def _differing(changes: Iterable[Change], ids: dict[str, int], known: dict[str, int], *, added: bool) -> Iterator[Row]:
    """Yield the rows that changes add, or those that they remove."""
    for change in changes:
        asset_id = ids[change.name]
        for each in change.attributes:
            key = known.get(each.name)
            one, other = (each.after, each.before) if added else (each.before, each.after)
            if key is None or one is None:
                continue
            versions = str(one).split("\n")
            if other is not None:
                versions = sorted(frozenset(versions).difference(str(other).split("\n")))
            for version in versions:
                yield asset_id, key, version


def compare_software(connection: Connection, changes: Sequence[Shaped], side: Side) -> Iterator[Difference]:
    """Yield where the software of assets differs from that side of their changes."""
    wanted = {change.name: change for change, shape in changes if shape.software}
    if not wanted:
        return
    tags = {key: tag for tag, key in asset_ids(connection, list(wanted)).items()}
    there = dict.fromkeys(tags)
    for key, found in find_software(connection, tags.keys()):
        del there[key]
        yield from _of_asset(wanted[tags[key]], found, side)
    for key in there:
        yield from _of_asset(wanted[tags[key]], {}, side)


def _of_asset(change: Change, found: dict[str, Scalar], side: Side) -> Iterator[Difference]:
    for name, expected in map(side, change.attributes):
        if name.startswith(SOFTWARE) and found.get(name) != expected:
            yield Difference(change.label, name, expected, found.get(name))
