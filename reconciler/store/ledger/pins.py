"""Pins: fields of assets that nothing but people write, each with who pinned it, when and why (F3).

A pin is no change of an asset, so no run of the journal holds it: its own row says who, when and why. A plan that was
made before a pin and writes its field does not fit the store any more.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select

from reconciler.errors import UsageError
from reconciler.model.plan import Action, Change
from reconciler.model.state import Pin
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.tables import pin as table
from reconciler.store.rows.tables import asset


def read_pins(connection: Connection) -> tuple[Pin, ...]:
    """Return every pin, by tag and field."""
    c = table.c
    rows = connection.execute(
        select(asset.c.tag, asset.c.name, c.field, c.reason, c.pinned_by, c.pinned_at)
        .join_from(table, asset)
        .order_by(asset.c.tag, c.field)
    )
    return tuple(Pin(*row) for row in rows)


def pinned_fields(connection: Connection) -> dict[int, dict[str, str]]:
    """Return the fields of each asset (by id) that are pinned, with the reason, as `State` holds them."""
    pins: dict[int, dict[str, str]] = {}
    for key, field, reason in connection.execute(
        select(table.c.asset_id, table.c.field, table.c.reason).order_by(table.c.asset_id, table.c.field)
    ):
        pins.setdefault(key, {})[field] = reason
    return pins


def write_pin(connection: Connection, tag: str, field: str, because: str, who: str) -> Pin | None:
    """Pin a field of an asset; return the pin that it takes the place of.

    Raises:
        UsageError: the asset does not exist.
    """
    key = _asset(connection, tag)
    before = _take(connection, key, tag, field)
    values = {"asset_id": key, "field": field, "reason": because, "pinned_by": who, "pinned_at": utc_now()}
    connection.execute(insert(table).values(values))
    return before


def take_pin(connection: Connection, tag: str, field: str) -> Pin:
    """Unpin a field of an asset; return the pin that it had.

    Raises:
        UsageError: the asset does not exist, or its field is not pinned.
    """
    before = _take(connection, _asset(connection, tag), tag, field)
    if before is None:
        pinned = [each.field for each in read_pins(connection) if each.tag == tag]
        told = f"pinned are {', '.join(pinned)}" if pinned else "nothing of it is"
        raise UsageError(f"The field {field} of {tag} is not pinned; {told}. Nothing was changed.")
    return before


def _asset(connection: Connection, tag: str) -> int:
    key = connection.execute(select(asset.c.id).where(asset.c.tag == tag)).scalar_one_or_none()
    if key is None:
        raise UsageError(f"The store has no asset {tag}. Nothing was changed.")
    return int(key)


def _take(connection: Connection, key: int, tag: str, field: str) -> Pin | None:
    found = next((each for each in read_pins(connection) if (each.tag, each.field) == (tag, field)), None)
    connection.execute(delete(table).where(table.c.asset_id == key, table.c.field == field))
    return found


def pinned_writes(connection: Connection, changes: Iterable[Change]) -> Iterator[tuple[Change, str, str]]:
    """Yield each change of an asset that writes a pinned field, with the field and why it is pinned."""
    pins: dict[str, dict[str, str]] = {}
    for pin in read_pins(connection):
        pins.setdefault(pin.tag, {})[pin.field] = pin.reason
    for change in changes if pins else ():
        if change.action is not Action.UPDATE or change.name not in pins:
            continue
        for attribute in change.attributes:
            field = attribute.name.partition(":")[0]
            if field in pins[change.name]:
                yield change, field, pins[change.name][field]
