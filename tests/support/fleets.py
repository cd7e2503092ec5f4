"""Generated fleets: small stores and reads whose few values collide often, under settings of every kind.

Hypothesis chooses the size, a seed and some text; a random generator does the rest, since thousands of fleets find more
than hundreds that are drawn value by value.
"""

from random import Random
from typing import Any, TypeVar

from case_files import environment_of, stored_catalogue
from hypothesis import strategies as st
from msgspec import UNSET

from reconciler.model.snapshot import Snapshot, record_type
from reconciler.model.state import Asset, Binding, LastRead, Life, Person, Presence, Recording, Stamp, State, Superseded
from reconciler.planning.rules import needs
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import asset_fields
from reconciler.settings.imports import Absence, Clock, Inactive, OnFirstMatch, SiteAllocation, Statuses
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine, TypeField
from reconciler.settings.mappings.field_mappings import Write
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES
from reconciler.settings.users import AssignFrom, ImportUsers, UserField, UserIdentifier

BEFORE, NOW, LATER = "2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"
STATUSES = (None, "In Use", "Retired", "Inactive", "Stolen", "In Stock")

_TENANTS = {"intune": "11111111-1111-1111-1111-111111111111", "subsidiary": "22222222-2222-2222-2222-222222222222"}
_BASE = {
    "intune": {
        "field-mappings": {
            "mappings": [
                {"from": "deviceName", "to": "name"},
                {"from": "serialNumber", "to": "serialNumber", "transform": ["trim", "upper"]},
                {"from": "imei", "to": "imei", "empty": "clear"},
                {"from": ["managedDeviceName", "deviceName"], "to": "custom.label", "write": "when-empty"},
                {"value": "Intune", "to": "custom.managed_by", "write": "on-create"},
                {"from": "user.department", "to": "model"},
                {"from": "totalStorageSpaceInBytes", "to": "custom.cores"},
            ]
        },
        "asset-types": {
            "determine": "rules",
            "default": None,
            "rules": [
                {"name": "Phones", "when": {"property": "operatingSystem", "equals": "Android"}, "type": "Phone"},
                {"name": "Others", "when": {"not": {"field": "name", "startsWith": "x"}}, "type": "Laptop"},
            ],
        },
        "imports": {"excludeDefenderManaged": True, "exclude": {"property": "managedDeviceOwnerType", "equals": "p"}},
        "users": {"importUsers": {"enabled": True}},
    },
}
_KEYS = ("serialNumber", "imei", "name")
_SUBSIDIARY = {"connection": {"tenantId": _TENANTS["subsidiary"]}}
_SERIALS = ("S1", "S2", "S3", "s 1", None, "0000")
_IMEIS = ("350000000000006", "350000000000014", "350000000000022", None)
_UPNS = ("ada@c", " ADA@c", "bob@c", "carol@c", None)
_TEXTS = ("\x00", "a" * 300, "\u202e", "x[1]", "{}", "=cmd", "\x1b[31m", "\u2167", "ß", "", "Ada [1]")

T = TypeVar("T")


def base_environment() -> Environment:
    """Return both connections with every part of the settings in use."""
    subsidiary = {**_BASE["intune"], **_SUBSIDIARY}
    return environment_of({"intune": _BASE["intune"], "subsidiary": subsidiary})


def cases() -> st.SearchStrategy[tuple[Environment, Recording]]:
    """Return a strategy for settings and a recording."""
    texts = st.lists(st.text(max_size=6) | st.sampled_from(_TEXTS), max_size=3)
    return st.builds(_case, st.integers(0, 4), st.integers(0, 2**32), texts)


def _case(size: int, seed: int, texts: list[str]) -> tuple[Environment, Recording]:
    maker = Maker(Random(seed), size, texts)
    environment = maker.environment()
    return environment, maker.recording(environment)


