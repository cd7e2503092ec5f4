"""What a Halo holds: its tables, its settings, and what people do in it beside the API."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from threading import RLock
from typing import Any, Final
from uuid import UUID, uuid5

from reconciler.simulator.stores.audit import Audit
from reconciler.simulator.stores.clock import Clock, RealClock

Row = dict[str, Any]

TABLES: Final = (
    *("assets", "types", "groups", "statuses", "fields", "custom_fields"),
    *("clients", "sites", "users", "licences", "connections"),
)
_NAMESPACE: Final = UUID("8d3f4b4e-5a9c-4f67-9a53-0d8f0f6ad001")
_TICKET_STATUSES: Final = ("New", "In Progress", "With User", "Closed")
UNKNOWN_SITE: Final = 1
"""Where an asset lands whose site is none: Halo's own "Unknown" site."""


@dataclass
class Options:
    """What an administrator sets in Halo, what the application may do, and what the documentation leaves open.

    `rights` are the scopes that a token can have; `agent_sees` is whether the agent may see assets at all: lists are
    empty without it. `page` is the most rows of a page, `report_rows` those of a report. The last block are the open
    questions: whatever a Halo does there, a client has to find out.
    """

    client_id: str = "5b1c6f0e-2f3e-4f4f-8f63-6c0d6f6f6f01"
    secret: str = "simulated-secret-not-a-real-one"  # noqa: S105 - opens nothing but the simulator
    rights: frozenset[str] = frozenset({"all"})
    agent_sees: bool = True
    token_seconds: float = 3600
    page: int = 100
    report_rows: int = 50_000
    tag_must_be_unique: bool = True
    default_status: str = "In Use"
    production: bool = True
    environment: str = "Production"
    database_id: int = 4711
    version: str = "2.204.1"

    arrays_replace: bool = True
    empty_list_unlinks: bool = True
    move_keeps_id: bool = True
    type_keeps_fields: bool = True
    enforces_statuses: bool = True
    lists_fields: bool = True
    lists_custom_fields: bool = True
    finds_by_tag: bool = True


