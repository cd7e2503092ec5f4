"""What each kind of device looks like: makers, models, serials, names, storage; all made up, all of likely shape."""

from dataclasses import dataclass
from random import Random
from typing import Final

from msgspec.structs import replace

from reconciler.simulator.tenant.names import chance, code, digits, guid, mac
from reconciler.simulator.tenant.records import NEVER, Device

GIGABYTE: Final = 1024**3
JUNK_SERIALS: Final = ("To Be Filled By O.E.M.", "System Serial Number", "Default string", "0", "", "00000000")

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


@dataclass(frozen=True)
class Part:
    """What a device's own facts are drawn from; `number` is never given twice in a tenant, so serials are unique."""

    number: int
    rng: Random
    owner: str | None = None
    """The given name of its user."""


def laptop(plain: Device, part: Part) -> Device:
    """Make a Windows laptop; a few have a placeholder for a serial, a few are only Defender's."""
    rng, number = part.rng, part.number
    manufacturer, model = rng.choice(_LAPTOPS)
    total = rng.choice((256, 512, 1024)) * GIGABYTE
    device = replace(
        plain,
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
        device,
        userId="",
        userPrincipalName="",
        emailAddress="",
        userDisplayName="",
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


def virtual_machine(plain: Device, part: Part) -> Device:
    """Make a Windows virtual machine of Hyper-V's or VMware's."""
    rng, number = part.rng, part.number
    hyper_v = chance(rng, 0.5)
    return replace(
        plain,
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


def iphone(plain: Device, part: Part) -> Device:
    """Make an iPhone; half of them are called just that."""
    rng, number = part.rng, part.number
    given = part.owner if chance(rng, 0.5) else None
    return replace(
        _phone(plain, part),
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


def android(plain: Device, part: Part) -> Device:
    """Make an Android phone; some user names have the prefix of msgraph-sdk-powershell#2832."""
    rng, number = part.rng, part.number
    manufacturer, model = rng.choice(_ANDROIDS)
    device = replace(
        _phone(plain, part),
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


def apple_computer(plain: Device, part: Part) -> Device:
    """Make a Mac."""
    rng, number = part.rng, part.number
    total = rng.choice((256, 512)) * GIGABYTE
    return replace(
        plain,
        deviceName=f"MAC-{code(number, 6)}",
        operatingSystem="macOS",
        jailBroken="False",
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


def _phone(plain: Device, part: Part) -> Device:
    """Return a device as a phone: numbers, SIM, storage."""
    rng, number = part.rng, part.number
    total = rng.choice((64, 128, 256)) * GIGABYTE
    sim = chance(rng, 0.7)
    return replace(
        plain,
        jailBroken="False",
        isEncrypted=True,
        imei=f"35{digits(number, 13)}",
        iccid=f"89440{digits(number, 15)}" if sim else "",
        phoneNumber=f"+447700900{digits(number, 3)}" if sim and chance(rng, 0.5) else "",
        subscriberCarrier=rng.choice(("Pretend Mobile", "Simulcell")) if sim else "",
        totalStorageSpaceInBytes=total,
        freeStorageSpaceInBytes=int(total * rng.random()),
        wiFiMacAddress=mac(rng),
    )
