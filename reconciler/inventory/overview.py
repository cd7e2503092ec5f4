"""Every asset at a glance: what ties it to Intune, when it was last read there, and why it is not updated.

Only what the store holds decides. A superseded device (M5) has no asset of its own: it is shown at the asset of the
device that enrolled later.
"""

import datetime
from collections.abc import Container, Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.state import Asset, Binding, Life, Presence, State, Superseded
from reconciler.planning.users.references import references
from reconciler.settings.environment import Connection, Environment

_SHOWN = 3


class Tie(StrEnum):
    """How an asset is tied to a device: its binding's presence, or unbound."""

    PRESENT = "present"
    MISSING = "missing"
    EXCLUDED = "excluded"
    DELETED = "deleted"
    UNBOUND = "unbound"


class AssetView(Struct, frozen=True, rename="camel", kw_only=True):
    """One asset; `read_at` is the last read that updated it, None when none ever did or nobody knows.

    `why` says why it is not updated, or not wholly; empty when it is.
    """

    tag: str
    name: str | None
    type: str | None
    site: str | None
    status: str | None
    user: str | None
    tie: Tie
    connection: str | None
    device_id: str | None
    read_at: str | None
    not_updated: bool
    why: str
    superseded: tuple[Superseded, ...] = ()
    """The devices that its own supersedes."""


def overview(
    environment: Environment,
    state: State,
    *,
    now: str,
    ties: Container[Tie] = (),
    not_updated: int | None = None,
    superseded: bool = False,
) -> tuple[AssetView, ...]:
    """Return the assets by tag: all, or those with one of the ties, not updated for so many seconds, or superseding."""
    before = None if not_updated is None else _earlier(now, not_updated)
    views = _views(environment, state, before)
    late = before is not None
    if not ties and not late and not superseded:
        return tuple(views)
    return tuple(
        view for view in views if view.tie in ties or (late and view.not_updated) or (superseded and view.superseded)
    )


def _views(environment: Environment, state: State, before: str | None) -> Iterator[AssetView]:
    """Yield every asset by tag, with the names of what it refers to."""
    bindings = _bindings(state.bindings)
    reads = {read.tenant_id: read.read_at for read in state.reads}
    connections = {each.tenant_id: each for each in environment.connections.values()}
    called = references(state.people)
    place = state.fields.index("name") if "name" in state.fields else None
    for asset in sorted(state.assets, key=lambda each: each.tag):
        binding = bindings.get(asset.id)
        tenant = binding.tenant_id if binding else ""
        view = _view(
            environment,
            asset,
            binding,
            connections.get(tenant),
            reads.get(tenant),
            state.pins.get(asset.id, {}),
            before,
        )
        name = None if place is None else asset.values[place]
        yield _named(view, asset, None if name is None else str(name), called)


def _earlier(now: str, seconds: int) -> str:
    moment = datetime.datetime.fromisoformat(now) - datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _bindings(bindings: Iterable[Binding]) -> dict[int, Binding]:
    """Return each asset's binding: the live one, else the one that ended last."""
    found: dict[int, Binding] = {}
    for binding in bindings:
        other = found.get(binding.asset_id)
        if other is None or _rank(binding.life) > _rank(other.life):
            found[binding.asset_id] = binding
    return found


def _rank(life: Life) -> tuple[bool, str, str]:
    return life.presence is not Presence.DELETED, life.missing_since or life.bound_at, life.device_id


def _named(view: AssetView, asset: Asset, name: str | None, called: dict[int, str]) -> AssetView:
    return replace(view, name=name, user=None if asset.user is None else called.get(asset.user))


def _view(
    environment: Environment,
    asset: Asset,
    binding: Binding | None,
    connection: Connection | None,
    read_at: str | None,
    pins: dict[str, str],
    before: str | None,
) -> AssetView:
    """Return an asset as it is shown, but for the names that need the whole store."""
    tie = Tie(binding.life.presence.value) if binding else Tie.UNBOUND
    seen = _seen(binding.life, read_at) if binding else None
    reasons = _reasons(environment, binding, connection, seen, before)
    pinned = [f"{field} is pinned: {because}" for field, because in sorted(pins.items())]
    return AssetView(
        tag=asset.tag,
        name=None,
        type=asset.type,
        site=asset.site,
        status=asset.status,
        user=None,
        tie=tie,
        connection=connection.name if connection else None,
        device_id=binding.life.device_id if binding else None,
        read_at=seen if tie is Tie.PRESENT else None,
        not_updated=_is_not_updated(tie, seen, before),
        why="; ".join([*reasons, *pinned]),
        superseded=binding.life.superseded if binding else (),
    )


def _seen(life: Life, read_at: str | None) -> str | None:
    """Return when the device was last in a read, for a missing or deleted one the first read without it."""
    match life.presence:
        case Presence.PRESENT:
            return read_at or life.bound_at
        case Presence.MISSING | Presence.DELETED:
            return life.missing_since
        case Presence.EXCLUDED:
            return None


def _is_not_updated(tie: Tie, seen: str | None, before: str | None) -> bool:
    if before is None or seen is None:
        return tie is not Tie.PRESENT
    return seen < before


def _of_presence(life: Life) -> str:
    """Return why a device that is not present is not; empty for one that is."""
    match life.presence:
        case Presence.MISSING:
            reads = f", absent in {life.missing_reads} reads" if life.missing_reads > 1 else ""
            return f"missing from Intune since {life.missing_since}{reads}"
        case Presence.DELETED:
            return f"its device is gone from Intune since {life.missing_since or 'an earlier read'}"
        case Presence.EXCLUDED:
            return "the settings leave its device out"
        case Presence.PRESENT:
            return ""


def _reasons(
    environment: Environment,
    binding: Binding | None,
    connection: Connection | None,
    seen: str | None,
    before: str | None,
) -> list[str]:
    """Return why an asset is not updated, or may not be for long; empty when nothing keeps it from that."""
    if binding is None:
        return ["no device was ever matched to it"]
    life, reasons = binding.life, []
    if connection is None:
        reasons.append(f"no connection in the settings is tenant {binding.tenant_id}")
    elif not environment.enabled(connection):
        reasons.append(f"connection {connection.name} is not enabled in this instance")
    if reason := _of_presence(life):
        reasons.append(reason)
    elif before is not None and seen is not None and seen < before:
        reasons.append(f"its tenant was last read at {seen}")
    if life.inactive_since is not None:
        reasons.append(f"inactive since {life.inactive_since}")
    if life.superseded:
        reasons.append(_superseded(life.superseded))
    return reasons


def _superseded(devices: Sequence[Superseded]) -> str:
    """Return that earlier enrolments are listed beside the asset's device, which alone updates it."""
    told = [f"{each.device_id} (since {each.since})" for each in devices[:_SHOWN]]
    more = f" and {len(devices) - _SHOWN} more" if len(devices) > _SHOWN else ""
    return f"superseded, and updating nothing: device{'s' if len(devices) > 1 else ''} {', '.join(told)}{more}"
