"""What can happen on a day: in Intune, in Entra, to the reading of both, in the store, and to the settings.

Each event is called with the world and two numbers, which choose what it strikes, and says whether there was anything
that it could strike.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from storing import execute

from random_days.choices import NEVER_REPLACED, changed
from random_days.tenant import Record, Tenant
from random_days.world import World
from reconciler.model.state import Presence

Event = Callable[[World, int, int], bool]
T = TypeVar("T")

_DEPARTMENTS: Final = ("Sales", "Support", None)
_PROGRAMS: Final = ("Visio", "Firefox", "7-Zip")
_LOST: Final = (
    "deviceCategoryDisplayName",
    "managementAgent",
    "serialNumber",
    "enrolledDateTime",
    "managedDeviceOwnerType",
    "userPrincipalName",
    "userId",
)
_CHOSEN: Final = (NEVER_REPLACED, "In Use", NEVER_REPLACED, "In Stock", "Retired", "Inactive")
_PINNED: Final = ("status", "name", "serialNumber", "user", "site", "type", "software")


def one(items: Sequence[T], number: int) -> T | None:
    """Return the item that a number chooses, None when there is none."""
    return items[number % len(items)] if items else None


def _tenant(world: World, number: int) -> Tenant:
    return list(world.tenants.values())[number % len(world.tenants)]


def _device(world: World, number: int) -> tuple[Tenant, Record] | tuple[None, None]:
    found = one(world.devices(), number)
    return (None, None) if found is None else (world.tenant_of(found["id"]), found)


def enrol(world: World, a: int, b: int) -> bool:
    """Enrol a machine: a new one, one that somebody has recorded by hand, or one with a placeholder for a serial."""
    serial: str | None = world.serial()
    if b % 4 == 1:
        place = world.state().fields.index("serialNumber")
        known = [str(asset.values[place]) for asset in world.state().assets if asset.values[place]]
        serial = one(known, b // 4)
    if b % 8 == 2:
        serial = "0000"
    if serial is None:
        return False
    tenant = _tenant(world, a)
    key = tenant.enrol(serial, world.at(-3))
    if b % 3:
        _give(tenant, tenant.devices[key], one(list(tenant.users), b))
    if b % 5 == 4:
        tenant.devices[key] |= {"silent": True, "lastSyncDateTime": world.at(-24 * 9)}
    return True


def _give(tenant: Tenant, device: Record, user: str | None) -> None:
    device["userId"] = user
    device["userPrincipalName"] = None if user is None else tenant.users[user]["userPrincipalName"]


def enrol_its_twin(world: World, a: int, b: int) -> bool:
    """Enrol a device with the serial of one that stays; now and then as if that had happened long ago."""
    tenant, device = _device(world, a)
    if tenant is None:
        return False
    tenant.enrol(device["serialNumber"], world.at(-4 if b % 3 else -24 * 99), model=device["model"])
    return True


def enrol_elsewhere(world: World, a: int, b: int) -> bool:
    """Enrol a machine in the other tenant; now and then it leaves its own."""
    tenant, device = _device(world, a)
    if tenant is None:
        return False
    other = next(each for each in world.tenants.values() if each is not tenant)
    other.enrol(device["serialNumber"], world.at(-4))
    if b % 3:
        tenant.delete(device["id"])
    return True


def enrol_again(world: World, a: int, b: int) -> bool:
    """Delete a device and enrol its machine under a new id; now and then out of scope, or silent."""
    tenant, device = _device(world, a)
    if tenant is None:
        return False
    tenant.delete(device["id"])
    more: Record = {"deviceCategoryDisplayName": "Lab"} if b % 4 == 1 else {}
    if b % 4 == 2:
        more = {"silent": True, "lastSyncDateTime": world.at(-24 * 9)}
    tenant.enrol(device["serialNumber"], world.at(-4), deviceName=device["deviceName"], **more)
    return True


def delete(world: World, a: int, _b: int) -> bool:
    """Delete a device from Intune."""
    tenant, device = _device(world, a)
    return tenant is not None and bool(tenant.delete(device["id"]))


def come_back(world: World, a: int, b: int) -> bool:
    """Let a deleted device be in Intune again, under its id; now and then silent or out of scope."""
    gone = [(tenant, key) for tenant in world.tenants.values() for key in tenant.gone]
    found = one(gone, a)
    if found is None:
        return False
    tenant, key = found
    device = tenant.gone.pop(key)
    device |= {"silent": b % 4 == 1, "deviceCategoryDisplayName": "Lab" if b % 4 == 2 else "Office"}
    tenant.devices[key] = device | ({} if device["silent"] else {"lastSyncDateTime": world.at(-2)})
    return True


def _becomes(**made: Callable[[World, Record, int], Any]) -> Event:
    """Return an event that gives a device other properties."""

    def event(world: World, a: int, b: int) -> bool:
        tenant, device = _device(world, a)
        if tenant is None:
            return False
        device |= {name: make(world, device, b) for name, make in made.items()}
        return True

    return event


rename = _becomes(deviceName=lambda world, device, b: f"PC-{b}")
leave_scope = _becomes(deviceCategoryDisplayName=lambda world, device, b: "Lab")
enter_scope = _becomes(deviceCategoryDisplayName=lambda world, device, b: "Office")
turn_personal = _becomes(managedDeviceOwnerType=lambda world, device, b: ("personal", "company")[b % 2])
lose_its_model = _becomes(model=lambda world, device, b: (None, "XPS")[b % 2])
fall_silent = _becomes(
    silent=lambda world, device, b: True, lastSyncDateTime=lambda world, device, b: world.at(-24 * (b % 4))
)
wake = _becomes(silent=lambda world, device, b: False, lastSyncDateTime=lambda world, device, b: world.at(-2))
get_another_serial = _becomes(
    serialNumber=lambda world, device, b: (
        (None, " ", world.serial(), world.serial().lower())[b // 2 % 4]
        if b % 2
        else world.devices()[b % len(world.devices())]["serialNumber"]
    )
)


def reassign(world: World, a: int, b: int) -> bool:
    """Give a device to another user, to nobody, or to somebody whom Entra does not have."""
    tenant, device = _device(world, a)
    if tenant is None:
        return False
    _give(tenant, device, one([None, *tenant.users], b))
    if b % 7 == 6:
        device |= {"userId": f"{tenant.connection[0]}u-99", "userPrincipalName": "stranger@contoso.com"}
    return True


def install(world: World, a: int, b: int) -> bool:
    """Install a program on a device, or another version of it."""
    tenant, device = _device(world, a)
    if tenant is not None:
        device["software"] = {**device["software"], _PROGRAMS[b % 3]: f"{b // 3}.0"}
    return tenant is not None


def uninstall(world: World, a: int, b: int) -> bool:
    """Take a program away from a device."""
    tenant, device = _device(world, a)
    if tenant is None or not device["software"]:
        return False
    device["software"] = {name: each for name, each in device["software"].items() if name != _PROGRAMS[b % 3]}
    return True


def hire(world: World, a: int, b: int) -> bool:
    """Let Entra have another user; now and then one with the name of another, or with a store user's UPN."""
    tenant = _tenant(world, a)
    key = f"{tenant.connection[0]}u-{len(tenant.users) + 1}"
    while key in tenant.users:
        key += "0"
    upn = f"{key}@contoso.com" if b % 4 else f"hand-{b % 3}@contoso.com"
    tenant.users[key] = {
        "id": key,
        "displayName": "Ada" if b % 3 == 0 else f"User {key}",
        "userPrincipalName": upn,
        "department": _DEPARTMENTS[b % 3],
        "accountEnabled": True,
    }
    return True


