"""Where a field of ours is kept in Halo: a member of the asset, a field of its type, or a custom field.

A name is looked for in this order. It has to be the name that people see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.errors import RemoteError
from reconciler.halo.settings import HaloSettings
from reconciler.halo.values import from_halo
from reconciler.model.snapshot import Scalar
from reconciler.remote.names import Names
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

MEMBERS: Final = {
    "Notes": "notes",
    "Phone number": "phone_number",
    "Warranty start": "warranty_start",
    "Warranty end": "warranty_end",
}
"""Members of every asset that people see under these names."""
LONGEST: Final = 4000
"""The most characters of a type's field: `INFO.idata` is nvarchar(4000)."""


@dataclass(frozen=True, slots=True)
class Slots:
    """For each field of ours its place: a member's name, the name of a type's field, or a custom field's id and name.

    `of_types` are the ids of the types' fields, by type's id and field's name; `types` says what each of ours holds.
    """

    members: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    of_types: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    types: Mapping[str, FieldType] = field(default_factory=dict)
    binding: tuple[int, str] | None = None
    """The custom field that holds the Intune device's id, where settings name one."""

    def values(self, row: Mapping[str, Any]) -> dict[str, Scalar]:
        """Return what an asset's record holds for each field of ours that its type has."""
        by_name = {each.get("name"): each.get("value") for each in row.get("fields") or ()}
        by_id = {each.get("id"): each.get("value") for each in row.get("customfields") or ()}
        held = {ours: row.get(member) for ours, member in self.members.items()}
        held |= {ours: by_name[name] for ours, name in self.fields.items() if name in by_name}
        held |= {ours: by_id.get(id_) for ours, (id_, _) in self.custom.items()}
        return {ours: from_halo(value, self.types.get(ours, FieldType.TEXT)) for ours, value in held.items()}

    def lacking(self) -> dict[int, tuple[str, ...]]:
        """Return the fields of ours that each type has no field for."""
        return {
            id_: tuple(ours for ours, name in self.fields.items() if name not in own)
            for id_, own in self.of_types.items()
        }

    def ids(self) -> tuple[int, ...]:
        """Return the id of every type's field that settings use, so that a new type can have them all."""
        used = set(self.fields.values())
        return tuple(sorted({id_ for own in self.of_types.values() for name, id_ in own.items() if name in used}))


def find_slots(
    settings: HaloSettings, of_types: Mapping[int, Iterable[Mapping[str, Any]]], custom: Iterable[Mapping[str, Any]]
) -> Slots:
    """Return where each field that settings name is kept.

    `of_types` are the fields of each type as `GET /AssetType/{id}` shows them, `custom` the custom fields of assets.

    Raises:
        RemoteError: Halo lacks a name, or has it twice; every one is listed (W3).
    """
    named = {id_: Names.of("field", _pairs(rows, "field_name", "field_id")) for id_, rows in of_types.items()}
    labels = Names.of("custom field", _pairs(custom, "label", "id"))
    api_names = {str(each.get("id")): str(each.get("name")) for each in custom}
    every = Names.of("field", {name: name for own in named.values() for name in (*own.ids, *own.twice)}.items())
    wrong: list[str] = []
    members: dict[str, str] = {}
    fields: dict[str, str] = {}
    own: dict[str, tuple[int, str]] = {}
    for ours, theirs in settings.fields.items():
        if theirs in MEMBERS:
            members[ours] = MEMBERS[theirs]
        elif any(theirs in each.twice for each in named.values()):
            wrong.append(f"{ours}: an asset type of Halo's has more than one field called {theirs!r}")
        elif theirs in every.ids:
            fields[ours] = theirs
        elif theirs in labels.ids:
            own[ours] = int(labels.ids[theirs]), api_names[labels.ids[theirs]]
        else:
            trouble = labels.trouble(theirs) if theirs in labels.twice else _near(theirs, every, labels)
            wrong.append(f"{ours}: {trouble}")
    binding = _binding(settings.binding_label, labels, api_names, wrong)
    if wrong:
        raise RemoteError(
            "Halo does not have what `store: {fields: …}` names: "
            + "; ".join(wrong)
            + ". Nothing was planned. Use the "
            "names that people see on an asset in Halo."
        )
    ids = {id_: {name: int(field_id) for name, field_id in each.ids.items()} for id_, each in named.items()}
    types = {ours: _type(settings.declared.get(ours)) for ours in settings.fields}
    return Slots(members, fields, own, ids, types, binding)


def _binding(
    label: str | None, labels: Names, api_names: Mapping[str, str], wrong: list[str]
) -> tuple[int, str] | None:
    """Return the custom field that holds the device's id; what is wrong with its label is added to the rest."""
    trouble = label and labels.trouble(label)
    if trouble:
        wrong.append(f"bindingField: {trouble}")
    if label is None or trouble:
        return None
    return int(labels.ids[label]), api_names[labels.ids[label]]


def _pairs(rows: Iterable[Mapping[str, Any]], name: str, id_: str) -> list[tuple[str, str]]:
    return [(str(each.get(name)), str(each.get(id_))) for each in rows]


def _near(name: str, *kinds: Names) -> str:
    known = Names.of(
        "field", [(each, each) for kind in kinds for each in kind.ids] + [(each, each) for each in MEMBERS]
    )
    return known.trouble(name) or f"there is no field called {name!r}"


def _type(declared: AssetField | None) -> FieldType:
    return declared.type if declared else FieldType.TEXT
