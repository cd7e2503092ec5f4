"""What one product's room gives: reading it, finding one record, sending one change.

A third store is one more implementation of `Room`. Everything else (what is known and gone, intents, comparing,
settling, resuming, the ledger) is in this package and the same for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from reconciler.model.offer import Offer
from reconciler.model.plan import Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import RemoteIdentity, StoredCatalogue


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """An asset as a reading has it: `user` is the remote's id of one, `values` are by the settings' field names."""

    remote_id: str
    tag: str
    type: str | None
    site: str | None
    status: str | None
    user: str | None
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A user as a reading has it; `entra_id` and `active` where the remote has a place for them."""

    remote_id: str
    name: str
    upn: str | None = None
    mail: str | None = None
    employee_id: str | None = None
    site: str | None = None
    active: bool | None = None
    entra_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One whole reading of a remote store (W2).

    The catalogue's groups are the remote's own where it has groups; without any, its types are in none that it knows.
    `sites`, `types` and `statuses` are the remote's ids by name. `gone` are the remote's ids of assets that were known
    and that it says are there no more.
    """

    assets: Sequence[AssetRecord]
    people: Sequence[PersonRecord]
    catalogue: StoredCatalogue
    offer: Offer
    sites: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as the remote has it at this moment, in a plan's words.

    `name` is what a change calls it (an asset's tag, `type/Laptop`; of a user it is not compared), `values` are its
    attributes by the names that a change of it uses; attributes that the remote has no place for are left out. A `user`
    is the remote's id.
    """

    remote_id: str
    name: str
    values: Mapping[str, Scalar]


class Room(Protocol):
    """One product's store, as the code that all share sees it.

    In every change that it is given an asset's `user` is the remote's id of one, and attributes that only the ledger
    holds are left out.

    Every method may raise RemoteError (it answered with nonsense or refused to be read) and UnreachableStoreError.
    """

    @property
    def product(self) -> str:
        """What people call it: `Snipe-IT`."""

    def identity(self) -> RemoteIdentity:
        """Return which store this is, from settings and from what it says of itself (W6)."""

    def read(self, known: frozenset[str]) -> Reading:
        """Return everything that planning needs; `known` are the remote's ids of the assets that were last seen.

        Raises:
            RemoteError: a list is not proven whole, or names that settings use are lacking.
        """

    def find(self, change: Change, remote_id: str | None) -> tuple[Seen, ...]:
        """Return the record that a change is about; nothing when the remote says that it is gone.

        Of a change that creates: every record that has its name or its matching values (A1).
        """

    def send(self, change: Change, seen: Seen | None) -> Seen:
        """Make the change, in as few requests as it takes, and return the record as it reads afterwards.

        The change holds only what still has to be written. `seen` is None for a creation.

        Raises:
            RefusedError: the remote refused; what its requests before that one did, stays done.
            LostAnswerError: whether it was done is not known: it has to be looked for.
        """

    def requests(self, changes: Sequence[Change]) -> int:
        """Return how many requests a plan's changes take in all, looking each up included (W7)."""


@runtime_checkable
class Provable(Protocol):
    """A room whose product leaves open how it behaves, and can be asked on a scratch asset (W9)."""

    def prove(self) -> dict[str, str]:
        """Return each answer by its question; the scratch asset is taken away again.

        Raises:
            RemoteError, RefusedError: the scratch asset cannot be made or read.
        """

    def version(self) -> str:
        """Return the product's version."""
