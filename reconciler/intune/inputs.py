"""What a read is told: where to go and as whom, what to select, and what the store knows of the connection."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from reconciler.intune.signin.credentials import Credential

if TYPE_CHECKING:
    from reconciler.intune.signin.token_cache import TokenCache

TIME_BUDGET: Final = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What to select: names of `settings.properties`; without user properties the users are not read.

    Each device is asked by itself for the properties that lists leave empty (G5), which takes its time.
    With `devices` False only the users and the organisation are read. `software` is the way to read the detected
    software (G8), None when it is not read; `owners` says whether the registered owners of Entra's devices are (U1),
    `organisation` whether the tenant's own is (S2).
    """

    device_properties: tuple[str, ...]
    user_properties: tuple[str, ...] = ()
    software: Literal["export", "detected-apps"] | None = None
    owners: bool = False
    organisation: bool = False
    devices: bool = True


@dataclass(frozen=True, slots=True)
class Bound:
    """What the store knows of a connection's devices, by id (G3).

    `expected` are bound and present, `others` bound and missing or excluded: these are asked for too when they are not
    listed.
    When more than `allowed_absent` of `expected` are not listed, none is asked for. `prove` is False for
    `absence: list`, which asks for none either.
    """

    expected: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    allowed_absent: int = 0
    prove: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """Where a tenant is and who asks: base addresses without tenant or version, and what proves the application.

    With a `cache` the application acts for the person whose sign-in is kept there, otherwise for itself. In a
    `production` instance only Microsoft's own hosts are spoken to (K8). `time_budget` is the most seconds that the
    whole read may take.
    """

    authority: str
    graph: str
    tenant_id: str
    client_id: str
    credential: Credential
    production: bool
    time_budget: float = TIME_BUDGET
    cache: "TokenCache | None" = None
