"""Plans made by hand, stores filled with a State, and what is in a store's tables: what the store's tests share."""

import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from msgspec.structs import replace
from postgres import Database
from sqlalchemy import Connection, Table, insert

from reconciler.model.plan import (
    Action,
    Attribute,
    BindingChange,
    Change,
    ConnectionSummary,
    Kind,
    Plan,
    ReadAdvance,
    Subject,
    binding_reason,
)
from reconciler.model.run import Origin, Outcome
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Life, Presence, State
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store import opening
from reconciler.store.database import dialects
from reconciler.store.database.location import locate
from reconciler.store.ledger import tables as ledger_tables
from reconciler.store.ledger.bindings import encode_superseded
from reconciler.store.ledger.tables import connection_read, stamp, whole_read_day
from reconciler.store.rows import tables
from reconciler.store.rows.asset_columns import encode_custom

TENANT = "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"
READ = "2026-11-23T08:00:00Z"
NEXT_READ = "2026-11-24T08:00:00Z"
NOW = "2026-11-24T09:00:00Z"
DAY = 86_400
ORIGIN = Origin(who="ann", where="laptop", started_at=READ, commit="3f2c1d", clean=True)


def attribute(name: str, after: Scalar, before: Scalar = None, reason: str = "because", rule: str = "F1") -> Attribute:
    """Return an attribute of a change."""
    return Attribute.of(name, before, after, reason, rule)


def made(name: str, **details: Scalar) -> Change:
    """Return a new catalogue entry."""
    attributes = tuple(attribute(key, value, rule="K2") for key, value in details.items())
    return Change(subject=Subject.CATALOGUE, action=Action.CREATE, name=name, label=name, attributes=attributes)


def new_user(upn: str, **details: Scalar) -> Change:
    """Return a user imported from Entra, called by UPN."""
    name = upn.partition("@")[0].title()
    values: dict[str, Scalar] = {"name": name, "upn": upn, "active": True, "entraId": f"e-{upn}"}
    attributes = tuple(attribute(key, value, rule="U4") for key, value in (values | details).items())
    return Change(subject=Subject.USER, action=Action.CREATE, name=upn, label=upn, attributes=attributes)


def new_asset(tag: str, device: str, match: dict[str, str] | None = None, **values: Scalar) -> Change:
    """Return an asset that a device creates; a custom field is given as `custom__name`."""
    attributes = tuple(attribute(key.replace("__", "."), value) for key, value in values.items())
    return Change(
        subject=Subject.ASSET,
        action=Action.CREATE,
        name=tag,
        label=str(values.get("name", tag)),
        attributes=attributes,
        kinds=(Kind.CREATED,),
        connection="intune",
        device_id=device,
        match=match or {},
    )


def changed(tag: str, kinds: tuple[Kind, ...] = (Kind.UPDATED,), **values: tuple[Scalar, Scalar]) -> Change:
    """Return an asset's update: each attribute's before and after."""
    attributes = tuple(attribute(key.replace("__", "."), after, before) for key, (before, after) in values.items())
    return Change(subject=Subject.ASSET, action=Action.UPDATE, name=tag, label=tag, attributes=attributes, kinds=kinds)


def life(device: str, presence: Presence = Presence.PRESENT, **more: Any) -> Life:
    """Return a binding's life that began with the first read."""
    return Life(device, presence, READ, **more)


def bound(tag: str, after: Life, before: Life | None = None, tenant: str = TENANT) -> BindingChange:
    """Return a binding made or changed."""
    return BindingChange(
        connection="intune",
        source="intune",
        tenant_id=tenant,
        asset=tag,
        before=before,
        after=after,
        why=binding_reason("as read", "row 1"),
    )


