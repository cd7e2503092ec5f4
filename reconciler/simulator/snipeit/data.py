"""What a Snipe-IT holds: its tables, its settings, and what people do in it beside the API."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import RLock
from typing import Any, Final

from reconciler.simulator.stores.audit import Audit
from reconciler.simulator.stores.clock import Clock, RealClock

Row = dict[str, Any]

TABLES: Final = (
    "hardware",
    "models",
    "categories",
    "manufacturers",
    "statuslabels",
    "companies",
    "locations",
    "fields",
    "fieldsets",
    "users",
)
_STATUSES: Final = {
    "In Use": "deployable",
    "In Stock": "deployable",
    "Inactive": "deployable",
    "Stolen": "undeployable",
    "Retired": "archived",
    "Being prepared": "pending",
}


@dataclass
class Options:
    """What an administrator sets in Snipe-IT, and what the token of the API may do.

    `max_results` is the most rows of a page. `auto_increment` gives assets that come without a tag one.
    `says_encrypted` is whether a custom field says that it is encrypted, which old versions do not.
    """

    version: str = "v8.1.4"
    max_results: int = 500
    unique_serial: bool = False
    show_archived_in_list: bool = False
    auto_increment: bool = False
    auto_increment_prefix: str = ""
    says_encrypted: bool = True
    may_write: bool = True
    token: str = "simulated-token-not-a-real-one"  # noqa: S105 - opens nothing but the simulator


@dataclass
class SnipeIt:
    """One Snipe-IT's data. Whoever reads or writes holds `lock`."""

    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=RealClock)
    audit: Audit = field(default_factory=Audit)
    tables: dict[str, dict[int, Row]] = field(default_factory=lambda: {table: {} for table in TABLES})
    lock: RLock = field(default_factory=RLock)
    _ids: dict[str, Any] = field(default_factory=lambda: {table: count(1) for table in TABLES})

    @classmethod
    def furnished(
        cls,
        *,
        company: str = "Contoso",
        locations: Iterable[str] = ("Head Office", "Leeds", "Remote"),
        categories: Iterable[str] = ("Laptop", "Virtual Machine", "Mac", "Phone"),
        fields: Iterable[str] = ("Department", "Label", "Managed by"),
        clock: Clock | None = None,
        options: Options | None = None,
    ) -> "SnipeIt":
        """Return one as an administrator sets it up, with no asset yet; every field is in the one fieldset."""
        made = cls(options or Options(), clock or RealClock())
        made.add("companies", name=company)
        for name in locations:
            made.add("locations", name=name)
        for name, type_ in _STATUSES.items():
            made.add("statuslabels", name=name, type=type_)
        for name in categories:
            made.add("categories", name=name, category_type="asset")
        ids = [made.add_field(name) for name in fields]
        made.add("fieldsets", name="Intune", field_ids=ids)
        return made

    def now(self) -> str:
        """Return the time as Snipe-IT writes it: to the second, without a zone."""
        return self.clock.now().strftime("%Y-%m-%d %H:%M:%S")

    def add(self, table: str, /, **members: Any) -> int:
        """Put a record into a table as it is, and return its id; nothing is checked."""
        with self.lock:
            id_ = int(next(self._ids[table]))
            self.tables[table][id_] = {
                "id": id_,
                "created_at": self.now(),
                "updated_at": self.now(),
                "deleted_at": None,
                **members,
            }
            return id_

    def add_field(self, name: str, *, element: str = "text", format_: str = "ANY", encrypted: bool = False) -> int:
        """Define a custom field, whose column Snipe-IT names from its label and its id."""
        id_ = self.add("fields", name=name, element=element, format=format_, field_values="", encrypted=encrypted)
        slug = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
        self.tables["fields"][id_]["db_column"] = f"_snipeit_{slug}_{id_}"
        return id_

    def add_user(self, username: str, **members: Any) -> int:
        """Add a user as an import from a directory would."""
        first, _, last = str(members.pop("name", username)).partition(" ")
        given = {"first_name": first, "last_name": last, "email": username, "employee_num": None, "activated": True}
        return self.add("users", username=username, **{"location_id": None, **given, **members})

    def edit(self, table: str, id_: int, **members: Any) -> None:
        """Do what a person does in the web pages, beside the API; the audit has it as a person's."""
        with self.lock:
            before = dict(self.tables[table][id_])
            self.tables[table][id_].update(members, updated_at=self.now())
            self.audit.note("edit", table, id_, before, self.tables[table][id_], by="person")

    def find(self, table: str, **members: Any) -> list[Row]:
        """Return the records that are not deleted and have these members."""
        with self.lock:
            return [
                row
                for row in self.tables[table].values()
                if not row["deleted_at"] and all(row.get(name) == value for name, value in members.items())
            ]

    def named(self, table: str, name: str) -> int:
        """Return the id of the first record of a name. Raises LookupError when there is none."""
        found = self.find(table, name=name)
        if not found:
            raise LookupError(f"There is no {name} in {table}.")
        return int(found[0]["id"])

    def live_assets(self) -> list[Row]:
        """Return copies of the assets that are not deleted."""
        return [dict(row) for row in self.find("hardware")]

    def columns_of(self, model_id: Any) -> dict[str, Row]:
        """Return the custom fields that a model's fieldset has, by column."""
        model: Row = self.tables["models"].get(model_id) or {}
        fieldset: Row = self.tables["fieldsets"].get(model.get("fieldset_id") or 0) or {}
        fields = [self.tables["fields"][id_] for id_ in fieldset.get("field_ids", ())]
        return {field["db_column"]: field for field in fields}

    def is_archived(self, asset: Row) -> bool:
        """Return whether an asset's status is of the type that the list leaves out."""
        label = self.tables["statuslabels"].get(asset["status_id"]) or {}
        return label.get("type") == "archived"

    def restored_copy(self, clock: Clock | None = None) -> "SnipeIt":
        """Return another Snipe-IT restored from a backup of this one."""
        copied = SnipeIt(Options(**vars(self.options)), clock or self.clock)
        with self.lock:
            for table, rows in self.tables.items():
                copied.tables[table] = {id_: dict(row) for id_, row in rows.items()}
                copied._ids[table] = count(max(rows, default=0) + 1)
        return copied


def day(text: Any) -> datetime | None:
    """Return a time that Snipe-IT wrote."""
    return datetime.fromisoformat(text) if text else None
