"""One pretend tenant: its application, organisation, users and devices, and its own clock."""

from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from reconciler.simulator.graph.listing import Listing
from reconciler.simulator.tenant.application import CLIENT_ID, CLIENT_SECRET, Application
from reconciler.simulator.tenant.clock import TenantClock
from reconciler.simulator.tenant.collection import Shelf
from reconciler.simulator.tenant.days import Counts, Day, Plan, ReEnrolment, plan_day
from reconciler.simulator.tenant.devices import Kind, Ticket, assigned, has_user, kind, make_device, with_user_of
from reconciler.simulator.tenant.names import DOMAIN, ORGANISATION, guid
from reconciler.simulator.tenant.records import ZERO_GUID, Device, User, stamp
from reconciler.simulator.tenant.software import SIZE, Detected, Inventory
from reconciler.simulator.tenant.users import make_user

TENANT_ID: Final = "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"
NOW: Final = datetime(2026, 9, 14, 6, tzinfo=UTC)


def tenant_of(seed: int) -> str:
    """Return the id of the tenant that a seed makes: `TENANT_ID` for 1, and for any other one of its own."""
    return TENANT_ID if seed == 1 else str(uuid5(UUID(TENANT_ID), f"seed {seed}"))


class Tenant:
    """A tenant whose data is a function of seed and sizes, and of the events that followed.

    `now` is the tenant's clock, which Graph's `Date` header shows. Unless it `runs`, it stands still, except that each
    read of the device list moves it one second (`tick`), so that two reads are ordered; `advance` and `next_day` move
    it either way.
    `stale_users`: a single GET of a device answers the user from before the last reassignment, as Intune does
    (msgraph-beta-sdk-dotnet#871). All methods may be called while a server answers from the tenant.
    """

    def __init__(self, *, seed: int = 1, now: datetime = NOW, tenant_id: str = TENANT_ID, runs: bool = False) -> None:
        self.seed = seed
        self._clock = TenantClock(now, runs=runs)
        self.tenant_id = tenant_id
        self.domain = DOMAIN
        self.organisation = ORGANISATION
        self.application = Application()
        self.stale_users = True
        self.inventory = Inventory(seed)
        self._lock = RLock()
        self._users = Shelf[User]("user", lambda user: (user.displayName, user.id))
        self._devices = Shelf[Device]("device", lambda device: (device.deviceName, device.id))
        self._gone = Shelf[Device]("deleted device", lambda device: (device.deviceName, device.id))
        self._earlier: dict[str, Device] = {}
        self._registered: dict[str, tuple[str, ...]] = {}
        self._ticks = self._made = self._days = 0

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
        software: int = SIZE,
        runs: bool = False,
    ) -> "Tenant":
        """Generate a tenant; the same arguments give exactly the same data. `runs` is for its clock."""
        tenant = cls(seed=seed, now=now, tenant_id=tenant_id, runs=runs)
        tenant.inventory = Inventory(seed, software)
        tenant.application = Application(client_id=client_id, secret=client_secret)
        rng = tenant._rng("tenant")
        tenant._users.put([make_user(number, rng, now) for number in range(users)])
        owners = tenant._owners()
        tenant._devices.put([tenant._make(rng, owners) for _ in range(devices)])
        return tenant

    @property
    def now(self) -> datetime:
        """The tenant's time."""
        return self._clock.now()

    @property
    def devices(self) -> Listing[Device]:
        """Every device, ordered by name, then id."""
        return self._devices.listing

    @property
    def users(self) -> Listing[User]:
        """Every user, ordered by display name, then id."""
        return self._users.listing

    def device(self, device_id: str) -> Device | None:
        """Return a device, or None when the tenant has none of this id (any more)."""
        return self._devices.get(device_id)

    def single(self, device_id: str) -> Device | None:
        """Return a device as a single GET answers it: with `stale_users`, by its earlier user."""
        device, earlier = self._devices.get(device_id), self._earlier.get(device_id)
        return with_user_of(device, earlier) if device and earlier and self.stale_users else device

    def owners(self, device: Device) -> tuple[str, ...]:
        """Return the ids of the users who own a device in Entra: who registered it, whoever has it by now."""
        owners = self._registered.get(device.azureADDeviceId, (device.userId,) if device.userId else ())
        return tuple(each for each in owners if self._users.get(each))

    def own(self, device_id: str, *users: str) -> tuple[str, ...]:
        """Make users (ids or userPrincipalNames) the owners of a device in Entra. Raises LookupError for others."""
        with self._lock:
            owners = tuple(self._known_user(user).id for user in users)
            self._registered[self._devices.known(device_id).azureADDeviceId] = owners
            return owners

    def detected(self, device: Device) -> tuple[Detected, ...]:
        """Return the applications that are detected on a device today."""
        return self.inventory.of(device, self._days)

    def deleted(self, device_id: str) -> Device | None:
        """Return a device as it was when it was deleted, or None."""
        return self._gone.get(device_id)

    def user(self, user: str) -> User | None:
        """Return the user of an id or userPrincipalName, or None."""
        by_id = self._users.get(user)
        return by_id or next((one for one in self.users.items if one.userPrincipalName == user), None)

    def user_changes(self, since: int) -> tuple[list[User], list[str], int]:
        """Return users that changed since a revision of the directory, ids of those deleted since, and its revision."""
        return self._users.changes(since)

    def advance(self, seconds: float) -> datetime:
        """Move the tenant's clock and return it."""
        with self._lock:
            self._clock.set(self.now + timedelta(seconds=seconds))
            return self.now

    def tick(self) -> None:
        """Move a clock that stands one second until the next day, which begins where it would have begun without."""
        if self._clock.runs:
            return
        with self._lock:
            self._ticks += 1
            self.advance(1)

    def put(self, device: Device) -> Device:
        """Add a device as it is, or replace the one of its id."""
        self._devices.put([device])
        return device

    def put_user(self, user: User) -> User:
        """Add a user as it is, or replace the one of its id; devices keep what they say about it."""
        self._users.put([user])
        return user

    def edit(self, device_id: str, **properties: Any) -> Device:
        """Set properties of a device by Graph's names. Raises LookupError for an unknown device."""
        with self._lock:
            return self.put(replace(self._devices.known(device_id), **properties))

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
            device = make_device(kind, Ticket(self._number(), self._rng(f"enrol/{self._made}"), self.now, owner))
            device = replace(device, managedDeviceOwnerType="company")
            return self.put(replace(self._just_enrolled(device), **properties))

    def delete(self, device_id: str) -> Device:
        """Delete a device; `restore` brings it back. Raises LookupError for an unknown device."""
        with self._lock:
            device = self._devices.take(device_id)
            self._gone.put([device])
            return device

    def delete_user(self, user: str) -> User:
        """Delete a user; devices keep what they say about it. Raises LookupError for an unknown user."""
        with self._lock:
            return self._users.take(self._known_user(user).id)

    def restore(self, device_id: str) -> Device:
        """Bring a deleted device back as it was. Raises LookupError when none of this id was deleted."""
        with self._lock:
            return self.put(self._gone.take(device_id))

    def rename(self, device_id: str, name: str) -> Device:
        """Give a device another `deviceName`. Raises LookupError for an unknown device."""
        return self.edit(device_id, deviceName=name)

    def reassign(self, device_id: str, user: str | None) -> Device:
        """Give a device to another user (id or userPrincipalName), or with None to nobody.

        Raises LookupError for an unknown device or user.
        """
        with self._lock:
            device = self._devices.known(device_id)
            owner = self._known_user(user) if user else None
            self._earlier[device_id] = device
            self._registered.setdefault(device.azureADDeviceId, (device.userId,) if device.userId else ())
            return self.put(assigned(device, owner))

    def re_enrol(self, device_id: str) -> Device:
        """Enrol a device again: a new id and a later `enrolledDateTime` on the same serial; the old id is gone.

        Raises LookupError for an unknown device.
        """
        with self._lock:
            old = self.delete(device_id)
            rng = self._rng(f"re-enrol/{device_id}")
            entra = ZERO_GUID if old.azureADDeviceId == ZERO_GUID else guid(rng)
            return self.put(self._just_enrolled(replace(old, id=guid(rng), azureADDeviceId=entra)))

    def next_day(self, **amounts: int) -> Day:
        """Let 24 hours pass and return what happened; a function of the seed and the day's number.

        `amounts` are fields of `Counts`; one that is not given is the usual one for this fleet. Raises TypeError for
        another name, ValueError when the fleet is too small.
        """
        with self._lock:
            counts = changed(Counts.usual(len(self._devices)), **amounts)
            rng, owners = self._rng(f"day/{self._days + 1}"), self._owners()
            tomorrow = self.now + timedelta(days=1, seconds=-self._ticks)
            plan = plan_day(self.devices.items, owners, counts, rng, tomorrow)
            self._clock.set(tomorrow)
            self._days, self._ticks = self._days + 1, 0
            arrivals = [self._just_enrolled(self._make(rng, owners)) for _ in range(counts.new)]
            return self._live(plan, arrivals)

    def _live(self, plan: Plan, arrivals: list[Device]) -> Day:
        """Do what the plan says, in an order in which nothing undoes another."""
        seen = plan.checked_in.items()
        self._devices.put([replace(self._devices.known(one), lastSyncDateTime=moment) for one, moment in seen])
        for device_id in plan.gone:
            self.delete(device_id)
        for device_id, name in plan.renamed.items():
            self.rename(device_id, name)
        for device_id, user in plan.reassigned.items():
            self.reassign(device_id, user)
        re_enrolled = [ReEnrolment(old, self.re_enrol(old).id) for old in sorted(plan.re_enrolled)]
        self._devices.put(arrivals)
        return Day(
            now=stamp(self.now),
            new=tuple(sorted(device.id for device in arrivals)),
            gone=tuple(sorted(plan.gone)),
            renamed=tuple(sorted(plan.renamed)),
            re_enrolled=tuple(re_enrolled),
            reassigned=tuple(sorted(one for one, user in plan.reassigned.items() if user)),
            unassigned=tuple(sorted(one for one, user in plan.reassigned.items() if not user)),
            checked_in=tuple(sorted(plan.checked_in)),
        )

    def _just_enrolled(self, device: Device) -> Device:
        return replace(
            device,
            enrolledDateTime=stamp(self.now - timedelta(hours=2)),
            lastSyncDateTime=stamp(self.now - timedelta(hours=1)),
            managementCertificateExpirationDate=stamp(self.now + timedelta(days=365)),
        )

    def _make(self, rng: Random, owners: list[User]) -> Device:
        drawn = kind(rng)
        owner = rng.choice(owners) if has_user(drawn, rng) and owners else None
        return make_device(drawn, Ticket(self._number(), rng, self.now, owner))

    def _owners(self) -> list[User]:
        """Return who may get devices: people with an enabled account of the tenant's own."""
        return [user for user in self.users.items if user.accountEnabled and user.userType == "Member"]

    def _number(self) -> int:
        self._made += 1
        return self._made

    def _rng(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{purpose}")  # noqa: S311 - reproducible, and no secret comes of it

    def _known_user(self, user: str) -> User:
        return self.user(user) or self._users.known(user)
