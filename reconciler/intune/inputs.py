"""What a read is given: where to go and as whom, what to select, and what the store knows of the connection."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from reconciler.intune.signin.credentials import Credential
from reconciler.model.snapshot import Snapshot

if TYPE_CHECKING:
    from reconciler.intune.signin.token_cache import TokenCache

GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a read keeps within (G11): seconds, an exported report's unpacked bytes and its rows, batches in flight.

    The names are those of `reading:` in connection.yaml, where each can be raised.
    """

    time_budget: float = 2 * 3600.0
    export_bytes: int = 4 * GIB
    export_rows: int = 50_000_000
    batches: int = 5


@dataclass(frozen=True, slots=True)
class Needs:
    """What to select: names of `settings.properties`; without user properties the users are not read.

    Each device is asked by itself for the properties that lists leave empty (G5), which takes its time.
    With `devices` False only the users and the organisation are read. `software` is the way to read the detected
    software (G8), None when it is not read; `owners` says whether the registered owners of Entra's devices are (U1),
    `organisation` whether the tenant's own is (S2). `details_due` gives the listed devices that are asked for the
    properties that lists leave empty, None for all of them; it gets a snapshot of the list alone.
    """

    device_properties: tuple[str, ...]
    user_properties: tuple[str, ...] = ()
    software: Literal["export", "detected-apps"] | None = None
    owners: bool = False
    organisation: bool = False
    devices: bool = True
    details_due: Callable[[Snapshot], tuple[str, ...] | None] = lambda _listed: None


@dataclass(frozen=True, slots=True)
class Bound:
    """What the store knows of a connection's devices, by id (G3).

    `expected` are bound and present, `others` bound and missing or excluded: these are asked for too when they are not
    listed.
    When more than `allowed_absent` of `expected` are not listed, none is asked for. `prove` is False for
    `absence: list`, which asks for none either. `re_enrolled` gives those of the unlisted devices that were enrolled
    again, which count as listed; it gets a snapshot of the list alone.
    """

    expected: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    allowed_absent: int = 0
    prove: bool = True
    re_enrolled: Callable[[Snapshot, frozenset[str]], frozenset[str]] = lambda _listed, _unlisted: frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """Where a tenant is and who asks: base addresses without tenant or version, and what proves the application.

    With a `cache` the application acts for the person whose sign-in is kept there, otherwise for itself. In a
    `production` instance only Microsoft's own hosts are spoken to (K8).
    """

    authority: str
    graph: str
    tenant_id: str
    client_id: str
    credential: Credential
    production: bool
    bounds: Bounds = Bounds()
    cache: "TokenCache | None" = None
