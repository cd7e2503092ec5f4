"""Golden cases: folders of YAML that read as a specification, to settings, a recording and the expected plan.

- `settings.yaml` (optional) is what differs from `_base`: `instance` and `catalogue`, or a connection's name, and below
  it the file and its keys. A connection that `_base` lacks begins as a copy of `intune`.
- `before.yaml` is the store and what was read; its first comment says what the case shows. `assets` carry their binding
  (`device`, an id or a whole life; `formerly`, the deleted bindings that they have besides), their user (a UPN or
  name) and their `software` (versions by name); `users` are the store's, `entraUsers` Entra's; `software` is what was
  detected on each device, `applications` what the store knows; `devices`, `owners` (user ids by Entra device),
  `absent`, `absenceUnknown` and so on are the snapshot of connection `intune`, `also` those of others.
  `fleet` adds so many uneventful bound devices, so that a case is not over a limit.
- `plan.yaml` is what must come out, whole.
- `stores.yaml` (optional) says which stores behind an API do not take all of it, and why.
"""

import datetime
import io
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from reconciler.configuration.loader import load_environment
from reconciler.model.plan import Attribute, BindingChange, Change, LimitUse, Plan
from reconciler.model.snapshot import Snapshot, Software, record_type
from reconciler.model.state import (
    Application,
    Asset,
    Binding,
    LastRead,
    Life,
    Person,
    Recording,
    Stamp,
    State,
    StoredCatalogue,
    Usage,
)
from reconciler.planning.build import build_plan
from reconciler.planning.rules import needs
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import asset_fields
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES

CASES = Path(__file__).parents[1] / "cases"
READ_AT = "2026-11-23T08:00:00Z"
LAST_READ = "2026-11-22T08:00:00Z"
BOUND_AT = "2026-11-01T08:00:00Z"
ENROLLED = "2026-01-05T08:00:00Z"

_USER_OF_DEVICE = ("userId", "userPrincipalName", "emailAddress", "userDisplayName")
_SNAPSHOT = (
    "softwareUnknown",
    "softwarePartial",
    "devicesUnknown",
    "unlisted",
    "absent",
    "absenceUnknown",
    "absenceSkipped",
    "detailsUnknown",
    "ownersUnknown",
    "organisation",
    "organisationUnknown",
    "warnings",
)


def case_folders() -> list[Path]:
    """Return the folders of the cases."""
    return sorted(path for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_"))


def read_yaml(path: Path) -> Any:
    """Return a YAML file as plain values, points in time as the text that they were; {} for none."""
    if not path.exists():
        return {}
    return _timeless(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))) or {}


def _timeless(value: Any) -> Any:
    match value:
        case dict():
            return {key: _timeless(each) for key, each in value.items()}
        case list():
            return [_timeless(each) for each in value]
        case datetime.datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case datetime.date():
            return value.isoformat()
    return value


def environment_of(settings: dict[str, Any]) -> Environment:
    """Return the base environment with these settings laid over it, checked as any environment is."""
    return _environment(msgspec.json.encode(settings))


@cache
def _environment(settings: bytes) -> Environment:
    with tempfile.TemporaryDirectory() as folder:
        overlay = Path(folder) / "prod"
        overlay.mkdir()
        for name, content in msgspec.json.decode(settings).items():
            if name in ("instance", "catalogue"):
                _write(overlay / f"{name}.yaml", content)
                continue
            connection = overlay / "connections" / name
            base = CASES / "_base" / "prod" / "connections"
            if not (base / name).exists():
                shutil.copytree(base / "intune", connection)
            connection.mkdir(parents=True, exist_ok=True)
            for file, keys in content.items():
                _write(connection / f"{file}.yaml", read_yaml(connection / f"{file}.yaml") | keys)
        loaded = load_environment(CASES / "_base", "prod", overlay=Path(folder), with_commit=False)
        return loaded.settled()