def _user(world: World, number: int) -> Record | None:
    return one([each for tenant in world.tenants.values() for each in tenant.users.values()], number)


def change_a_user(world: World, a: int, b: int) -> bool:
    """Rename a user of Entra, disable or enable the account, or give it another department."""
    user = _user(world, a)
    if user is None:
        return False
    what: Record = {"displayName": one(("Ada", "Grace", f"User {b}"), b), "accountEnabled": b % 2 == 0}
    name = list(what)[b // 3 % 2]
    user[name] = what[name]
    return True


def dismiss(world: World, a: int, _b: int) -> bool:
    """Remove a user from Entra."""
    user = _user(world, a)
    return user is not None and bool(world.tenant_of(user["id"]).users.pop(user["id"]))


def _fault(name: str) -> Event:
    def event(world: World, a: int, _b: int) -> bool:
        setattr(_tenant(world, a).faults, name, True)
        return True

    return event


def _fault_of_one(*names: str) -> Event:
    """Return an event that strikes the reading of one device; of one that is gone too."""

    def event(world: World, a: int, _b: int) -> bool:
        keys = [key for tenant in world.tenants.values() for key in (*tenant.devices, *tenant.gone)]
        key = one(keys, a)
        for name in names if key is not None else ():
            getattr(world.tenant_of(str(key)).faults, name).add(key)
        return key is not None

    return event


def lose_a_property(world: World, a: int, b: int) -> bool:
    """Let a read lack a property of every device."""
    _tenant(world, a).faults.lost.add(_LOST[b % len(_LOST)])
    return True


def change_a_setting(world: World, a: int, b: int) -> bool:
    """Change one setting of one connection."""
    name = _tenant(world, a).connection
    world.choices[name] = changed(world.choices[name], a // 2, b)
    return True


def record_an_asset(world: World, _a: int, b: int) -> bool:
    """Record an asset by hand: of a machine that is enrolled already, of one that may be, or without a serial."""
    serial = one([each["serialNumber"] for each in world.devices() if each["serialNumber"]], b)
    value = (f"'{serial}'" if b % 3 == 0 and serial is not None else None) or (f"'{world.serial()}'" if b % 3 else None)
    tag = f"HAND-{len(world.by_hand) + 1}"
    world.write(
        tag,
        "INSERT INTO asset (tag, name, serial_number, created_at, updated_at) "
        f"VALUES ('{tag}', 'by hand', {value or 'NULL'}, '{world.now}', '{world.now}')",
    )
    return True


def record_a_user(world: World, _a: int, b: int) -> bool:
    """Record a store user by hand; some share a UPN or a name."""
    execute(
        world.place,
        f"INSERT INTO person (name, upn) VALUES ('{('Ada', f'Hand {b}')[b % 2]}', 'hand-{b % 3}@contoso.com')",
    )
    return True


def _edit(made: Callable[[World, int], str]) -> Event:
    """Return an event that writes a column of an asset; one half of the assets has a version that tells."""

    def event(world: World, a: int, b: int) -> bool:
        asset = one(world.state().assets, a)
        if asset is None:
            return False
        counted = a // 3 % 2 == 1
        written = f"{made(world, b)}{', version = version + 1' if counted else ''}"
        world.write(asset.tag, f"UPDATE asset SET {written} WHERE tag = '{asset.tag}'", counted=counted)
        return True

    return event


set_status = _edit(lambda world, b: f"status_id = (SELECT id FROM status WHERE name = '{one(_CHOSEN, b)}')")
set_name = _edit(lambda world, b: f"name = 'mine {b % 3}'")
set_notes = _edit(lambda world, b: f"notes = {('NULL', repr(f'note {b % 3}'))[b % 2]}")
set_user = _edit(
    lambda world, b: f"person_id = {one([*(each.id for each in world.state().people), 'NULL'], b)}",
)
set_serial = _edit(
    lambda world, b: f"serial_number = {repr(world.serial()) if b % 3 else 'NULL'}",
)


def remove_an_asset(world: World, a: int, _b: int) -> bool:
    """Remove an asset from the store."""
    asset = one(world.state().assets, a)
    if asset is None:
        return False
    world.write(asset.tag, f"DELETE FROM asset WHERE tag = '{asset.tag}'")
    return True


def return_to_a_chosen_status(world: World, a: int, b: int) -> bool:
    """Choose a status for an asset whose device is deleted or inactive, just before the device is back."""
    state = world.state()
    ended = [each for each in state.bindings if each.life.presence is Presence.DELETED or each.life.inactive_since]
    found = one(ended, a)
    if found is None:
        return False
    tag = next(each.tag for each in state.assets if each.id == found.asset_id)
    status = f"(SELECT id FROM status WHERE name = '{one(_CHOSEN, b)}')"
    world.write(tag, f"UPDATE asset SET status_id = {status} WHERE tag = '{tag}'", counted=False)
    key = found.life.device_id
    tenant = world.tenant_of(key)
    device = tenant.gone.pop(key, None) or tenant.devices.get(key)
    if device is not None:
        back = {"silent": False, "lastSyncDateTime": world.at(-2), "deviceCategoryDisplayName": "Office"}
        tenant.devices[key] = device | back
    return True


def pin(world: World, a: int, b: int) -> bool:
    """Pin a field of an asset, or take its pin away."""
    asset = one(world.state().assets, a)
    if asset is None:
        return False
    field = _PINNED[b % len(_PINNED)]
    if field in world.state().pins.get(asset.id, {}):
        execute(world.place, f"DELETE FROM pin WHERE asset_id = {asset.id} AND field = '{field}'")
    else:
        values = f"({asset.id}, '{field}', 'mine', '{world.now}')"
        execute(world.place, f"INSERT INTO pin (asset_id, field, reason, pinned_at) VALUES {values}")
    return True


EVENTS: Final[dict[str, Event]] = {
    "enrol": enrol,
    "enrol its twin": enrol_its_twin,
    "enrol elsewhere": enrol_elsewhere,
    "enrol again": enrol_again,
    "delete": delete,
    "come back": come_back,
    "rename": rename,
    "leave scope": leave_scope,
    "enter scope": enter_scope,
    "turn personal": turn_personal,
    "lose its model": lose_its_model,
    "fall silent": fall_silent,
    "wake": wake,
    "get another serial": get_another_serial,
    "reassign": reassign,
    "install": install,
    "uninstall": uninstall,
    "hire": hire,
    "change a user": change_a_user,
    "dismiss": dismiss,
    "list it not": _fault_of_one("hidden"),
    "prove nothing of it": _fault_of_one("hidden", "unproven"),
    "read no details of it": _fault_of_one("undetailed"),
    "break the list": _fault("broken"),
    "ask for none": _fault("skipped"),
    "reach nothing": _fault("unreachable"),
    "read no users": _fault("no_users"),
    "read no software": _fault("no_software"),
    "read some software": _fault("some_software"),
    "lose a property": lose_a_property,
    "change a setting": change_a_setting,
    "record an asset": record_an_asset,
    "record a user": record_a_user,
    "return to a chosen status": return_to_a_chosen_status,
    "set status": set_status,
    "set name": set_name,
    "set notes": set_notes,
    "set user": set_user,
    "set serial": set_serial,
    "remove an asset": remove_an_asset,
    "pin": pin,
}
"""Every event but `undo`, which is a run of its own."""
