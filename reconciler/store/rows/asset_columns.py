"""The attributes of an asset and the columns that hold them; custom fields are JSON text in one column."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from reconciler.model.plan import SOFTWARE
from reconciler.model.snapshot import Scalar
from reconciler.store.rows.tables import FIELD_COLUMNS

REFERENCES: Final = {"type": "type_id", "site": "site_id", "status": "status_id", "user": "person_id"}
"""The attributes whose value is a name, and the columns that hold the id."""

COLUMNS: Final = REFERENCES | {name: column.name for name, column in FIELD_COLUMNS.items()}
"""The column of each attribute of an asset, custom fields left out: those are in `custom`."""

BOOKKEEPING: Final = frozenset({"device"})
"""Attributes that a plan shows and that a binding holds."""

CUSTOM_PREFIX: Final = "custom."


def is_elsewhere(attribute: str) -> bool:
    """Return whether an attribute of an asset is held by another table than the asset's."""
    return attribute in BOOKKEEPING or attribute.startswith(SOFTWARE)


NO_CUSTOM: Final = "{}"
"""The text of an asset that has no custom field."""


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


decode_custom: Final[Callable[[str], dict[str, Scalar]]] = msgspec.json.Decoder(dict[str, Scalar]).decode
"""Return the custom fields of an asset's text by name, without prefix."""


def encode_custom(values: dict[str, Any]) -> str:
    """Return the text of custom fields; an empty one is left out."""
    if None in values.values():
        values = {name: value for name, value in values.items() if value is not None}
    return _ENCODER.encode(values).decode()
