"""How it is looked whether an asset that is to be created is there: by its matching values, else by its tag (A1, W4).

1. A serial number has an address of its own; a custom field is a filter of the list that takes what is equal; a name is
   one that takes what is like it, so that the answer is looked through.
2. A placeholder for a serial number, which many have, matches none.
3. A tag cannot be given twice, so it is asked for only where nothing else tells an asset apart.
"""

from collections.abc import Iterator
from json import dumps
from typing import Any
from urllib.parse import quote

from reconciler.model.plan import Change
from reconciler.snipeit.fields import OF_MODEL, Fields

Look = tuple[str, dict[str, Any]]
"""A path below the API, and its query."""


def quoted(text: str) -> str:
    """Return a text as a part of a path."""
    return quote(text, safe="")


def looks(change: Change, fields: Fields) -> tuple[Look, ...]:
    """Return the requests that look for an asset to be created."""
    return tuple(_by_values(change, fields)) or ((f"hardware/bytag/{quoted(change.name)}", {}),)


def _by_values(change: Change, fields: Fields) -> Iterator[Look]:
    after = {each.name: each.after for each in change.attributes if each.after is not None}
    for name in change.match:
        field = fields.by_name.get(name)
        if field is None or name not in after or name in OF_MODEL:
            continue
        if name == "serialNumber":
            yield f"hardware/byserial/{quoted(str(after[name]))}", {}
        elif field.is_custom:
            yield "hardware", {field.member: str(field.sent(after[name])), "sort": "id", "order": "asc"}
        else:
            yield "hardware", {"filter": dumps({field.member: str(after[name])}), "sort": "id", "order": "asc"}
