"""Our fields in Snipe-IT: built-in members by their API name, custom fields by the label that people see (W3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from reconciler.errors import RemoteError
from reconciler.model.snapshot import Scalar
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField
from reconciler.settings.stores import SNIPE_IT_FIELDS
from reconciler.snipeit.client import Row, text

OF_MODEL: Final = frozenset({"manufacturer", "model"})
"""What follows from an asset's model, and is written by choosing one."""
_MEMBERS: Final = frozenset({"name", "serial", "order_number"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_NO_TEXT: Final = frozenset({"DATE"})
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class RemoteField:
    """Where one of our fields is: a member of the asset, or a custom field's column with its label."""

    name: str
    type: FieldType
    member: str
    label: str | None = None

    @property
    def is_custom(self) -> bool:
        """Whether it is a custom field."""
        return self.label is not None

    def stored(self, row: Row) -> str | None:
        """Return a custom field's text on an asset as lists and single reads show it."""
        custom = row.get("custom_fields") or {}
        found = custom.get(self.label) if isinstance(custom, dict) else None
        return text(found.get("value")) if isinstance(found, dict) else None

    def sent(self, value: Scalar) -> Any:
        """Return a value as Snipe-IT takes it: custom fields hold text."""
        if value is None or not self.is_custom:
            return value
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)

    def kept(self, value: Any) -> Scalar:
        """Return a stored value as ours; a text that is none of the field's type stays text, so that it is seen."""
        if value is None or value == "":
            return None
        found = value if isinstance(value, str) else str(value)
        match self.type:
            case FieldType.NUMBER | FieldType.INTEGER:
                return _number(found)
            case FieldType.BOOLEAN:
                return True if found.lower() in _TRUE else False if found.lower() in _FALSE else found
            case _:
                return found


def _number(found: str) -> Scalar:
    try:
        number = float(found)
    except ValueError:
        return found
    return int(number) if number.is_integer() else number


@dataclass(frozen=True, slots=True)
class Fields:
    """Every field of ours that Snipe-IT keeps, by our name."""

    by_name: Mapping[str, RemoteField]

    @classmethod
    def resolve(cls, wanted: Mapping[str, str], ours: Mapping[str, AssetField], definitions: Iterable[Row]) -> "Fields":
        """Find each field by what people call it there.

        Raises:
            RemoteError: one is lacking, is there twice, or cannot be read back; every one is named.
        """
        labels: dict[str, list[Row]] = {}
        for each in definitions:
            labels.setdefault(text(each["name"]) or "", []).append(each)
        found, wrong = {}, []
        for name, theirs in {**SNIPE_IT_FIELDS, **wanted}.items():
            if theirs in _MEMBERS or name in OF_MODEL:
                found[name] = RemoteField(name, ours[name].type, theirs)
                continue
            trouble = _trouble(theirs, labels)
            if trouble:
                wrong.append(f"`{name}: {theirs}`: {trouble}")
            else:
                found[name] = RemoteField(name, ours[name].type, str(labels[theirs][0]["db_column_name"]), theirs)
        if wrong:
            raise RemoteError(
                f"`store.fields` in instance.yaml does not fit Snipe-IT, so nothing was planned. {' '.join(wrong)}"
            )
        return cls(found)

    @property
    def custom(self) -> tuple[RemoteField, ...]:
        """The custom fields."""
        return tuple(each for each in self.by_name.values() if each.is_custom)

    def values(self, row: Row) -> dict[str, Scalar]:
        """Return our values of an asset as lists and single reads show it, those of its model left out."""
        custom = row.get("custom_fields") or {}
        stored = (
            {each["field"]: text(each.get("value")) for each in custom.values()} if isinstance(custom, dict) else {}
        )
        return {
            field.name: field.kept(stored.get(field.member) if field.is_custom else text(row.get(field.member)))
            for field in self.by_name.values()
            if field.name not in OF_MODEL
        }

    def flat_values(self, payload: Row) -> dict[str, Scalar]:
        """Return our values of an asset as the answer to a write shows it, unescaped; what it lacks is left out."""
        return {
            field.name: field.kept(payload[field.member])
            for field in self.by_name.values()
            if field.name not in OF_MODEL and field.member in payload
        }

    def lengths(self) -> dict[str, int]:
        """Return the most characters of each text."""
        return {name: _LONGEST for name, field in self.by_name.items() if not field.is_custom}


def _trouble(label: str, labels: Mapping[str, list[Row]]) -> str | None:
    """Return what is wrong with a custom field, with what to do."""
    found = labels.get(label, [])
    if not found:
        near = get_close_matches(label, labels, 3)
        meant = f"; did you mean {' or '.join(near)}?" if near else ". Make it there, in the fieldset of the models."
        return f"Snipe-IT has no custom field {label}{meant}"
    if len(found) > 1:
        return f"Snipe-IT has {len(found)} custom fields {label}. Rename all but one there."
    if found[0].get("format") in _NO_TEXT:
        return f"{label} is of the format DATE, which reads by a display setting. Make it of the format ANY."
    if found[0].get("field_encrypted"):
        return f"{label} is encrypted, so its value is not shown to be compared. Map to a field that is not."
    return None
