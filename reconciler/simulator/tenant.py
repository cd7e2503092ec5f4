"""One pretend tenant: its application, organisation, users and devices, and its own clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock
from typing import Any, Final

from msgspec.structs import replace

from reconciler.simulator.days import Counts, Day, ReEnrolment, draw
from reconciler.simulator.devices import Kind, Ticket, assigned, has_user, kind, make_device
from reconciler.simulator.listing import Listing
from reconciler.simulator.names import DOMAIN, ORGANISATION, chance, code, guid
from reconciler.simulator.people import make_user
from reconciler.simulator.records import ZERO_GUID, Device, User, stamp

TENANT_ID: Final = "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"
CLIENT_ID: Final = "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa"
CLIENT_SECRET: Final = "simulated-secret-not-a-real-one"  # noqa: S105 - opens nothing but the simulator
NOW: Final = datetime(2026, 9, 14, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Application:
    """The app registration that clients sign in as; `permissions` become the token's `roles`."""

    client_id: str = CLIENT_ID
    secret: str = CLIENT_SECRET
    permissions: tuple[str, ...] = (
        "DeviceManagementManagedDevices.Read.All",
        "Device.Read.All",
        "Organization.Read.All",
        "User.Read.All",
    )


class Tenant:
    """A tenant whose data is a function of seed and sizes, and of the events that followed.

    `now` is the tenant's clock: Graph's `Date` header shows it. It stands still, except that each first page of a
    device list moves it one second (so that two reads are ordered), and `advance` and `next_day` move it.
    `stale_users`: a single GET of a device answers the user from before the last reassignment, as Intune does
    (msgraph-beta-sdk-dotnet#871). All methods may be called while a server answers from the tenant.
    """

    def __init__(self, *, seed: int = 1, now: datetime = NOW, tenant_id: str = TENANT_ID) -> None:
        self.seed = seed
        self.now = now
        self.tenant_id = tenant_id
        self.domain = DOMAIN
        self.organisation = ORGANISATION
        self.application = Application()
        self.stale_users = True
        self._lock = RLock()
        self._users: dict[str, User] = {}
        self._devices: dict[str, Device] = {}
        self._gone: dict[str, Device] = {}
        self._earlier: dict[str, Device] = {}
        self._listings: dict[str, Listing[Any]] = {}
        self._made = 0
        self._days = 0

    @classmethod
    def generate(
        cls,
        *,
        devices: int = 500,
        users: int = 400,
        seed: int = 1,
        tenant_id: str = TENANT_ID,
        now: datetime = NOW,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
    ) -> "Tenant":
        """Generate a tenant; the same arguments give exactly the same data."""
        tenant = cls(seed=seed, now=now, tenant_id=tenant_id)
        tenant.application = Application(client_id=client_id, secret=client_secret)
        rng = Random(f"{seed}/tenant")  # noqa: S311 - reproducible, and no secret comes of it
        people = [make_user(number, rng, now) for number in range(users)]
        tenant._users = {user.id: user for user in people}
        owners = _owners(people)
        fleet = [tenant._make(rng, owners) for _ in range(devices)]
        tenant._devices = {device.id: device for device in fleet}
        return tenant

    @property
    def devices(self) -> Listing[Device]:
        """Every device, ordered by name, then id."""
        return self._listing("devices", lambda: Listing.of(self._devices.values(), _device_key))

    @property
    def users(self) -> Listing[User]:
        """Every user, ordered by display name, then id."""
        return self._listing("users", lambda: Listing.of(self._users.values(), _user_key))

    def device(self, device_id: str) -> Device | None:
        """The device, or None when the tenant has none of this id (any more)."""
        return self._devices.get(device_id)

    def single(self, device_id: str) -> Device | None:
        """The device as a single GET answers it: with `stale_users`, by its earlier user."""
        device, earlier = self._devices.get(device_id), self._earlier.get(device_id)
        if device is None or earlier is None or not self.stale_users:
            return device
        return _with_user_of(device, earlier)

    def deleted(self, device_id: str) -> Device | None:
        """The device as it was when it was deleted, or None when no device of this id was."""
        return self._gone.get(device_id)

    def user(self, user: str) -> User | None:
        """The user with this id or userPrincipalName, or None."""
        by_id = self._users.get(user)
        return by_id or next((one for one in self.users.items if one.userPrincipalName == user), None)

    def advance(self, seconds: float) -> datetime:
        """Move the tenant's clock and return it."""
        with self._lock:
            self.now += timedelta(seconds=seconds)
            return self.now

    def put(self, device: Device) -> Device:
        """Add a device as it is, or replace the one of its id."""
        with self._lock:
            self._devices[device.id] = device
            self._gone.pop(device.id, None)
            self._listings.pop("devices", None)
        return device

    def put_user(self, user: User) -> User:
        """Add a user as it is, or replace the one of its id; devices keep what they say about it."""
        with self._lock:
            self._users[user.id] = user
            self._listings.pop("users", None)
        return user

    def edit(self, device_id: str, **properties: Any) -> Device:
        """Set properties of a device by Graph's names. Raises LookupError for an unknown device."""
        with self._lock:
            return self.put(replace(self._known(device_id), **properties))

    def edit_user(self, user: str, **properties: Any) -> User:
        """Set properties of a user by Graph's names. Raises LookupError for an unknown user."""
        with self._lock:
            return self.put_user(replace(self._known_user(user), **properties))

    def enrol(self, kind: Kind = Kind.LAPTOP, user: str | None = None, **properties: Any) -> Device:
        """Enrol a new company device now, for a user (id or userPrincipalName) or for nobody.

        `properties` are set over what was generated. Raises LookupError for an unknown user.
        """
        with self._lock:
            owner = self._known_user(user) if user else None
            rng = self._rng(f"enrol/{self._made}")
            device = make_device(kind, Ticket(self._number(), rng, self.now, owner))
            fresh = {"managedDeviceOwnerType": "company", **self._just_enrolled()}
            return self.put(replace(device, **{**fresh, **properties}))

    def delete(self, device_id: str) -> Device:
        """Delete a device; `restore` brings it back. Raises LookupError for an unknown device."""
        with self._lock:
            device = self._known(device_id)
            self._gone[device_id] = self._devices.pop(device_id)
            self._listings.pop("devices", None)
            return device

    def delete_user(self, user: str) -> User:
        """Delete a user; devices keep what they say about it. Raises LookupError for an unknown user."""
        with self._lock:
            self._listings.pop("users", None)
            return self._users.pop(self._known_user(user).id)

    def restore(self, device_id: str) -> Device:
        """Bring a deleted device back as it was. Raises LookupError when none of this id was deleted."""
        with self._lock:
            if device_id not in self._gone:
                raise LookupError(f"No device {device_id} was deleted.")
            return self.put(self._gone[device_id])

    def rename(self, device_id: str, name: str) -> Device:
        """Give a device another `deviceName`. Raises LookupError for an unknown device."""
        return self.edit(device_id, deviceName=name)

    def reassign(self, device_id: str, user: str | None) -> Device:
        """Give a device to another user (id or userPrincipalName), or with None to nobody.

        Raises LookupError for an unknown device or user.
        """
        with self._lock:
            device = self._known(device_id)
            owner = self._known_user(user) if user else None
            self._earlier[device_id] = device
            return self.put(assigned(device, owner))

    def re_enrol(self, device_id: str) -> Device:
        """Enrol a device again: a new id and a later `enrolledDateTime` on the same serial; the old id is gone.

        Raises LookupError for an unknown device.
        """
        with self._lock:
            old = self.delete(device_id)
            rng = self._rng(f"re-enrol/{device_id}")
            registered = old.azureADDeviceId != ZERO_GUID
            entra = guid(rng) if registered else ZERO_GUID
            return self.put(replace(old, id=guid(rng), azureADDeviceId=entra, **self._just_enrolled()))

    def next_day(
        self,
        *,
        new: int | None = None,
        gone: int | None = None,
        renamed: int | None = None,
        re_enrolled: int | None = None,
        reassigned: int | None = None,
        unassigned: int | None = None,
    ) -> Day:
        """Let 24 hours pass and return what happened; deterministic from the seed and the day's number.

        None means the usual amount for this fleet (`Counts.usual`). Nine of ten devices that are in use check in.

        Raises ValueError when the fleet is too small for the amounts asked.
        """
        with self._lock:
            usual = Counts.usual(len(self._devices))
            counts = Counts(
                new=usual.new if new is None else new,
                gone=usual.gone if gone is None else gone,
                renamed=usual.renamed if renamed is None else renamed,
                re_enrolled=usual.re_enrolled if re_enrolled is None else re_enrolled,
                reassigned=usual.reassigned if reassigned is None else reassigned,
                unassigned=usual.unassigned if unassigned is None else unassigned,
            )
            return self._pass_day(counts)

    def _pass_day(self, counts: Counts) -> Day:
        rng = self._rng(f"day/{self._days + 1}")
        drawn = draw(self._devices.values(), counts, rng)
        self._days += 1
        self.advance(86_400)
        checked_in = self._check_ins(rng, set(drawn.gone) | set(drawn.re_enrolled))
        owners = _owners(self.users.items)
        for device_id in drawn.gone:
            self.delete(device_id)
        for device_id in drawn.renamed:
            self.rename(device_id, f"RENAMED-{code(rng.getrandbits(30), 6)}")
        for device_id in drawn.reassigned:
            others = [user.id for user in owners if user.id != self._known(device_id).userId]
            self.reassign(device_id, rng.choice(others) if others else None)
        for device_id in drawn.unassigned:
            self.reassign(device_id, None)
        re_enrolled = sorted((old, self.re_enrol(old).id) for old in drawn.re_enrolled)
        arrivals = [replace(self._make(rng, owners), **self._just_enrolled()) for _ in range(counts.new)]
        return Day(
            now=stamp(self.now),
            new=tuple(sorted(self.put(device).id for device in arrivals)),
            gone=tuple(sorted(drawn.gone)),
            renamed=tuple(sorted(drawn.renamed)),
            re_enrolled=tuple(ReEnrolment(old, fresh) for old, fresh in re_enrolled),
            reassigned=tuple(sorted(drawn.reassigned)),
            unassigned=tuple(sorted(drawn.unassigned)),
            checked_in=tuple(checked_in),
        )

    def _check_ins(self, rng: Random, leaving: set[str]) -> list[str]:
        """Let nine of ten devices that were seen within a fortnight check in; return their ids, sorted."""
        in_use = stamp(self.now - timedelta(days=15))
        ids = [one.id for one in self.devices.items if one.lastSyncDateTime >= in_use and one.id not in leaving]
        awake = sorted(device_id for device_id in ids if chance(rng, 0.9))
        for device_id in awake:
            seen = stamp(self.now - timedelta(seconds=rng.randrange(60, 43_200)))
            self._devices[device_id] = replace(self._devices[device_id], lastSyncDateTime=seen)
        self._listings.pop("devices", None)
        return awake

    def _just_enrolled(self) -> dict[str, str]:
        enrolled = self.now - timedelta(hours=2)
        return {
            "enrolledDateTime": stamp(enrolled),
            "lastSyncDateTime": stamp(enrolled + timedelta(hours=1)),
            "managementCertificateExpirationDate": stamp(enrolled + timedelta(days=365)),
        }

    def _make(self, rng: Random, owners: list[User]) -> Device:
        drawn = kind(rng)
        owner = rng.choice(owners) if has_user(drawn, rng) and owners else None
        return make_device(drawn, Ticket(self._number(), rng, self.now, owner))

    def _number(self) -> int:
        self._made += 1
        return self._made

    def _rng(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{purpose}")  # noqa: S311 - reproducible, and no secret comes of it

    def _known(self, device_id: str) -> Device:
        if device_id not in self._devices:
            raise LookupError(f"The tenant has no device {device_id}.")
        return self._devices[device_id]

    def _known_user(self, user: str) -> User:
        known = self.user(user)
        if known is None:
            raise LookupError(f"The tenant has no user {user}.")
        return known

    def _listing(self, name: str, make: Callable[[], Listing[Any]]) -> Listing[Any]:
        with self._lock:
            if name not in self._listings:
                self._listings[name] = make()
            return self._listings[name]


def _owners(users: "tuple[User, ...] | list[User]") -> list[User]:
    """Only people with an enabled account of the tenant's own get devices."""
    return [user for user in users if user.accountEnabled and user.userType == "Member"]


def _with_user_of(device: Device, other: Device) -> Device:
    return replace(
        device,
        userId=other.userId,
        userPrincipalName=other.userPrincipalName,
        emailAddress=other.emailAddress,
        userDisplayName=other.userDisplayName,
    )


def _device_key(device: Device) -> tuple[str, str]:
    return device.deviceName, device.id


def _user_key(user: User) -> tuple[str, str]:
    return user.displayName, user.id
