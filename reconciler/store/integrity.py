"""Values in a store's rows that no run writes and that reading needs to be sound: what a binding is, and when.

The database guards what it can; a program that ignores its checks, or a hand, may have written others.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, func, select

from reconciler.errors import StoreError
from reconciler.model.state import Presence
from reconciler.store.database.location import Location
from reconciler.store.ledger.tables import binding, connection_read, whole_read_day

_LONGEST: Final = 60


def _presence(value: str) -> bool:
    return value in set(Presence)


def _moment(value: str) -> bool:
    return datetime.fromisoformat(value).tzinfo is not None


def _day(value: str) -> bool:
    return date.fromisoformat(value).isoformat() == value


Look = tuple[Column[Any], Callable[[str], bool], str]

_OF_READS: Final[tuple[Look, ...]] = (
    (connection_read.c.read_at, _moment, "a point in time"),
    (whole_read_day.c.day, _day, "a day"),
)
_OF_BINDINGS: Final[tuple[Look, ...]] = (
    (binding.c.presence, _presence, f"one of {', '.join(Presence)}"),
    (binding.c.bound_at, _moment, "a point in time"),
    (binding.c.missing_since, _moment, "a point in time"),
    (binding.c.inactive_since, _moment, "a point in time"),
)


def odd_values(connection: Connection) -> Iterator[str]:
    """Yield every value that is not what its column holds, with its table and how many rows have it."""
    yield from _odd(connection, (*_OF_BINDINGS, *_OF_READS))


def odd_reads(connection: Connection) -> Iterator[str]:
    """Yield the same of the few rows that tell when connections were read."""
    yield from _odd(connection, _OF_READS)


def refuse_odd(place: Location, found: Iterator[str]) -> None:
    """Do nothing when no odd value is found.

    Raises:
        StoreError: one is; it is named.
    """
    odd = next(found, None)
    if odd is not None:
        raise StoreError(
            f"The store {place} has a value that no run writes: {odd}. Restore the store from a backup, or correct the "
            f"rows; all of them are listed by: reconciler store check {place.environment}"
        )


def _odd(connection: Connection, looks: Sequence[Look]) -> Iterator[str]:
    for column, fits, what in looks:
        rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
        for value, count in rows:
            if value is not None and not _fits(value, fits):
                many = f" in {count:,} rows" if count > 1 else ""
                yield f"{column.table.name}.{column.name} is {str(value)[:_LONGEST]!r}{many}, which is not {what}"


def _fits(value: object, fits: Callable[[str], bool]) -> bool:
    try:
        return fits(str(value))
    except ValueError:
        return False
