"""Software as entries of the catalogue: what each name's publisher and licence are (L2)."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, select, update

from reconciler.errors import StaleError
from reconciler.model.snapshot import Scalar
from reconciler.store.rows.software import read_applications
from reconciler.store.rows.tables import licence, software

KIND = "software"

_COLUMNS = {"publisher": "publisher", "licence": "licence_id"}

Entry = Mapping[str, Scalar]


def read_software(connection: Connection) -> dict[str, dict[str, Scalar]]:
    """Return every software by its name in a plan, with its attributes."""
    found = read_applications(connection).values()
    return {f"{KIND}/{each.name}": {"publisher": each.publisher, "licence": each.licence} for each in found}


def make_software(connection: Connection, entries: Mapping[str, Entry]) -> None:
    """Make software.

    Raises:
        StaleError: it refers to a licence that the store lacks.
    """
    licences = _licences(connection)
    empty: dict[str, Scalar] = {"publisher": None, "licence_id": None}
    rows = [
        {"name": name, "name_key": name.strip().casefold(), **empty, **_row(entry, licences)}
        for name, entry in entries.items()
    ]
    connection.execute(insert(software), rows)


def change_software(connection: Connection, entries: Mapping[str, Entry]) -> None:
    """Change software.

    Raises:
        StaleError: it is gone, or refers to a licence that the store lacks.
    """
    licences = _licences(connection)
    groups: dict[tuple[str, ...], list[dict[str, Scalar]]] = {}
    for name, entry in entries.items():
        row = _row(entry, licences)
        groups.setdefault(tuple(sorted(row)), []).append({**row, "which": name})
    statement = update(software).where(software.c.name == bindparam("which"))
    for _, rows in sorted(groups.items()):
        if connection.execute(statement, rows).rowcount != len(rows):
            raise StaleError("Software that the plan changes is gone from the store. Nothing was written; plan again.")


def _licences(connection: Connection) -> dict[str, int]:
    return {name: key for key, name in connection.execute(select(licence.c.id, licence.c.name))}


def _row(entry: Entry, licences: dict[str, int]) -> dict[str, Scalar]:
    row = {_COLUMNS[name]: value for name, value in entry.items()}
    tied = row.get("licence_id")
    if tied is not None:
        if tied not in licences:
            raise StaleError(f"The plan refers to the licence {tied!r}, which the store does not have. Plan again.")
        row["licence_id"] = licences[str(tied)]
    return row
