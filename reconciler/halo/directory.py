"""What Halo's assets refer to, by name and by id: sites of clients, types of groups, statuses, and where fields are.

Asset statuses have no documented list of their own, so they are learnt from what types allow and what assets have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from reconciler.errors import RefusedError
from reconciler.halo.api import HaloApi, Row
from reconciler.halo.settings import HaloSettings
from reconciler.halo.slots import Slots, find_slots
from reconciler.remote.names import Names

ASSET_FIELDS: Final = 5
"""The `typeid` of custom fields of assets (from n8n's Halo node)."""

_SAMPLES: Final = 5
"""At most so many types are asked for an asset that shows which statuses there are."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A status that a type allows: after which statuses, or None for any."""

    name: str
    after: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The names and ids of one Halo; `allowed` are the statuses of the types that do not allow every one, by name."""

    sites: Names
    types: Names
    groups: Names
    statuses: Names
    slots: Slots
    group_of: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, tuple[Allowed, ...]] = field(default_factory=dict)
    organisations: tuple[str, ...] = ()

    def id_of(self, kind: str, name: str) -> int:
        """Return the id behind a name. Raises RefusedError when Halo lacks it, or has it twice."""
        names: Names = {"site": self.sites, "type": self.types, "group": self.groups, "status": self.statuses}[kind]
        trouble = names.trouble(name)
        if trouble:
            raise RefusedError(f"Halo: {trouble}")
        return int(names.ids[name])

    def with_statuses(self, rows: Iterable[Row]) -> "Directory":
        """Return the directory with the statuses that assets have, too."""
        had = {str(each["status_name"]): str(each["status_id"]) for each in rows if each.get("status_name")}
        statuses = Names("status", {**had, **self.statuses.ids}, self.statuses.twice)
        return replace(self, statuses=statuses)


def read_directory(api: HaloApi, settings: HaloSettings, statuses: Mapping[str, str]) -> Directory:
    """Read everything that assets refer to; `statuses` are the ids of those that `store prove` found.

    Raises:
        RemoteError: a list is not proven whole, or fields that settings name are lacking (W3).
    """
    sites = api.whole("Site", "sites")
    kinds = api.listed("AssetType")
    details = [api.one("AssetType", str(each["id"]), includedetails="true") or {} for each in kinds]
    fields = {int(each["id"]): each.get("fields") or [] for each in details if each}
    custom = api.get("FieldInfo", typeid=ASSET_FIELDS)
    groups = Names.of("asset group", [(str(each["name"]), str(each["id"])) for each in api.listed("AssetGroup")])
    group_names = {id_: name for name, id_ in groups.ids.items()}
    return Directory(
        Names.of("site", [(site_name(each), str(each["id"])) for each in sites]),
        Names.of("type", [(str(each["name"]), str(each["id"])) for each in kinds]),
        groups,
        _statuses(api, details, statuses),
        find_slots(settings, fields, custom if isinstance(custom, list) else custom.get("fields", ())),
        {str(each["name"]): group_names.get(str(each.get("assetgroup_id")), "Halo") for each in kinds},
        {str(each["name"]): _allowed(each) for each in details if each and not each.get("allowall_status", True)},
        tuple(sorted({str(each.get("client_name")) for each in sites})),
    )


def site_name(row: Row) -> str:
    """Return a site as `Client/Site`."""
    return f"{row.get('client_name')}/{row.get('name') or row.get('site_name')}"


def _allowed(row: Row) -> tuple[Allowed, ...]:
    rows: list[Mapping[str, Any]] = row.get("allowed_status") or []
    names = {each.get("status_id"): str(each.get("status_name")) for each in rows}
    return tuple(
        Allowed(
            names[each.get("status_id")],
            None
            if each.get("allowafterallstatuses", True)
            else frozenset(names[id_] for id_ in each.get("allowedafterstatus") or () if id_ in names),
        )
        for each in rows
    )


def _statuses(api: HaloApi, details: Iterable[Row], proven: Mapping[str, str]) -> Names:
    """Return the asset statuses that types name, and those that an asset of a type that allows every one may have."""
    rows = [each for row in details for each in row.get("allowed_status") or ()]
    free = [each for each in details if each and each.get("allowall_status", True)]
    rows += next((shown for each in free[:_SAMPLES] if (shown := _sampled(api, each))), [])
    found = {(str(each.get("status_name")), str(each.get("status_id"))) for each in rows} | set(proven.items())
    return Names.of("status", sorted(found))


def _sampled(api: HaloApi, kind: Row) -> list[Row]:
    """Return the statuses that one asset of a type may have; nothing when there is none of it."""
    listed = api.get("Asset", pageinate="true", page_no=1, page_size=1, includeinactive="true", assettype_id=kind["id"])
    for each in listed.get("assets") or ():
        shown = api.one("Asset", str(each["id"]), includedetails="true", includeallowedstatus="true") or {}
        return shown.get("allowed_status") or []
    return []
