"""Values of fields: as text, and as their field holds them (F4)."""

import datetime
import math
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from reconciler.model.moments import are_moments
from reconciler.model.snapshot import Scalar
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

_WHOLE: Final = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_EXACT: Final = 2**53
_NUMBERS: Final = frozenset({int, float})
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def as_text(value: Scalar) -> str:
    """Return a value as text: booleans as `true` and `false`, an empty one as ``""``."""
    if value.__class__ is str:
        return value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def fit(field: AssetField, value: Scalar) -> Scalar:
    """Return a value as its field holds it (F4).

    Raises:
        ValueError: the value does not fit; the message says why, without the value.
    """
    if value is None or value == "":
        return None
    match field.type:
        case FieldType.TEXT | FieldType.CHOICE:
            return _fit_text(field, as_text(value))
        case FieldType.NUMBER:
            return _fit_number(value)
        case FieldType.INTEGER:
            return _fit_integer(value)
        case FieldType.BOOLEAN:
            return _fit_boolean(value)
        case FieldType.DATE:
            return _fit_date(as_text(value))
        case FieldType.DATETIME:
            return _fit_datetime(as_text(value))


def misfit(field: AssetField, value: Scalar) -> str:
    """Return why a value does not fit its field, without the value; empty when it fits."""
    try:
        fit(field, value)
    except ValueError as error:
        return str(error)
    return ""


def _fit_text(field: AssetField, text: str) -> str:
    if "\x00" in text:
        raise ValueError("it has a NUL character in it")
    if field.max_length is not None and len(text) > field.max_length:
        raise ValueError(f"it has {len(text)} characters and the field holds {field.max_length}")
    if field.type is FieldType.CHOICE and text not in field.choices:
        raise ValueError(f"it is none of the field's choices ({', '.join(field.choices)})")
    return text


def _fit_number(value: Scalar) -> int | float:
    """Return a value as a number, whole where it is. Raises ValueError when it is none."""
    if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
        return value
    text = as_text(value).strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        raise ValueError("it is not a number") from None
    if not math.isfinite(number):
        raise ValueError("it is not a number")
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _fit_integer(value: Scalar) -> int:
    number = _fit_number(value)
    if not isinstance(number, int):
        raise ValueError("it is not a whole number")
    if abs(number) >= 1 << 63:
        raise ValueError("it is too large a number")
    return number


def _fit_boolean(value: Scalar) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    text = as_text(value).casefold()
    if text not in known:
        raise ValueError("it is neither true nor false")
    return known[text]


def _fit_date(text: str) -> str:
    day = text[:10]
    try:
        if not _DATE.match(text):
            raise ValueError(text)
        datetime.date.fromisoformat(day)
    except ValueError:
        raise ValueError("it is not a date") from None
    return day


def are_numbers(values: Collection[Any]) -> bool:
    """Return whether all of these are numbers as a field holds them, faster than one by one."""
    if not _NUMBERS.issuperset(map(type, values)):
        return False
    parts = [value for value in values if value.__class__ is float]
    if any(map(float.is_integer, parts)) or not all(map(math.isfinite, parts)):
        return False
    return len(parts) == len(values) or max(map(abs, values)) < _EXACT


def fits_text(field: AssetField, texts: Sequence[str]) -> bool:
    """Return whether all of these fit a field of text, faster than one by one."""
    longest = max(map(len, texts), default=0)
    return (field.max_length is None or longest <= field.max_length) and "\x00" not in "".join(texts)


def _fit_datetime(text: str) -> str:
    if are_moments((text,)):
        return text
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ValueError("it is not a point in time") from None
    return f"{moment.isoformat(timespec='seconds')}Z"
