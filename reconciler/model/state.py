"""What the store holds that planning needs, and a recording: the whole input of a plan besides the settings."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from reconciler.model.offer import Offer
from reconciler.model.snapshot import Scalar, Snapshot


class Presence(StrEnum):
    """Where a binding is in its life."""

    PRESENT = "present"
    MISSING = "missing"
    EXCLUDED = "excluded"
    DELETED = "deleted"


class RemoteIdentity(Struct, frozen=True, rename="camel"):
    """Which store behind an API a ledger stands beside: the product, its URL, and what it says of itself (W6)."""

    product: str
    url: str
    facts: dict[str, str] = {}


class Stamp(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Whose store this is (E3), and which remote it stands beside, if any (W6)."""

    instance: str
    kind: str
    store_id: str
    adopted_from: str | None = None
    remote: RemoteIdentity | None = None


class Person(Struct, frozen=True, gc=False, rename="camel"):
    """A store user. `entra_id` is the Entra object id of an imported one; `site` is `Organisation/Site`.

    `also_entra_ids` are the Entra ids of users that were merged into this one, one to a line.
    """

    id: int
    name: str
    upn: str | None = None
    mail: str | None = None
    employee_id: str | None = None
    site: str | None = None
    active: bool = True
    entra_id: str | None = None
    also_entra_ids: str | None = None


class Asset(Struct, frozen=True, array_like=True, gc=False):
    """A record in the store.

    `type`, `site` and `status` are names, `user` is a Person's id, `values` stand in the order of `State.fields`.
    """

    id: int
    tag: str
    type: str | None
    site: str | None
    status: str | None
    user: int | None
    values: tuple[Scalar, ...]


class Superseded(Struct, frozen=True, gc=False, rename="camel"):
    """A listed device that enrolled earlier than another with its matching value, which has the asset (M5).

    `since` is `read_at` of the read that first showed it.
    """

    device_id: str
    since: str


class Life(Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """What a binding stores about its device's presence; points in time are UTC text."""

    device_id: str
    presence: Presence
    bound_at: str
    """`read_at` of the read that made the binding."""
    missing_since: str | None = None
    missing_reads: int = 0
    unlisted_reads: int = 0
    """Reads in a row that did not list the device although a single GET found it (G3)."""
    inactive_since: str | None = None
    status_before: str | None = None
    """The status before we made the asset inactive."""
    status_set: str | None = None
    """The status we last set."""
    superseded: tuple[Superseded, ...] = ()
    """The devices that this one supersedes, by id."""


class Binding(Struct, frozen=True, gc=False, rename="camel"):
    """The tie between a device and an asset."""

    source: str
    tenant_id: str
    asset_id: int
    life: Life


class Pin(Struct, frozen=True, rename="camel"):
    """A field of an asset that people pinned: nothing else writes it (F3)."""

    tag: str
    label: str | None
    field: str
    reason: str
    pinned_by: str | None
    pinned_at: str


class LastRead(Struct, frozen=True, rename="camel"):
    """The last applied read of a connection, and the days (`2026-11-23`) that had a whole one (D3)."""

    source: str
    tenant_id: str
    read_at: str
    whole_days: tuple[str, ...] = ()


class StoredCatalogue(Struct, frozen=True, rename="camel"):
    """The names that the store has: sites as `Organisation/Site`, each type with its group."""

    organisations: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    asset_groups: tuple[str, ...] = ()
    types: dict[str, str] = {}
    custom_fields: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    tenants: dict[str, str] = {}
    """The organisation that is tied to a tenant (S2), by the tenant's id."""
    details: dict[str, dict[str, Scalar]] = {}
    """What entries say of themselves, by the name that a plan gives them (`licence/Visio`): a type's group, a licence's
    seats, a field's label. An entry that is not in it is one of which nothing more is known."""


class Application(Struct, frozen=True, rename="camel"):
    """A software that the store knows: its name, who publishes it, and the licence that it is tied to (L2)."""

    name: str
    publisher: str | None = None
    licence: str | None = None


class Usage(Struct, frozen=True, rename="camel"):
    """What counts against a connection's limits: changes in the window by kind, bound assets at its start (R1, R2)."""

    source: str
    tenant_id: str
    bound: int
    counts: dict[str, int] = {}


class AppliedSettings(Struct, frozen=True, rename="camel"):
    """The settings last applied to the store (E4); `document` is all of them as plain values."""

    digest: str
    applied_at: str
    commit: str | None = None
    enabled: dict[str, bool] = {}
    document: dict[str, Any] = {}


class Hold(Struct, frozen=True, rename="camel"):
    """A tenant whose connection is held since a run of its was undone (J2).

    `settings` are the connection's of that run, by file: an apply is refused until they differ.
    """

    tenant_id: str
    run_id: str
    since: str
    settings: dict[str, Any] = {}


class State(Struct, frozen=True, rename="camel", kw_only=True):
    """What the store holds that planning needs, read in one transaction (P3).

    `fields` are the asset fields by their settings name, the built-in ones first, then the store's custom fields.
    `pins` are the fields of an asset (by its id) that people pinned, with the reason. `highest_tag` is the highest
    number ever given to a created asset, so that tags are never given twice. `versions` are the pairs of an application
    (its place in `applications`) and a version that assets have; `installed` are an asset's (by its id), as places in
    `versions`, ascending.
    """

    stamp: Stamp | None = None
    revision: str = ""
    fields: tuple[str, ...] = ()
    catalogue: StoredCatalogue = StoredCatalogue()
    assets: Sequence[Asset] = ()
    people: Sequence[Person] = ()
    bindings: Sequence[Binding] = ()
    pins: dict[int, dict[str, str]] = {}
    applications: tuple[Application, ...] = ()
    versions: tuple[tuple[int, str], ...] = ()
    installed: dict[int, tuple[int, ...]] = {}
    reads: tuple[LastRead, ...] = ()
    usage: tuple[Usage, ...] = ()
    applied: AppliedSettings | None = None
    holds: tuple[Hold, ...] = ()
    highest_tag: int = 0
    offer: Offer | UnsetType = UNSET
    """What a store behind an API takes (W3); our own SQL takes everything."""


class Recording(Struct, frozen=True, rename="camel", kw_only=True):
    """The whole input of a plan besides the settings; `taken_at` is Graph's `Date`, else the store's time."""

    instance: str
    taken_at: str
    state: State
    snapshots: tuple[Snapshot, ...] = ()
    failures: dict[str, str] = {}
    """Connections of which nothing could be read, with the reason: sign-in, or the list's first page."""
