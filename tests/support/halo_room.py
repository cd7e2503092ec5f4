"""A room at a running pretend Halo, with the settings of the examples, and changes to send through it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reconciler.halo.proofs import YES, Question
from reconciler.halo.room import HaloRoom
from reconciler.halo.settings import HaloSettings
from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.remote.budget import Pace
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import BUILT_IN_FIELDS, AssetField
from reconciler.simulator.halo import HaloServer

FIELDS = {
    "name": "Device name",
    "serialNumber": "Serial number",
    "model": "Model",
    "custom.department": "Department",
    "custom.label": "Label",
    "notes": "Notes",
}
DECLARED = {
    **BUILT_IN_FIELDS,
    "custom.department": AssetField("custom.department", "Department", FieldType.TEXT),
    "custom.label": AssetField("custom.label", "Label", FieldType.TEXT),
}
PROVEN = {
    Question.FINDS_BY_TAG: YES,
    Question.EMPTY_LIST_UNLINKS: YES,
    Question.ARRAYS_REPLACE: YES,
    Question.MOVE_KEEPS_ID: YES,
}


@contextmanager
def room_at(
    server: HaloServer,
    *,
    proofs: Mapping[str, str] = PROVEN,
    fields: Mapping[str, str] = FIELDS,
    per_minute: int = 6_000,
    **settings: Any,
) -> Iterator[HaloRoom]:
    """Open a room that waits by the server's clock."""
    options, clock = server.data.options, server.data.clock
    made = HaloRoom(
        HaloSettings(
            server.url,
            settings.pop("client_id", options.client_id),
            settings.pop("secret", options.secret),
            fields=fields,
            declared=DECLARED,
            per_minute=per_minute,
            **settings,
        ),
        proofs=lambda: proofs,
        pace=Pace(clock.monotonic, clock.wait, lambda: 0),
    )
    try:
        yield made
    finally:
        made.close()


def change(name: str, action: Action = Action.UPDATE, subject: Subject = Subject.ASSET, /, **values: Any) -> Change:
    """Return a change; a value is what comes after, or a pair of before and after; `custom_` stands for `custom.`."""
    device = values.pop("device_id", None)
    entra = values.pop("entra_id", None)
    pairs = {key.replace("custom_", "custom."): _pair(value) for key, value in values.items()}
    attributes = tuple(Attribute.of(key, before, after, "", "") for key, (before, after) in pairs.items())
    return Change(
        subject=subject, action=action, name=name, label=name, attributes=attributes, device_id=device, entra_id=entra
    )


def _pair(value: Any) -> tuple[Any, Any]:
    return value if isinstance(value, tuple) else (None, value)
