"""What a store behind an API offers and refuses, as far as a plan has to respect it (W2, W3)."""

from msgspec import Struct


class Offer(Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """What was found out about a remote store while it was read; planning knows nothing of it.

    `product` is what people call it. `theirs` are kinds of catalogue entries that this remote has itself and others
    leave to the ledger (`group`). `makes` are the kinds of catalogue entries that can be made there, the others are
    its own. `twice` are names that it has more than once, by kind (`site`, `status`, `type`, `field`, `user`).
    `short` says why a list is known to be incomplete: nothing is created then.
    `locked` are attributes of assets that are left alone there, by tag, each with the reason.
    `lacks` are fields that assets of a type lack there, by the type or by `shape_key`; None is for types that are not
    there yet. `statuses` are those that a type allows, for the types that do not allow every one.
    `statuses_after` are the statuses of a type that may only follow certain others.
    `needs` are attributes without which a new record is refused, by subject. `frees` are statuses that no asset has
    while it is somebody's: whoever has it loses it. `ungiven` are statuses with which no asset is made that is
    somebody's.
    `unproven` are operations (`create`, `move`, `unlink`) that are refused because of what is not known of the remote,
    each with the reason (W9).
    `software` says whether it keeps what is installed on assets. `lengths` are the most characters of a field.
    `trims` says that spaces at a text's ends are not kept.
    `warnings` are shown before a connection's first import, `remarks` with every plan.
    `requests` is how many requests the reading took, `per_minute` how many fit into a minute.
    """

    product: str
    theirs: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    twice: dict[str, tuple[str, ...]] = {}
    short: str | None = None
    locked: dict[str, dict[str, str]] = {}
    lacks: dict[str, tuple[str, ...]] = {}
    statuses: dict[str, tuple[str, ...]] = {}
    statuses_after: dict[str, dict[str, tuple[str, ...]]] = {}
    unproven: dict[str, str] = {}
    lengths: dict[str, int] = {}
    trims: bool = False
    needs: dict[str, tuple[str, ...]] = {}
    frees: tuple[str, ...] = ()
    ungiven: tuple[str, ...] = ()
    software: bool = False
    warnings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    requests: int = 0
    per_minute: int = 0


ANY_NEW: str = ""
"""The key of `Offer.lacks` for types (or models) that are not there yet."""


def shape_key(type_: object, manufacturer: object, model: object) -> str:
    """Return the key of an asset's type, manufacturer and model in `Offer.lacks`."""
    return "\n".join(str(part or "") for part in (type_, manufacturer, model))