class Maker:
    """Makes settings and recordings; `size` bounds how many there are of each thing, `texts` are names to use."""

    def __init__(self, random: Random, size: int, texts: list[str]) -> None:
        self.random, self.size = random, size
        self.names = ("LT-1", "LT-2", "x", None, *texts)
        self.one = random.choice

    def maybe(self, chance: float = 0.5) -> bool:
        """Return true with this chance."""
        return self.random.random() < chance

    def count(self) -> int:
        """Return how many to make."""
        return self.random.randint(0, self.size)

    def environment(self) -> Environment:
        """Return settings of one or two connections."""
        base = base_environment()
        names = self.one([("intune",), ("intune", "subsidiary")])
        connections = {name: self.connection(base.connections[name]) for name in names}
        return Environment(base.instance, base.catalogue, connections, "digest")

    def connection(self, base: Connection) -> Connection:
        """Return a connection with other settings."""
        one, status = self.one, (None, "In Use", "Retired", "Inactive")
        statuses = Statuses(
            new=one(status), deleted_in_intune=one(status), recovered=one(status), never_replace=["Stolen"]
        )
        inactive = Inactive(
            after_days=2, measured_by=one(list(Clock)), status=one(status), restore_previous=self.maybe(0.8)
        )
        imports = base.imports.model_copy(
            update={
                "asset_matching_field": one(["serialNumber", ["serialNumber", "imei"], ["imei", "name"]]),
                "site_allocation": one(list(SiteAllocation)),
                "on_first_match": one(list(OnFirstMatch)),
                "create_assets": self.maybe(0.8),
                "statuses": statuses,
                "missing_reads": one([1, 2]),
                "absence": Absence.PER_DEVICE if self.maybe(0.8) else Absence.LIST,
                "inactive": one([None, inactive, inactive]),
            }
        )
        by_upn = UserIdentifier(source="userPrincipalName", store=UserField.UPN)
        by_name = UserIdentifier(source="user.displayName", store=UserField.NAME)
        users = base.users.model_copy(
            update={
                "assign_from": one([AssignFrom.INTUNE, AssignFrom.INTUNE, AssignFrom.ENTRA, AssignFrom.NONE]),
                "user_identifier": one([by_upn, by_upn, by_name]),
                "unlink_when_no_match": self.maybe(),
                "import_users": ImportUsers(enabled=self.maybe()),
            }
        )
        mapped = [each for each in base.field_mappings.mappings if each.to in _KEYS or self.maybe(0.8)]
        if self.maybe(0.1):
            mapped = [each.model_copy(update={"write": Write.ON_CREATE}) for each in mapped]
        mappings = base.field_mappings.model_copy(update={"mappings": mapped})
        return Connection(base.name, base.connection, self.asset_types(base), mappings, users, imports)

    def asset_types(self, base: Connection) -> AssetTypesFile:
        """Return how types are decided: by rules, or by a field while the rules are left in the file."""
        by_field = {"determine": Determine.FIELD, "field": TypeField(property="managementAgent"), "default": "Laptop"}
        update = self.one([{}, {}, {}, by_field | {"new_types_group": "Computers"}])
        return base.asset_types.model_copy(update={**update, "update_types": self.maybe(0.8)})

    def recording(self, environment: Environment) -> Recording:
        """Return a store, and what was read for each connection."""
        people = self.people()
        fields = tuple(asset_fields(environment.catalogue))
        assets = tuple(self.asset(key, fields, people) for key in range(1, self.count() + 1))
        bindings = self.bindings(assets)
        state = State(
            stamp=Stamp("prod", "production", "store-1"),
            fields=fields,
            catalogue=stored_catalogue(environment.catalogue),
            assets=assets,
            people=people,
            bindings=bindings,
            pins={
                asset.id: {self.one(["serialNumber", "name", "status"]): "kept"} for asset in assets if self.maybe(0.1)
            },
            reads=tuple(
                LastRead("intune", tenant, self.one([BEFORE, BEFORE, NOW]), ("2026-11-20", "2026-11-21"))
                for tenant in _TENANTS.values()
            ),
        )
        snapshots = tuple(self.snapshot(each, bindings) for each in environment.connections.values())
        return Recording(instance="prod", taken_at=NOW, state=state, snapshots=snapshots)

    def people(self) -> tuple[Person, ...]:
        """Return store users, some of them Entra's, some with the same name or address."""
        entra = self.random.sample(["1u-1", "1u-2", "2u-1", None], 4)
        return tuple(
            Person(
                id=key,
                name=self.one(self.names) or "Ada",
                upn=self.one(_UPNS),
                mail=self.one(_UPNS),
                site=self.one([None, "Contoso/Leeds"]),
                entra_id=entra[key - 1] if key <= len(entra) else None,
            )
            for key in range(1, self.count() + 1)
        )

    def asset(self, key: int, fields: tuple[str, ...], people: tuple[Person, ...]) -> Asset:
        """Return an asset."""
        values: dict[str, Any] = {
            "name": self.one(self.names),
            "serialNumber": self.one(_SERIALS),
            "imei": self.one(_IMEIS),
        }
        return Asset(
            key,
            self.one([f"AST-{key}", f"T {key}", f"AST-{'9' * 40}{key}"]),
            self.one(["Laptop", "Laptop", "Phone", None]),
            self.one(["Contoso/Head Office", "Contoso/Leeds", None]),
            self.one(STATUSES),
            self.one([None, *(person.id for person in people)]),
            tuple(values.get(name) or None for name in fields),
        )

    def bindings(self, assets: tuple[Asset, ...]) -> tuple[Binding, ...]:
        """Return bindings: of an asset at most one alive, and one in each tenant, since a new device takes it over."""
        live: set[int] = set()
        tied: set[tuple[str, int]] = set()
        found = []
        for number in range(1, self.size + 1):
            for tenant in _TENANTS.values():
                if not assets or self.maybe():
                    continue
                asset = self.one(assets)
                if (tenant, asset.id) in tied:
                    continue
                tied.add((tenant, asset.id))
                presence = Presence.DELETED if asset.id in live else self.one([Presence.PRESENT, *Presence])
                if presence is not Presence.DELETED:
                    live.add(asset.id)
                found.append(Binding("intune", tenant, asset.id, self.life(f"{tenant[0]}-{number}", presence)))
        return tuple(found)

    def life(self, device: str, presence: Presence) -> Life:
        """Return what a binding stores."""
        missing = presence is Presence.MISSING
        inactive = presence is not Presence.DELETED and self.maybe(0.3)
        return Life(
            device,
            presence,
            bound_at="2026-11-01T08:00:00Z",
            missing_since="2026-11-20T08:00:00Z" if missing else None,
            missing_reads=int(missing),
            unlisted_reads=self.one([0, 0, 2]) if presence is Presence.PRESENT else 0,
            inactive_since="2026-11-10T08:00:00Z" if inactive else None,
            status_before=self.one(STATUSES) if inactive else None,
            status_set=self.one(STATUSES),
            superseded=tuple(Superseded(f"{device[0]}-{number}", BEFORE) for number in self.some_numbers()),
        )

    def some_numbers(self) -> list[int]:
        """Return up to two numbers of devices, most often none."""
        return sorted(self.random.sample(range(1, self.size + 3), self.one([0, 0, 0, 1, 2])))

    def snapshot(self, connection: Connection, bindings: tuple[Binding, ...]) -> Snapshot:
        """Return what was read for a connection."""
        bound = {each.life.device_id for each in bindings if each.tenant_id == connection.tenant_id}
        properties = needs.device_properties(connection)
        if self.maybe(0.1):
            lost = self.one(properties)
            properties = tuple(name for name in properties if name != lost)
        numbers = [number for number in range(1, self.size + 3) if self.maybe()]
        devices = tuple(self.device(f"{connection.tenant_id[0]}-{number}", properties) for number in numbers)
        missing = sorted(bound - {device.id for device in devices})
        absent = tuple(each for each in missing if self.maybe(0.7))
        user_properties = needs.user_properties(connection)
        return Snapshot(
            connection=connection.name,
            source="intune",
            tenant_id=connection.tenant_id,
            read_at=NOW,
            device_properties=properties,
            devices=devices,
            devices_unknown="page 2 answered 503" if self.maybe(0.1) else None,
            unlisted=tuple(device.id for device in devices if device.id in bound and self.maybe(0.1)),
            absent=absent,
            absence_unknown=dict.fromkeys(sorted(set(missing) - set(absent)), "503"),
            user_properties=user_properties,
            users=tuple(
                self.user(key, user_properties)
                for key in (f"{connection.tenant_id[0]}u-{n}" for n in (1, 2, 3))
                if self.maybe()
            ),
            users_unknown="Graph answered 403" if self.maybe(0.2) else None,
            owners={
                "e-1": (f"{connection.tenant_id[0]}u-1",),
                "e-2": tuple(f"{connection.tenant_id[0]}u-{n}" for n in (1, 2)),
                "e-3": ("u-9",),
            },
            owners_unknown="Graph answered 403" if self.maybe(0.2) else None,
        )

    def device(self, key: str, properties: tuple[str, ...]) -> Any:
        """Return a device, now and then with an unknown property."""
        one = self.one
        kind = record_type("Device", tuple((name, DEVICE_PROPERTIES[name].type.value) for name in properties))
        values = {
            "deviceName": one(self.names),
            "managedDeviceName": one(self.names),
            "serialNumber": one(_SERIALS),
            "imei": one(_IMEIS),
            "enrolledDateTime": one([BEFORE, NOW, None]),
            "lastSyncDateTime": one(["2026-01-01T00:00:00Z", NOW, None]),
            "managedDeviceOwnerType": one(["c", "c", "p", None]),
            "managementAgent": one(["mdm", "mdm", "msSense", None]),
            "operatingSystem": one(["Android", "Windows", None]),
            "totalStorageSpaceInBytes": one([None, 1, 0, 10**400]),
            "userId": one([f"{key[0]}u-1", f"{key[0]}u-2", "u-9", None]),
            "userPrincipalName": one(_UPNS),
            "azureADDeviceId": one(["e-1", "E-1", "e-2", "e-3", "e-4", None]),
        }
        known = {name: UNSET if self.maybe(0.02) else values.get(name) for name in properties}
        return kind(**known, id=key)

    def user(self, key: str, properties: tuple[str, ...]) -> Any:
        """Return an Entra user."""
        kind = record_type("User", tuple((name, USER_PROPERTIES[name].type.value) for name in properties))
        values = {
            "displayName": self.one(self.names),
            "userPrincipalName": self.one(_UPNS),
            "mail": self.one(_UPNS),
            "accountEnabled": self.one([True, False, None]),
            "department": self.one(self.names),
        }
        return kind(**{name: values.get(name) for name in properties}, id=key)
