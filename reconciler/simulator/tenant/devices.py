"""Generating managed devices: a share of each kind, with Intune's sentinels and oddities."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from msgspec.structs import replace

from reconciler.simulator.tenant import hardware
from reconciler.simulator.tenant.names import chance, guid
from reconciler.simulator.tenant.records import FOREVER, NEVER, ZERO_GUID, Device, User, stamp


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
    plain = _plain(ticket)
    part = hardware.Part(ticket.number, ticket.rng, ticket.user.givenName if ticket.user else None)
    match kind:
        case Kind.LAPTOP:
            device = hardware.laptop(plain, part)
        case Kind.VIRTUAL_MACHINE:
            device = hardware.virtual_machine(plain, part)
        case Kind.IPHONE:
            device = hardware.iphone(plain, part)
        case Kind.ANDROID:
            device = hardware.android(plain, part)
        case Kind.MAC:
            device = hardware.apple_computer(plain, part)
    personal = chance(ticket.rng, _PERSONAL[kind])
    return replace(
        device,
        managedDeviceOwnerType="personal" if personal else "company",
        deviceEnrollmentType="userEnrollment" if personal else device.deviceEnrollmentType,
        managedDeviceName=_automatic_name(device, ticket.user),
    )


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


def with_user_of(device: Device, other: Device) -> Device:
    """Give the device to the user of another one."""
    return replace(
        device,
        userId=other.userId,
        userPrincipalName=other.userPrincipalName,
        emailAddress=other.emailAddress,
        userDisplayName=other.userDisplayName,
    )


def _plain(ticket: Ticket) -> Device:
    """Make what all kinds have in common: ids, times, compliance, the user."""
    rng, now = ticket.rng, ticket.now
    seen = now - timedelta(seconds=_silence(rng))
    enrolled = seen - timedelta(seconds=rng.randrange(86_400, 1_000 * 86_400))
    registered = not chance(rng, 0.04)
    compliance = rng.choices(_COMPLIANCE, (80, 10, 4, 5, 1))[0]
    device = Device(
        id=guid(rng),
        azureADRegistered=True if registered else None,
        azureADDeviceId=guid(rng) if registered else ZERO_GUID,
        complianceState=compliance,
        complianceGracePeriodExpirationDateTime=_grace(compliance, now),
        deviceCategoryDisplayName=rng.choices(("Unknown", "Standard", "Kiosk"), (80, 18, 2))[0],
        enrolledDateTime=stamp(enrolled),
        lastSyncDateTime=stamp(seen),
        managementCertificateExpirationDate=stamp(enrolled + timedelta(days=365 * 3)),
        notes="Simulated note" if chance(rng, 0.05) else None,
    )
    return assigned(device, ticket.user)


def _automatic_name(device: Device, user: User | None) -> str:
    """Make the name that Intune gives, e.g. `ada.example_iOS_2/17/2021_4:24 PM`."""
    moment = datetime.fromisoformat(device.enrolledDateTime)
    time = f"{moment.hour % 12 or 12}:{moment.minute:02} {('AM', 'PM')[moment.hour // 12]}"
    owner = user.mailNickname if user else "userless"
    return f"{owner}_{device.operatingSystem}_{moment.month}/{moment.day}/{moment.year}_{time}"


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