def _write(path: Path, content: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(content, file)


def stored_catalogue(catalogue: CatalogueFile) -> StoredCatalogue:
    """Return what a store has after the catalogue was applied to it."""
    return StoredCatalogue(
        organisations=tuple(each.name for each in catalogue.organisations),
        sites=tuple(catalogue.sites()),
        statuses=tuple(catalogue.statuses),
        asset_groups=tuple(each.name for each in catalogue.asset_groups),
        types=catalogue.types(),
        custom_fields=tuple(each.name for each in catalogue.custom_fields),
        licences=tuple(each.name for each in catalogue.licences),
    )


def recording_of(before: dict[str, Any], environment: Environment) -> Recording:
    """Return the recording that a case's `before.yaml` describes."""
    snapshots = {"intune": before} | before.get("also", {})
    failures = before.get("failures", {})
    return Recording(
        instance="prod",
        taken_at=before.get("readAt", READ_AT),
        state=_state(before, environment),
        snapshots=tuple(
            snapshot_of(environment.connections[name], read, before.get("fleet", 0) if name == "intune" else 0)
            for name, read in snapshots.items()
            if name not in failures
        ),
        failures=failures,
    )


def snapshot_of(connection: Connection, read: dict[str, Any], fleet: int = 0) -> Snapshot:
    """Return what was read for one connection; a property that is not given is empty, or unknown when not recorded."""
    properties = tuple(read.get("recordedProperties", needs.device_properties(connection)))
    users = needs.user_properties(connection)
    devices = [*read.get("devices", ()), *({"id": f"fleet-{n:03}", "deviceName": f"F-{n:03}"} for n in range(fleet))]
    unknown = "not read" if "entraUsers" not in read else None
    kind = record_type("Device", tuple((name, DEVICE_PROPERTIES[name].type.value) for name in properties))
    user_kind = record_type("User", tuple((name, USER_PROPERTIES[name].type.value) for name in users))
    given = {key: read[key] for key in _SNAPSHOT if key in read}
    return msgspec.convert(
        {
            "connection": connection.name,
            "source": "intune",
            "tenantId": connection.tenant_id,
            "readAt": read.get("readAt", READ_AT),
            "deviceProperties": properties,
            "devices": sorted((_record(kind, each, read) for each in devices), key=lambda each: each.id),
            "userProperties": users,
            "users": sorted((_record(user_kind, each, {}) for each in read.get("entraUsers", ())), key=lambda e: e.id),
            "usersUnknown": read.get("entraUsersUnknown", unknown),
            **({"organisationUnknown": None} if "organisation" in read else {}),
            **({"owners": read["owners"], "ownersUnknown": None} if "owners" in read else {}),
            **_software_of(read),
            **given,
        },
        Snapshot,
    )


def _software_of(read: dict[str, Any]) -> dict[str, Any]:
    """Return what was detected, from versions by name on each device; nothing was read when it is not given."""
    if "software" not in read:
        return {}
    publishers = read.get("publishers", {})
    on = {device: [(name, each) for name, each in _rows(given)] for device, given in read["software"].items()}
    places = {row: place for place, row in enumerate(sorted({row for rows in on.values() for row in rows}))}
    return {
        "software": [Software(name, version, publishers.get(name)) for name, version in places],
        "detected": {device: tuple(sorted(places[row] for row in rows)) for device, rows in on.items()},
        "softwareUnknown": None,
    }


def _rows(given: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return [(name, each) for name, found in given.items() for each in ([found] if isinstance(found, str) else found)]


def _record(kind: type[Struct], values: dict[str, Any], read: dict[str, Any]) -> Struct:
    defaults = {"enrolledDateTime": ENROLLED, "lastSyncDateTime": read.get("readAt", READ_AT)}
    full: dict[str, Any] = {name: defaults.get(name) for name in kind.__struct_fields__} | {
        "accountEnabled": True,
        **values,
    }
    if values["id"] in read.get("unlisted", ()):
        full |= dict.fromkeys(_USER_OF_DEVICE, UNSET)
    return kind(
        **{
            name: UNSET if value == "~unknown" else value
            for name, value in full.items()
            if name in kind.__struct_fields__
        }
    )


def _state(before: dict[str, Any], environment: Environment) -> State:
    fields = tuple(asset_fields(environment.catalogue))
    people = _people(before.get("users", ()))
    called = {person.upn or person.name: person.id for person in people}
    given = [*before.get("assets", ()), *map(_fleet_asset, range(before.get("fleet", 0)))]
    numbered = list(enumerate(given, 1))
    bindings = tuple(_binding(key, each, environment) for key, each in numbered if "device" in each)
    bindings += tuple(
        _binding(key, each | former | {"device": {"deviceId": former["device"], "presence": "deleted"}}, environment)
        for key, each in numbered
        for former in each.get("formerly", ())
    )
    tenants = sorted({each.tenant_id for each in bindings})
    installed = {key: _rows(each["software"]) for key, each in numbered if "software" in each}
    known = {each["name"]: msgspec.convert(each, Application) for each in before.get("applications", ())}
    known = {name: Application(name) for rows in installed.values() for name, _ in rows} | known
    pairs = sorted({(list(known).index(name), version) for rows in installed.values() for name, version in rows})
    last, days = before.get("lastRead", LAST_READ), before.get("wholeDays")
    return State(
        stamp=Stamp("prod", "production", "store-1"),
        revision="revision-1",
        fields=fields,
        catalogue=_catalogue(before, environment.catalogue),
        assets=tuple(_asset(key, each, fields, called) for key, each in numbered),
        people=people,
        bindings=bindings,
        applications=tuple(known.values()),
        versions=tuple(pairs),
        installed={
            key: tuple(sorted(pairs.index((list(known).index(name), version)) for name, version in rows))
            for key, rows in installed.items()
        },
        pins={key: each["pins"] for key, each in numbered if "pins" in each},
        reads=tuple(LastRead("intune", tenant, last, tuple(days or (last[:10],))) for tenant in tenants),
        usage=tuple(msgspec.convert({"source": "intune", **each}, Usage) for each in before.get("usage", ())),
        highest_tag=before.get("highestTag", 0),
    )


def _catalogue(before: dict[str, Any], catalogue: CatalogueFile) -> StoredCatalogue:
    """Return the store's catalogue; an organisation that is tied under another name has the first one's sites."""
    if before.get("emptyCatalogue"):
        return StoredCatalogue()
    stored = stored_catalogue(catalogue)
    tenants = before.get("tenants", {})
    first = stored.organisations[0]
    name = next(iter(tenants.values()), first)
    return msgspec.structs.replace(
        stored,
        tenants=tenants,
        organisations=(name, *stored.organisations[1:]),
        sites=tuple(f"{name}/{site.removeprefix(f'{first}/')}" for site in stored.sites),
    )


def _fleet_asset(number: int) -> dict[str, Any]:
    return {"tag": f"FLEET-{number:03}", "name": f"F-{number:03}", "device": f"fleet-{number:03}"}


def _people(users: Iterable[dict[str, Any]]) -> tuple[Person, ...]:
    return tuple(
        msgspec.convert({"id": key, "name": each.get("upn", ""), **each}, Person) for key, each in enumerate(users, 1)
    )


def _asset(key: int, given: dict[str, Any], fields: tuple[str, ...], called: dict[str, int]) -> Asset:
    unknown = (
        given.keys()
        - set(fields)
        - {"tag", "type", "site", "status", "user", "device", "formerly", "tenant", "pins", "software"}
    )
    assert not unknown, f"{given['tag']} has {unknown}"
    user = given.get("user")
    return Asset(
        key,
        given["tag"],
        given.get("type", "Laptop"),
        given.get("site", "Contoso/Head Office"),
        given.get("status", "In Use"),
        None if user is None else called[user],
        tuple(given.get(name) for name in fields),
    )


def _binding(asset_id: int, given: dict[str, Any], environment: Environment) -> Binding:
    life = given["device"]
    life = {"deviceId": life} if isinstance(life, str) else life
    defaults = {"presence": "present", "boundAt": BOUND_AT, "statusSet": given.get("status", "In Use")}
    tenant = given.get("tenant", "intune")
    tenant = environment.connections[tenant].tenant_id if tenant in environment.connections else tenant
    return Binding("intune", tenant, asset_id, msgspec.convert(defaults | life, Life))


def plan_of(folder: Path) -> tuple[Environment, Recording, Plan]:
    """Return a case's settings, its recording, and the plan that comes out."""
    environment = environment_of(read_yaml(folder / "settings.yaml"))
    before = read_yaml(folder / "before.yaml")
    recording = recording_of(before, environment)
    options = before.get("options", {})
    plan = build_plan(
        environment,
        recording,
        allowances=options.get("allow", {}),
        as_if_enabled=options.get("asIfEnabled", False),
    )
    return environment, recording, plan


def described(plan: Plan) -> dict[str, Any]:
    """Return all that a plan decides, in the words of `plan.yaml`; what is empty is left out."""
    parts: dict[str, Any] = {
        "connections": {each.name: _connection(plan, each.name) for each in plan.connections},
        "limits": [_limit(each) for each in plan.limits if each.over or each.exempt],
        "changes": [_change(each) for each in plan.changes],
        "withheld": [_told(each, each.reason, each.rule, what=each.what) for each in plan.withheld],
        "problems": [_told(each, each.message, each.rule) for each in plan.problems],
        "leftAlone": [_told(each, each.reason, each.rule, why=each.why) for each in plan.left_alone],
        "bindings": [_binding_change(each) for each in plan.bindings],
    }
    if len(plan.connections) == 1:
        for part in ("withheld", "problems", "leftAlone", "bindings", "changes", "limits"):
            for each in parts[part]:
                each.pop("connection", None)
    return {name: part for name, part in parts.items() if part}


def _connection(plan: Plan, name: str) -> dict[str, Any]:
    [summary] = [each for each in plan.connections if each.name == name]
    advance = [each for each in plan.reads if each.tenant_id == summary.tenant_id]
    told: dict[str, Any] = {key: each for key, each in msgspec.to_builtins(summary.report).items() if each}
    told |= {"firstImport": summary.first_import, "unproven": summary.unproven, "skipped": summary.skipped}
    told["unknown"] = {part.part: part.why for part in summary.unknown}
    told["warnings"] = list(summary.warnings)
    told["read"] = {(): "counts nothing", (True,): "", (False,): "counts, not whole"}[tuple(a.whole for a in advance)]
    if summary.skipped:
        del told["read"]
    return {key: each for key, each in told.items() if each}


def _limit(use: LimitUse) -> dict[str, Any]:
    told = {"kind": str(use.kind), "planned": use.planned, "used": use.used, "allowed": use.allowed, "bound": use.bound}
    return {"connection": use.connection, **told, **({"exempt": use.exempt} if use.exempt else {"over": use.over})}


def _change(change: Change) -> dict[str, Any]:
    told: dict[str, Any] = {
        str(change.action): change.name if change.subject == "asset" else f"{change.subject} {change.name}"
    }
    told |= {"label": change.label} if change.label != change.name.split("/", 1)[-1] else {}
    told |= {"connection": change.connection} if change.connection else {}
    told |= {"device": change.device_id} if change.device_id else {}
    told |= {"counts": [str(kind) for kind in change.kinds]} if change.kinds else {}
    told |= {"match": dict(change.match)} if change.match else {}
    return told | {"attributes": {each.name: _attribute(each) for each in change.attributes}}


def _attribute(attribute: Attribute) -> dict[str, Any]:
    was = {} if attribute.before is None else {"was": attribute.before}
    return {**was, "becomes": attribute.after, attribute.rule: attribute.reason}


def _told(each: Any, reason: str, rule: str, **more: str) -> dict[str, Any]:
    device = {"device": each.device_id} if each.device_id else {}
    return {"connection": each.connection, **device, "label": each.label, **more, rule: reason}


def _plain(life: Life) -> dict[str, Any]:
    """Return a life as JSON has it, lists included."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(life))
    return plain


def _binding_change(change: BindingChange) -> dict[str, Any]:
    told: dict[str, Any] = {"connection": change.connection, "asset": change.asset}
    told["device"] = (change.before or change.after).device_id
    after = _plain(change.after)
    before = _plain(change.before) if change.before else {}
    names = [name for name in (*after, *before) if after.get(name) != before.get(name)]
    if change.before is None:
        names.remove("deviceId")
        told["new"] = {name: after[name] for name in names}
    else:
        told["was"] = {name: before.get(name) for name in names}
        told["becomes"] = {name: after.get(name) for name in names}
    return told | ({change.rule: change.reason} if change.reason or change.rule else {})


def written(description: dict[str, Any]) -> str:
    """Return a description as the text of a `plan.yaml`."""
    yaml = YAML()
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_styled(description), stream)
    return stream.getvalue()


def _styled(value: Any, depth: int = 0) -> Any:
    """Write what is one fact on one line, and everything above it as a block."""
    match value:
        case dict() if (
            depth and not any(isinstance(each, dict | list) for each in value.values()) and "label" not in value
        ):
            flat = CommentedMap(value)
            flat.fa.set_flow_style()
            return flat
        case dict():
            return CommentedMap({key: _styled(each, depth + 1) for key, each in value.items()})
        case list() if all(isinstance(each, dict) for each in value):
            return CommentedSeq([_styled(each, depth + 1) for each in value])
        case list():
            flow = CommentedSeq(value)
            flow.fa.set_flow_style()
            return flow
    return value
