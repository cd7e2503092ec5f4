"""Generating managed devices: laptops, virtual machines, phones and Macs, with Intune's sentinels and oddities."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from msgspec.structs import replace

from reconciler.simulator.names import chance, code, digits, guid, mac
from reconciler.simulator.records import FOREVER, NEVER, ZERO_GUID, Device, User, stamp

GIGABYTE: Final = 1024**3
JUNK_SERIALS: Final = ("To Be Filled By O.E.M.", "System Serial Number", "Default string", "0", "", "00000000")


class Kind(StrEnum):
    """What a device is."""

    LAPTOP = "laptop"
    VIRTUAL_MACHINE = "virtual machine"
    IPHONE = "iPhone"
    ANDROID = "Android phone"
    MAC = "Mac"


_SHARES: Final = {Kind.LAPTOP: 62, Kind.VIRTUAL_MACHINE: 8, Kind.IPHONE: 14, Kind.ANDROID: 8, Kind.MAC: 8}
_USERLESS: Final = {Kind.LAPTOP: 0.03, Kind.VIRTUAL_MACHINE: 0.7, Kind.IPHONE: 0.02, Kind.ANDROID: 0.02, Kind.MAC: 0.02}
_PERSONAL: Final = {Kind.LAPTOP: 0.03, Kind.VIRTUAL_MACHINE: 0, Kind.IPHONE: 0.3, Kind.ANDROID: 0.3, Kind.MAC: 0.05}

_LAPTOPS: Final = (
    ("Dell Inc.", "Latitude 5440"),
    ("Dell Inc.", "Latitude 7450"),
    ("HP", "HP EliteBook 840 14 inch G10 Notebook PC"),
    ("HP", "HP ProBook 450 15.6 inch G10 Notebook PC"),
    ("LENOVO", "21HD"),
    ("LENOVO", "20XW"),
    ("Microsoft Corporation", "Surface Laptop 5"),
)
_IPHONES: Final = ("iPhone 13", "iPhone 14", "iPhone 15 Pro", "iPhone SE (3rd generation)")
_ANDROIDS: Final = (("samsung", "SM-S911B"), ("samsung", "SM-A546B"), ("Google", "Pixel 8"))
_MACS: Final = ("MacBook Pro (14-inch, 2023)", "MacBook Air (M2, 2022)", "Mac mini (2023)")
_WINDOWS: Final = ("10.0.22631.4317", "10.0.26100.2033", "10.0.19045.5011")
_COMPLIANCE: Final = ("compliant", "noncompliant", "inGracePeriod", "unknown", "error")


@dataclass(frozen=True)
class Ticket:
    """What generating one device starts from; `number` is never given twice in a tenant, so serials are unique."""

    number: int
    rng: Random
    now: datetime
    user: User | None


def kind(rng: Random) -> Kind:
    """Draw a kind by its share of a fleet."""
    return rng.choices(tuple(_SHARES), tuple(_SHARES.values()))[0]


def has_user(kind: Kind, rng: Random) -> bool:
    """Draw whether a device of this kind has a user; virtual machines seldom have one."""
    return rng.random() >= _USERLESS[kind]


def make_device(kind: Kind, ticket: Ticket) -> Device:
    """Make one device of a kind, enrolled and last seen some time before `ticket.now`."""
    match kind:
        case Kind.LAPTOP:
            device = _laptop(ticket)
        case Kind.VIRTUAL_MACHINE:
            device = _virtual_machine(ticket)
        case Kind.IPHONE:
            device = _iphone(ticket)
        case Kind.ANDROID:
            device = _android(ticket)
        case Kind.MAC:
            device = _mac(ticket)
    if ticket.rng.random() < _PERSONAL[kind]:
        return replace(device, managedDeviceOwnerType="personal", deviceEnrollmentType="userEnrollment")
    return device


def assigned(device: Device, user: User | None) -> Device:
    """Give the device to a user; None empties the four user properties, as Intune does."""
    if user is None:
        return replace(device, userId="", userPrincipalName="", emailAddress="", userDisplayName="")
    return replace(
        device,
        userId=user.id,
        userPrincipalName=user.userPrincipalName,
        emailAddress=user.mail or "",
        userDisplayName=user.displayName,
    )


def _laptop(ticket: Ticket) -> Device:
    rng, number = ticket.rng, ticket.number
    manufacturer, model = rng.choice(_LAPTOPS)
    total = rng.choice((256, 512, 1024)) * GIGABYTE
    device = _plain(
        ticket,
        deviceName=f"LT-{code(number, 6)}",
        operatingSystem="Windows",
        osVersion=rng.choice(_WINDOWS),
        manufacturer=manufacturer,
        model=model,
        serialNumber=rng.choice(JUNK_SERIALS) if chance(rng, 0.015) else _laptop_serial(manufacturer, number),
        deviceEnrollmentType="windowsAzureADJoin",
        isEncrypted=chance(rng, 0.9),
        totalStorageSpaceInBytes=total,
        freeStorageSpaceInBytes=int(total * rng.random()),
        wiFiMacAddress=mac(rng),
        ethernetMacAddress=mac(rng) if chance(rng, 0.8) else None,
        physicalMemoryInBytes=rng.choice((8, 16, 32)) * GIGABYTE,
    )
    return _by_defender(device) if chance(rng, 0.03) else device


def _by_defender(device: Device) -> Device:
    """Turn a device into one that only Defender for Endpoint manages: no user, no enrolment facts, no inventory."""
    return replace(
        assigned(device, None),
        managementAgent="msSense",
        deviceEnrollmentType="unknown",
        complianceState="unknown",
        managementCertificateExpirationDate=NEVER,
        totalStorageSpaceInBytes=0,
        freeStorageSpaceInBytes=0,
        physicalMemoryInBytes=0,
    )


def _laptop_serial(manufacturer: str, number: int) -> str:
    match manufacturer:
        case "Dell Inc.":
            return code(number, 7)
        case "HP":
            return f"5CG{code(number, 7)}"
        case "LENOVO":
            return f"PF{code(number, 6)}"
        case _:
            return digits(number, 12)


def _virtual_machine(ticket: Ticket) -> Device:
    rng, number = ticket.rng, ticket.number
    hyper_v = chance(rng, 0.5)
    return _plain(
        ticket,
        deviceName=f"VM-{code(number, 5)}",
        operatingSystem="Windows",
        osVersion=rng.choice(_WINDOWS),
        manufacturer="Microsoft Corporation" if hyper_v else "VMware, Inc.",
        model="Virtual Machine" if hyper_v else rng.choice(("Virtual Machine", "VMware7,1")),
        serialNumber=_hyper_v_serial(number) if hyper_v else _vmware_serial(number),
        deviceEnrollmentType="windowsBulkAzureDomainJoin",
        totalStorageSpaceInBytes=127 * GIGABYTE,
        freeStorageSpaceInBytes=int(127 * GIGABYTE * rng.random()),
        ethernetMacAddress=mac(rng),
        physicalMemoryInBytes=rng.choice((4, 8, 16)) * GIGABYTE,
    )


def _hyper_v_serial(number: int) -> str:
    plain = digits(number, 26)
    return "-".join((*(plain[at : at + 4] for at in range(0, 24, 4)), plain[24:]))


def _vmware_serial(number: int) -> str:
    plain = f"564d{(number * 0x9E3779B97F4A7C15 + 0x1234567) % 2**112:028x}"
    pairs = [plain[at : at + 2] for at in range(0, 32, 2)]
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _iphone(ticket: Ticket) -> Device:
    rng, number = ticket.rng, ticket.number
    given = ticket.user.givenName if ticket.user and chance(rng, 0.5) else None
    return _phone(
        ticket,
        # Many iPhones are called just that: the name is nobody's key.
        deviceName=f"{given}'s iPhone" if given else "iPhone",
        operatingSystem="iOS",
        osVersion=rng.choice(("17.6.1", "18.0.1", "18.1")),
        manufacturer="Apple",
        model=rng.choice(_IPHONES),
        serialNumber=f"F{code(number, 9)}",
        deviceEnrollmentType="appleBulkWithUser",
        isSupervised=chance(rng, 0.7),
        udid=f"{rng.getrandbits(32):08x}-{rng.getrandbits(64):016x}".upper(),
        activationLockBypassCode=f"SIMULATED-{code(number, 6)}",
    )


def _android(ticket: Ticket) -> Device:
    rng, number = ticket.rng, ticket.number
    manufacturer, model = rng.choice(_ANDROIDS)
    device = _phone(
        ticket,
        deviceName=f"AndroidEnterprise_{code(number, 5)}",
        operatingSystem="Android",
        osVersion=rng.choice(("13", "14", "15")),
        manufacturer=manufacturer,
        model=model,
        serialNumber=f"R5{code(number, 9)}",
        deviceEnrollmentType="userEnrollment",
        androidSecurityPatchLevel=rng.choice(("2026-06-01", "2026-07-05", "2026-08-01")),
    )
    if not device.userId or not chance(rng, 0.2):
        return device
    # Seen in the wild: 32 hex digits glued in front, while the mail address is clean (msgraph-sdk-powershell#2832).
    return replace(device, userPrincipalName=f"{rng.getrandbits(128):032x}{device.userPrincipalName}")


def _mac(ticket: Ticket) -> Device:
    rng, number = ticket.rng, ticket.number
    total = rng.choice((256, 512)) * GIGABYTE
    return _plain(
        ticket,
        deviceName=f"MAC-{code(number, 6)}",
        operatingSystem="macOS",
        osVersion=rng.choice(("14.7 (23H124)", "15.0.1 (24A348)")),
        manufacturer="Apple",
        model=rng.choice(_MACS),
        serialNumber=f"C02{code(number, 7)}",
        deviceEnrollmentType="appleBulkWithUser",
        isEncrypted=chance(rng, 0.9),
        isSupervised=True,
        totalStorageSpaceInBytes=total,
        freeStorageSpaceInBytes=int(total * rng.random()),
        wiFiMacAddress=mac(rng),
        ethernetMacAddress=mac(rng),
        udid=guid(rng).upper(),
    )


def _phone(ticket: Ticket, **properties: object) -> Device:
    rng, number = ticket.rng, ticket.number
    total = rng.choice((64, 128, 256)) * GIGABYTE
    sim = chance(rng, 0.7)
    return _plain(
        ticket,
        isEncrypted=True,
        imei=f"35{digits(number, 13)}",
        iccid=f"89440{digits(number, 15)}" if sim else "",
        phoneNumber=f"+447700900{digits(number, 3)}" if sim and chance(rng, 0.5) else "",
        subscriberCarrier=rng.choice(("Pretend Mobile", "Simulcell")) if sim else "",
        totalStorageSpaceInBytes=total,
        freeStorageSpaceInBytes=int(total * rng.random()),
        wiFiMacAddress=mac(rng),
        **properties,
    )


def _plain(ticket: Ticket, **properties: object) -> Device:
    """Make what all kinds have in common: ids, times, compliance, the user."""
    rng, now, user = ticket.rng, ticket.now, ticket.user
    seen = now - timedelta(seconds=_silence(rng))
    enrolled = seen - timedelta(seconds=rng.randrange(86_400, 1_000 * 86_400))
    registered = not chance(rng, 0.04)
    compliance = rng.choices(_COMPLIANCE, (80, 10, 4, 5, 1))[0]
    mailbox = user.mailNickname if user else "userless"
    common: dict[str, object] = {
        "id": guid(rng),
        "userId": user.id if user else "",
        "userPrincipalName": user.userPrincipalName if user else "",
        "emailAddress": (user.mail or "") if user else "",
        "userDisplayName": user.displayName if user else "",
        "managedDeviceName": f"{mailbox}_{properties['operatingSystem']}_{_american(enrolled)}",
        "azureADRegistered": True if registered else None,
        "azureADDeviceId": guid(rng) if registered else ZERO_GUID,
        "complianceState": compliance,
        "complianceGracePeriodExpirationDateTime": _grace(compliance, now),
        "jailBroken": "Unknown" if properties["operatingSystem"] == "Windows" else "False",
        "deviceCategoryDisplayName": rng.choices(("Unknown", "Standard", "Kiosk"), (80, 18, 2))[0],
        "enrolledDateTime": stamp(enrolled),
        "lastSyncDateTime": stamp(seen),
        "managementCertificateExpirationDate": stamp(enrolled + timedelta(days=365 * 3)),
        "notes": "Simulated note" if chance(rng, 0.05) else None,
    }
    return Device(**common, **properties)  # type: ignore[arg-type]  # the callers' keywords are all Device's


def _american(moment: datetime) -> str:
    """Render a moment as the automatic device name has it, e.g. `2/17/2021_4:24 PM`."""
    half = ("AM", "PM")[moment.hour // 12]
    return f"{moment.month}/{moment.day}/{moment.year}_{moment.hour % 12 or 12}:{moment.minute:02} {half}"


def _silence(rng: Random) -> int:
    """Draw the seconds since the last check-in: mostly a day, now and then weeks, for 4 % more than two months."""
    days = rng.choices(((0, 1), (1, 14), (61, 200)), (88, 8, 4))[0]
    return rng.randrange(days[0] * 86_400 + 60, days[1] * 86_400)


def _grace(compliance: str, now: datetime) -> str:
    match compliance:
        case "inGracePeriod":
            return stamp(now + timedelta(days=3))
        case "unknown":
            return NEVER
        case _:
            return FOREVER
