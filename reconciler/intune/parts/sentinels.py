"""Making Graph's ways of saying "nothing" empty, column by column (G6).

1. Text: `""`, the zero GUID and the property's placeholder are empty.
2. Dates: the years 1 and 9999 and the beginnings of time that systems count from (1601, 1899, 1900, 1970) are empty;
   others become `2026-11-23T08:00:00Z`, fractions cut; what is no date is unknown.
3. Numbers of bytes: 0 and less is empty.
4. A device's userPrincipalName loses 32 hex digits glued in front of it.

Columns, since a page of one property is cleaned faster than a thousand values one by one, and most need nothing.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from reconciler.columnar import Column
from reconciler.model.moments import are_moments
from reconciler.model.snapshot import UNKNOWN
from reconciler.settings.mappings.properties import Property, PropertyType

Clean = Callable[[Column], Column]

ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"

_BYTES: Final = "InBytes"
_GLUED: Final = re.compile(r"[0-9a-f]{32}(?=[^@]+@)", re.I)
_GLUE: Final = 32
_NEVER: Final = ("0001-", "9999-")
_FIRST: Final = "1970-01-02"
_LAST: Final = "9999-"
_EPOCHS: Final = ("1601-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")
"""Where Windows, spreadsheets, .NET's SQL types and Unix begin to count: a zero that somebody made a date of."""
_USUALLY_NEVER: Final = frozenset({"", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})


def cleaning(property_: Property) -> Clean | None:
    """Return what cleans a column of this property; None when there is nothing to clean."""
    match property_.type:
        case PropertyType.TEXT if property_.placeholder is not None:
            return partial(_emptied, frozenset({"", ZERO_GUID, property_.placeholder}))
        case PropertyType.TEXT:
            return partial(_emptied, frozenset({"", ZERO_GUID}))
        case PropertyType.DATETIME:
            return _dates
        case PropertyType.INTEGER if property_.name.endswith(_BYTES):
            return _sizes
    return None


def unglued(column: Column) -> Column:
    """Take the 32 hex digits off the userPrincipalNames that have them (msgraph-sdk-powershell#2832)."""
    return [
        _GLUED.sub("", value, 1) if value and len(value) > _GLUE and "@" not in value[:_GLUE] else value
        for value in column
    ]


def _emptied(empties: frozenset[Any], column: Column) -> Column:
    if empties.isdisjoint(column):
        return column
    return [None if value in empties else value for value in column]


def _sizes(column: Column) -> Column:
    return [None if isinstance(value, int) and value <= 0 else value for value in column]


def _dates(column: Column) -> Column:
    column = _emptied(_USUALLY_NEVER, column)
    texts = [value for value in column if isinstance(value, str)]
    if not texts or (min(texts) >= _FIRST and max(texts) < _LAST and are_moments(texts)):
        return column
    return list(map(_date, column))


def _date(value: Any) -> Any:
    """Return a point in time as plans have it, None for Intune's ways to say never, UNKNOWN for what is none."""
    if not isinstance(value, str):
        return value
    if not value or value.startswith(_NEVER + _EPOCHS):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return UNKNOWN
    if are_moments((value,)):
        return value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return stamp(moment)


def stamp(moment: datetime) -> str:
    """Write a moment as text, in UTC, fractions cut."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
