"""What one connection's decisions are made from, read and compiled once; nothing that is decided is in it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.model.plan import BindingChange, LeftAlone, Problem, Withheld, binding_reason
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import LastRead, Life
from reconciler.planning.attributes.drafts import Drafting
from reconciler.planning.attributes.software import DetectedSoftware
from reconciler.planning.attributes.user import Assigning
from reconciler.planning.inputs.devices import Listing, list_devices
from reconciler.planning.inputs.stored import Stored
from reconciler.planning.matching.asset_index import AssetIndex
from reconciler.planning.matching.presence import Read
from reconciler.planning.matching.tenant_bindings import TenantBindings, tenant_bindings
from reconciler.planning.rules.compiled import Compiled, compile_connection
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Absence


@dataclass(frozen=True, slots=True)
class ConnectionInputs:
    """One connection's inputs.

    `bound` is where each listed device's own binding is among all that the store has, None for those without. `index`
    and `bindings` are as the store has them; decisions are made with those that the plan leaves so far.
    """

    stored: Stored
    connection: Connection
    snapshot: Snapshot
    compiled: Compiled
    listing: Listing
    read: Read
    bindings: TenantBindings
    index: AssetIndex
    drafting: Drafting
    bound: Sequence[int | None]
    unlisted: frozenset[str]

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    def left(self, device_id: str, label: str, why: str, reason: str, rule: str) -> LeftAlone:
        """Return something that is on purpose not done."""
        return LeftAlone(connection=self.name, device_id=device_id, label=label, why=why, reason=reason, rule=rule)

    def problem(self, device_id: str, label: str, message: str, rule: str) -> Problem:
        """Return something that a person must look at."""
        return Problem(connection=self.name, label=label, message=message, rule=rule, device_id=device_id)

    def withheld(self, device_id: str | None, label: str, what: str, reason: str, rule: str) -> Withheld:
        """Return a change that would be made if something unknown were known."""
        return Withheld(connection=self.name, label=label, what=what, reason=reason, rule=rule, device_id=device_id)

    def binding(self, tag: str, before: Life | None, after: Life, reason: str, rule: str) -> BindingChange:
        """Return the change of one of the connection's bindings."""
        return BindingChange(
            connection=self.name,
            source=self.snapshot.source,
            tenant_id=self.connection.tenant_id,
            asset=tag,
            before=before,
            after=after,
            why=binding_reason(reason, rule),
        )


def connection_inputs(
    stored: Stored,
    connection: Connection,
    snapshot: Snapshot,
    fields: dict[str, AssetField],
    assigning: Assigning,
    software: DetectedSoftware | None,
    *,
    counts: bool,
) -> ConnectionInputs:
    """List a connection's devices and index its bindings and assets; `counts` is whether its read may count (A5)."""
    compiled = compile_connection(connection, snapshot, fields, _stale_before(connection, snapshot.read_at))
    listing = list_devices(compiled, snapshot)
    read = make_read(snapshot, stored.reads.get(connection.tenant_id), counts=counts)
    bindings = tenant_bindings(stored, connection.tenant_id, read.newer, listing.devices.ids, listing.index)
    absent = _absent(connection, snapshot, bindings.own.places.keys() - listing.index.keys())
    return ConnectionInputs(
        stored=stored,
        connection=connection,
        snapshot=snapshot,
        compiled=compiled,
        listing=listing,
        read=read,
        bindings=replace(bindings, absent=absent),
        index=AssetIndex(stored, tuple(connection.imports.matching_fields()), compiled.worthless, {}),
        drafting=Drafting(connection, assigning, software),
        bound=list(map(bindings.own.places.get, listing.devices.ids)),
        unlisted=frozenset(snapshot.unlisted),
    )


def _stale_before(connection: Connection, read_at: str) -> str | None:
    if connection.imports.inactive is None:
        return None
    moment = datetime.datetime.fromisoformat(read_at) - datetime.timedelta(days=connection.imports.inactive.after_days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _absent(connection: Connection, snapshot: Snapshot, not_listed: set[str]) -> frozenset[str]:
    """Return the bound devices that are proven absent (G3)."""
    if snapshot.devices_unknown is not None:
        return frozenset()
    if connection.imports.absence is Absence.LIST:
        return frozenset(not_listed)
    return frozenset(not_listed.intersection(snapshot.absent))


def make_read(snapshot: Snapshot, last: LastRead | None, *, counts: bool = True) -> Read:
    """Return the read that the snapshot is, compared with the last applied one (D3); one that does not count is old."""
    whole = snapshot.devices_unknown is None
    days = {*(last.whole_days if last else ()), *([snapshot.read_at[:10]] if whole else [])}
    newer = counts and (last is None or snapshot.read_at > last.read_at)
    return Read(snapshot.read_at, newer, whole, tuple(sorted(days)))
