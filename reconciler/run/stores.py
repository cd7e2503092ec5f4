"""The store of an instance, opened by what `store:` says: the one place that knows which kind of store it is.

The stores' rooms are imported here and where they are used: SQLAlchemy is heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.state import Stamp
    from reconciler.model.store import Reader, Writer
    from reconciler.run.context import AtStore, Surroundings
    from reconciler.store import Address


def open_store(at: AtStore | Surroundings) -> Reader:
    """Return the instance's store, to be used as a context manager; nothing is made where there is none.

    Raises:
        SecretError: the store's URL is a secret that cannot be had.
        StoreError: it cannot be reached or read, or it is not a store of this version.
    """
    from reconciler import store  # noqa: PLC0415

    return store.open_store(_address(at))


def open_for_writing(at: AtStore | Surroundings) -> Writer:
    """Return the instance's store opened for writing, to be used as a context manager; a missing one is made.

    Raises:
        SecretError, StoreError: as `open_store`.
    """
    from reconciler import store  # noqa: PLC0415

    return store.open_store(_address(at), write=True)


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