def plan(*changes: Change, bindings: tuple[BindingChange, ...] = (), read_at: str = READ, **more: Any) -> Plan:
    """Return a plan for a new store, unless `store_id` says which."""
    order = list(Subject)
    details: dict[str, Any] = {
        "tool_version": "0",
        "instance": "prod",
        "settings_digest": "s1",
        "settings_commit": "3f2c1d",
        "store_id": None,
        "store_revision": "",
        "made_at": read_at,
        "digest": "p1",
        "connections": (ConnectionSummary(name="intune", tenant_id=TENANT, enabled=True, read_at=read_at),),
        "reads": (ReadAdvance(source="intune", tenant_id=TENANT, read_at=read_at, whole=True),),
    }
    ordered = tuple(sorted(changes, key=lambda change: order.index(change.subject)))
    return Plan(**(details | more), changes=ordered, bindings=bindings)


CATALOGUE = (
    made("organisation/Contoso"),
    made("site/Contoso/Head Office"),
    made("site/Contoso/Leeds"),
    made("status/In Use"),
    made("status/Retired"),
    made("group/Computers"),
    made("type/Laptop", group="Computers"),
    made("type/Virtual Machine", group="Computers"),
    made("field/department", type="text", label="Department", maxLength=80),
    made("field/managed_by", type="choice", label="Managed by", choices='["Intune", "Nobody"]'),
    made("licence/Visio", seats=40, alsoKnownAs='["Visio 2021", "Microsoft Visio"]'),
)
PEOPLE = (new_user("ann@contoso.com", site="Contoso/Leeds"), new_user("bob@contoso.com"))
FIRST = new_asset(
    "AST-000001",
    "d1",
    {"serialNumber": "abc1"},
    type="Laptop",
    site="Contoso/Leeds",
    status="In Use",
    user="ann@contoso.com",
    name="LT-1",
    serialNumber="ABC1",
    storageGb=256,
    memoryGb=15.8,
    encrypted=True,
    lastCheckIn=READ,
    warrantyEnd="2029-01-31",
    custom__department="Sales",
    custom__managed_by="Intune",
)
SECOND = new_asset("AST-000002", "d2", {"serialNumber": "abc2"}, type="Laptop", name="LT-2", serialNumber="ABC 2")
FIRST_PLAN = plan(
    *CATALOGUE,
    *PEOPLE,
    FIRST,
    SECOND,
    bindings=(bound("AST-000001", life("d1", status_set="In Use")), bound("AST-000002", life("d2"))),
    highest_tag=2,
)
"""A first import: a catalogue, two users, two assets with their bindings."""


Where = Path | Database
"""A place for a store: a SQLite file, or a database of a PostgreSQL server."""


def url(where: Where) -> str:
    """Return the URL of a store."""
    return where.url if isinstance(where, Database) else f"sqlite:///{where}"


def apply(where: Where, plan: Plan, *, origin: Origin = ORIGIN, fitted: bool = True, **settings: Any) -> Outcome:
    """Apply a plan as `apply ENV` does; it is made for the store that is there, unless not `fitted`."""
    with opening.open_store(url(where), write=True) as store:
        if fitted and (found := store.stamp()):
            plan = replace(plan, store_id=found.store_id)
        with store.apply(owner="ann on laptop", origin=origin) as transaction:
            transaction.verify(plan)
            transaction.write(plan, {"a": 1}, {"intune": True}, plan.settings_digest, kind="production", **settings)
            transaction.read_back(plan)
        return transaction.outcome


def state(where: Where, window: int = DAY, now: str = NOW) -> State:
    """Return a store's state, read by a reader."""
    with opening.open_store(url(where), write=False) as store:
        return store.state(window, now)


def dump(where: Where, *, named: bool = False) -> dict[str, list[Any]]:
    """Return every row of a store, by table, the lease's aside: tuples, or dicts when their columns are to be named."""
    with closing(_connect(where)) as connection:
        names = [row[0] for row in connection.execute(_TABLES[type(where) is Database]).fetchall()]
        tables: dict[str, list[Any]] = {}
        for name in names:
            cursor = connection.execute(f"SELECT * FROM {name} ORDER BY 1")
            columns = [column[0] for column in cursor.description]
            rows = [tuple(row) for row in cursor.fetchall()]
            tables[name] = [dict(zip(columns, row, strict=True)) for row in rows] if named else rows
    for name in ("lease", "lease_holder"):
        tables.pop(name, None)
    return tables


