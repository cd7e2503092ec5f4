"""Whether a value that settings write out fits the field that it goes to (F4)."""

import datetime
from collections.abc import Iterator

from reconciler.configuration.names import did_you_mean, one_of
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField
from reconciler.settings.mappings.criteria import Scalar


def unfit(document: Document, path: Path, value: Scalar, field: AssetField) -> Iterator[SettingsProblem]:
    """Yield a problem when a value can not be one of the field's."""
    expected = _expected(value, field)
    if expected:
        hint = did_you_mean(str(value), field.choices)
        message = f"this does not fit the field `{field.name}`"
        yield document.problem(path, message, expected=expected, hint=hint, rule="F4")


def _expected(value: Scalar, field: AssetField) -> str:
    """Return what the field wants instead of the value; empty when the value fits."""
    match field.type:
        case FieldType.TEXT:
            return _text(value, field.max_length)
        case FieldType.CHOICE:
            return "" if value in field.choices else one_of(field.choices)
        case FieldType.BOOLEAN:
            return "" if isinstance(value, bool) else "true or false"
        case FieldType.INTEGER:
            return "" if isinstance(value, int) and not isinstance(value, bool) else "a whole number"
        case FieldType.NUMBER:
            return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number"
        case FieldType.DATE:
            return "" if _is_date(value) else "a day such as 2027-06-30"
        case FieldType.DATETIME:
            return "" if _is_time(value) else "a point in time such as 2027-06-30T08:00:00Z"


def _text(value: Scalar, longest: int | None) -> str:
    if not isinstance(value, str):
        return "text; put it in quotes"
    return f"at most {longest} characters" if longest is not None and len(value) > longest else ""


def _is_date(value: Scalar) -> bool:
    try:
        return bool(datetime.date.fromisoformat(str(value)))
    except ValueError:
        return False


def _is_time(value: Scalar) -> bool:
    try:
        return datetime.datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False
