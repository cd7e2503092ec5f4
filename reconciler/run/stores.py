"""The store of an instance, opened by what `store:` says: the one place that knows which kind of store it is.

The stores' rooms are imported here and where they are used: SQLAlchemy is heavy.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reconciler.run.context import AtStore, Surroundings

if TYPE_CHECKING:
    from reconciler.model.ledger import Ledger, WritableLedger
    from reconciler.model.state import Stamp
    from reconciler.model.store import Reader, Writer
    from reconciler.store import Address


def open_store(at: AtStore | Surroundings) -> Reader:
    """Return the instance's store, to be used as a context manager; nothing is made where there is none.

    What is asked without its settings (`AtStore`) is answered by the ledger alone, as last seen.

    Raises:
        SecretError: the store's URL is a secret that cannot be had.
        StoreError: it cannot be reached or read, or it is not a store of this version.
    """
    from reconciler import store  # noqa: PLC0415

    if not at.instance.store.is_remote:
        return store.open_store(_address(at))
    if isinstance(at, AtStore):
        return open_ledger(at)
    from reconciler.remote import RemoteReader  # noqa: PLC0415

    return RemoteReader(open_ledger(at), at.remotes.room(at))


def open_ledger(at: AtStore | Surroundings) -> Ledger:
    """Return the ledger beside the instance's remote store: what was last seen; no request is made.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    return store.open_ledger(_address(at))


def open_ledger_for_writing(at: AtStore | Surroundings) -> WritableLedger:
    """Return the ledger beside the instance's remote store, opened for writing; a missing one is made.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    return store.open_ledger(_address(at), write=True)


def open_for_writing(at: AtStore | Surroundings) -> Writer:
    """Return the instance's store opened for writing, to be used as a context manager; a missing one is made.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    if not at.instance.store.is_remote:
        return store.open_store(_address(at), write=True)
    ledger = store.open_ledger(_address(at), write=True)
    if isinstance(at, AtStore):
        return ledger
    from reconciler.remote import RemoteWriter  # noqa: PLC0415

    room = at.remotes.room(at)
    return RemoteWriter(ledger, room, partial(at.progress, room.product))


def stamp_of(at: AtStore | Surroundings) -> Stamp | None:
    """Return the stamp of a store that exists, whatever its revision (E3).

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    return store.stamp_of(_address(at))


def initialise(at: AtStore | Surroundings) -> None:
    """Make the store where there is none, and bring an older one up to date.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    store.initialise(_address(at))


def pending_migrations(at: AtStore | Surroundings) -> dict[str, str] | None:
    """Return the migrations that `initialise` would run, and what each does; None where there is no store yet.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    return store.pending_migrations(_address(at))


def _address(at: AtStore | Surroundings) -> Address:
    """Return where our own database is: the store, or the ledger beside a remote one."""
    from reconciler.store import ALLOW_HOST, Address  # noqa: PLC0415

    allowed = at.variables.get(ALLOW_HOST, "").split(",")
    return Address(
        at.store_url(),
        schema=at.instance.store.database_schema,
        literal=isinstance(at.instance.store.database, str),
        allowed_hosts=frozenset(host.strip().lower() for host in allowed) - {""},
        environment=at.instance.name,
    )
