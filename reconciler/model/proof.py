"""What proving a connection came to: who signed in, and each permission needed, claimed and proved (C2)."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """One Graph permission: why the settings need it, whether the token claims it, and whether Graph grants it.

    `claimed` is a hint, since nobody checked the token. `proved` is what Graph made of a real request, and `said` its
    answer in words; None was not asked. `id` is Microsoft's id of the permission, for its command line.
    """

    name: str
    id: str
    why: str
    claimed: bool
    proved: bool | None
    said: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one connection after `authorize`.

    `skipped` says why nothing was asked (E2), `failure` why there was no token. `skew` is how many seconds this
    machine's clock is ahead of Microsoft's, None when nobody gave the time.
    """

    connection: str
    tenant_id: str
    client_id: str
    delegated: bool
    credential: str
    ends: datetime.date | None = None
    redirect_uri: str | None = None
    signed_in_as: str | None = None
    permissions: tuple[Permission, ...] = ()
    skew: float | None = None
    warnings: tuple[str, ...] = ()
    skipped: str | None = None
    failure: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether nothing that was asked was refused."""
        return self.failure is None and all(each.proved is not False for each in self.permissions)

    def refused(self) -> tuple[Permission, ...]:
        """Return the permissions that Graph did not grant."""
        return tuple(each for each in self.permissions if each.proved is False)