_TABLES = {
    True: "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    False: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
}


def query(where: Where, statement: str) -> list[tuple[Any, ...]]:
    """Return what a store's database answers, as another program would ask."""
    with closing(_connect(where)) as connection:
        return [tuple(row) for row in connection.execute(statement).fetchall()]


def execute(where: Where, *statements: str) -> None:
    """Run statements in a store's database in one transaction, as another program would."""
    if isinstance(where, Database):
        where.dirty |= any("CREATE " in each or "ALTER " in each for each in statements)
    with closing(_connect(where)) as connection:
        connection.execute("BEGIN")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")


def meddle(where: Where, event: str, table: str, statements: str) -> None:
    """Make a trigger that runs statements after each row's event."""
    if isinstance(where, Database):
        execute(
            where,
            f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statements}; RETURN NULL; END $$",
            f"CREATE TRIGGER meddle AFTER {event} ON {table} FOR EACH ROW WHEN (pg_trigger_depth() = 0) "
            "EXECUTE FUNCTION meddle()",
        )
    else:
        execute(where, f"CREATE TRIGGER meddle AFTER {event} ON {table} BEGIN {statements}; END")


def _connect(where: Where) -> Any:
    if isinstance(where, Database):
        return where.connect()
    connection = sqlite3.connect(where, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@cache
def _empty() -> Path:
    path = Path(mkdtemp()) / "empty.db"
    opening.initialise(url(path))
    return path


@cache
def _first() -> Path:
    path = Path(mkdtemp()) / "first.db"
    shutil.copy(_empty(), path)
    apply(path, FIRST_PLAN)
    return path


def _prepare(database: Database) -> None:
    opening.initialise(database.url)
    database.keep("empty")
    apply(database, FIRST_PLAN)
    database.keep("first")


def empty_store(where: Where) -> Where:
    """Make a store with no rows; return where it is."""
    if isinstance(where, Database):
        where.become("empty", _prepare)
    else:
        shutil.copy(_empty(), where)
    return where


def first_store(where: Where) -> Where:
    """Make a store to which `FIRST_PLAN` was applied; return where it is."""
    if isinstance(where, Database):
        where.become("first", _prepare)
    else:
        shutil.copy(_first(), where)
    return where


def fill(where: Where, state: State) -> Where:
    """Make a store that holds a state, ids included; return where it is."""
    empty_store(where)
    engine = dialects.engine_of(locate(url(where)), "rw", 5)
    with engine.connect() as connection, connection.begin():
        for table, rows in _rows(state):
            if rows:
                connection.execute(insert(table), rows)
                _number_on(connection, table)
    return where


def _number_on(connection: Connection, table: Table) -> None:
    """Let a server's table number its next row after those that were given numbers."""
    if connection.dialect.name == "postgresql" and table.autoincrement_column is not None:
        last = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
        connection.exec_driver_sql(last)


def _rows(state: State) -> list[tuple[Any, list[dict[str, Any]]]]:
    known = state.catalogue
    organisations = {name: key for key, name in enumerate(known.organisations, 1)}
    tenants = {name: tenant for tenant, name in known.tenants.items()}
    sites = {name: key for key, name in enumerate(known.sites, 1)} | {None: None}
    statuses = {name: key for key, name in enumerate(known.statuses, 1)} | {None: None}
    groups = {name: key for key, name in enumerate(known.asset_groups, 1)}
    types = {name: key for key, name in enumerate(known.types, 1)} | {None: None}
    columns = [field.column for field in BUILT_IN_FIELDS.values()]
    return [
        (
            tables.organisation,
            [{"id": key, "name": name, "tenant_id": tenants.get(name)} for name, key in organisations.items()],
        ),
        (
            tables.site,
            [
                {"id": key, "organisation_id": organisations[name.split("/")[0]], "name": name.split("/")[1]}
                for name, key in sites.items()
                if name
            ],
        ),
        (tables.status, [{"id": key, "name": name} for name, key in statuses.items() if name]),
        (tables.asset_group, [{"id": key, "name": name} for name, key in groups.items()]),
        (
            tables.asset_type,
            [{"id": key, "name": name, "group_id": groups[known.types[name]]} for name, key in types.items() if name],
        ),
        (tables.custom_field, [{"name": name, "type": "text"} for name in known.custom_fields]),
        (tables.licence, [{"id": key, "name": name} for key, name in enumerate(known.licences, 1)]),
        (
            tables.person,
            [
                {
                    "id": each.id,
                    "name": each.name,
                    "upn": each.upn,
                    "mail": each.mail,
                    "employee_id": each.employee_id,
                    "site_id": sites[each.site],
                    "active": each.active,
                    "entra_id": each.entra_id,
                }
                for each in state.people
            ],
        ),
        (
            tables.asset,
            [
                {
                    "id": each.id,
                    "tag": each.tag,
                    "type_id": types[each.type],
                    "site_id": sites[each.site],
                    "status_id": statuses[each.status],
                    "person_id": each.user,
                    **dict(zip(columns, each.values, strict=False)),
                    "custom": encode_custom(dict(zip(known.custom_fields, each.values[len(columns) :], strict=True))),
                    "created_at": READ,
                    "updated_at": READ,
                }
                for each in state.assets
            ],
        ),
        (
            tables.software,
            [
                {
                    "id": place,
                    "name": each.name,
                    "name_key": each.name.casefold(),
                    "publisher": each.publisher,
                    "licence_id": (list(known.licences).index(each.licence) + 1) if each.licence else None,
                }
                for place, each in enumerate(state.applications, 1)
            ],
        ),
        (
            tables.asset_software,
            [
                {"asset_id": key, "software_id": state.versions[place][0] + 1, "version": state.versions[place][1]}
                for key, places in state.installed.items()
                for place in places
            ],
        ),
        (
            ledger_tables.pin,
            [
                {"asset_id": key, "field": field, "reason": reason, "pinned_at": READ}
                for key, pins in state.pins.items()
                for field, reason in pins.items()
            ],
        ),
        (
            ledger_tables.binding,
            [
                {
                    "source": each.source,
                    "tenant_id": each.tenant_id,
                    "asset_id": each.asset_id,
                    "device_id": each.life.device_id,
                    "presence": each.life.presence.value,
                    "bound_at": each.life.bound_at,
                    "missing_since": each.life.missing_since,
                    "missing_reads": each.life.missing_reads,
                    "unlisted_reads": each.life.unlisted_reads,
                    "inactive_since": each.life.inactive_since,
                    "status_before": each.life.status_before,
                    "status_set": each.life.status_set,
                    "superseded": encode_superseded(each.life.superseded),
                }
                for each in state.bindings
            ],
        ),
        (
            connection_read,
            [{"source": each.source, "tenant_id": each.tenant_id, "read_at": each.read_at} for each in state.reads],
        ),
        (
            whole_read_day,
            [
                {"source": each.source, "tenant_id": each.tenant_id, "day": day}
                for each in state.reads
                for day in each.whole_days
            ],
        ),
        (
            stamp,
            [
                {
                    "id": 1,
                    "instance": state.stamp.instance,
                    "kind": state.stamp.kind,
                    "store_id": state.stamp.store_id,
                    "adopted_from": state.stamp.adopted_from,
                    "revision": state.revision,
                    "highest_tag": state.highest_tag,
                    "created_at": READ,
                }
            ]
            if state.stamp
            else [],
        ),
    ]