@dataclass
class Halo:
    """One Halo's data. Whoever reads or writes holds `lock`."""

    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=RealClock)
    audit: Audit = field(default_factory=Audit)
    tables: dict[str, dict[int, Row]] = field(default_factory=lambda: {table: {} for table in TABLES})
    lock: RLock = field(default_factory=RLock)
    version: int = 0
    """Grows with every change, so that what is derived from the tables can be kept."""
    _ids: dict[str, Any] = field(default_factory=lambda: {table: count(1) for table in TABLES})
    _numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def furnished(
        cls,
        *,
        client: str = "Contoso",
        sites: Iterable[str] = ("Head Office", "Leeds", "Remote"),
        groups: Mapping[str, Iterable[str]] | None = None,
        statuses: Iterable[str] = ("In Use", "In Stock", "Retired", "Inactive", "Stolen"),
        fields: Iterable[str] = ("Device name", "Serial number", "Manufacturer", "Model", "Department"),
        custom_fields: Iterable[str] = ("Label", "Managed by"),
        clock: Clock | None = None,
        options: Options | None = None,
    ) -> "Halo":
        """Return one as an administrator sets it up, with no asset yet; every type has every field."""
        made = cls(options or Options(), clock or RealClock())
        made.add("sites", name="Unknown", client_id=made.add("clients", name="Unknown"))
        home = made.add("clients", name=client)
        for name in sites:
            made.add("sites", name=name, client_id=home)
        for name in _TICKET_STATUSES:
            made.add("statuses", name=name, kind=0)
        for name in statuses:
            made.add("statuses", name=name, kind=2)
        ids = [made.add("fields", name=name, type="X") for name in fields]
        for label in custom_fields:
            made.add("custom_fields", label=label, name="CF" + "".join(label.split()))
        grouped = groups or {"Computers": ("Laptop", "Virtual Machine"), "Mobile devices": ("Phone",)}
        for group, types in grouped.items():
            made_group = made.add("groups", name=group)
            for name in types:
                made.add_type(name, made_group, ids)
        return made

    def now(self) -> str:
        """Return the time as Halo writes it: UTC, to the millisecond, without a zone."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]

    def add(self, table: str, /, **members: Any) -> int:
        """Put a record into a table as it is, and return its id; nothing is checked."""
        with self.lock:
            id_ = int(next(self._ids[table]))
            own = {"id": id_, "inactive": False, **members}
            if table == "sites":
                self.tables["clients"][own["client_id"]].setdefault("main_site_id", id_)
            self.tables[table][id_] = own
            self.version += 1
            return id_

    def add_type(self, name: str, group: int, field_ids: Iterable[int], *, allowed: Iterable[int] = ()) -> int:
        """Add an asset type with its fields; `allowed` are the only statuses of its assets, none for any."""
        ids, only = list(field_ids), list(allowed)
        rules = [{"status_id": id_, "allowafterallstatuses": True, "allowedafterstatus": []} for id_ in only]
        return self.add(
            "types", name=name, assetgroup_id=group, field_ids=ids, allowall_status=not only, allowed_status=rules
        )

    def add_user(self, name: str, mail: str, *, site: str = "Head Office", **members: Any) -> int:
        """Add a user as an import from a directory would."""
        site_id = self.named("sites", site)
        base = {"emailaddress": mail, "login": mail, "azureoid": None, "site_id": site_id, "employee_id": None}
        return self.add("users", name=name, **{**base, **members})

    def add_asset(self, tag: str, **members: Any) -> int:
        """Add an asset as it is; what is not given is as in a new one. References may be names."""
        for member, table in (("assettype", "types"), ("site", "sites"), ("status", "statuses")):
            if member in members:
                members[f"{member}_id"] = self.named(table, members.pop(member))
        id_ = self.add("assets", **{**self.blank_asset(), "inventory_number": tag, **members})
        self.touch(self.tables["assets"][id_])
        return id_

    def blank_asset(self) -> Row:
        """Return what an asset has before anything is said of it."""
        named = [row["id"] for row in self.find("statuses", name=self.options.default_status, kind=2)]
        return {
            "inventory_number": "",
            "site_id": UNKNOWN_SITE,
            "number": int(next(self._numbers)),
            "assettype_id": next(iter(self.tables["types"]), 0),
            "status_id": named[0] if named else 0,
            "intune_id": "",
            "notes": "",
            "phone_number": "",
            "warranty_start": None,
            "warranty_end": None,
            "users": [],
            "fields": {},
            "customfields": {},
            "software": [],
        }

    def touch(self, asset: Row) -> None:
        """Mark an asset as changed now."""
        self.version += 1
        asset["last_modified"] = self.now()
        asset["changeguid"] = str(uuid5(_NAMESPACE, f"{asset['id']}/{self.version}"))

    def move(self, asset: Row) -> Row:
        """Give an asset that came to another site its number there, and a new id where moves do not keep it."""
        asset["number"] = int(next(self._numbers))
        if not self.options.move_keeps_id:
            del self.tables["assets"][asset["id"]]
            asset["id"] = int(next(self._ids["assets"]))
            self.tables["assets"][asset["id"]] = asset
        return asset

    def edit(self, table: str, id_: int, **members: Any) -> None:
        """Do what a person does in the web pages, beside the API; the audit has it as a person's."""
        with self.lock:
            before = dict(self.tables[table][id_])
            self.tables[table][id_].update(members)
            self.touch(self.tables[table][id_])
            self.audit.note("edit", table, id_, before, self.tables[table][id_], by="person")

    def set_field(self, id_: int, name: str, value: Any) -> None:
        """Let a person set an asset field by its name."""
        kept = self.tables["assets"][id_]["fields"]
        self.edit("assets", id_, fields={**kept, self.named("fields", name): value})

    def remove(self, table: str, id_: int) -> None:
        """Let a person remove a record for good."""
        with self.lock:
            before = self.tables[table].pop(id_)
            self.version += 1
            self.audit.note("delete", table, id_, before, None, by="person")

    def find(self, table: str, **members: Any) -> list[Row]:
        """Return the records that have these members."""
        with self.lock:
            rows = self.tables[table].values()
            return [row for row in rows if all(row.get(name) == value for name, value in members.items())]

    def named(self, table: str, name: str) -> int:
        """Return the id of the last record of a name, so a status of assets. Raises LookupError without one."""
        found = self.find(table, name=name)
        if not found:
            raise LookupError(f"There is no {name} in {table}.")
        return int(found[-1]["id"])

    def assets(self) -> list[Row]:
        """Return copies of all assets."""
        with self.lock:
            return deepcopy(list(self.tables["assets"].values()))

    def restored_copy(self, *, clock: Clock | None = None, **options: Any) -> "Halo":
        """Return a test instance restored from this one: the same records, a database and options of its own."""
        own = {"production": False, "environment": "UAT", "database_id": self.options.database_id + 1, **options}
        copied = Halo(replace(self.options, **own), clock or self.clock)
        with self.lock:
            for table, rows in self.tables.items():
                copied.tables[table] = deepcopy(rows)
                copied._ids[table] = count(max(rows, default=0) + 1)
        copied._numbers = count(1_000_000)
        return copied
