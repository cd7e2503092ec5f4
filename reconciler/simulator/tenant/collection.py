"""A collection of records by id, with its ordered listing kept until something changes."""

from collections.abc import Callable, Iterable
from threading import RLock
from typing import Generic, Protocol, TypeVar

from reconciler.simulator.graph.listing import Key, Listing


class _Record(Protocol):
    @property
    def id(self) -> str: ...


Record = TypeVar("Record", bound=_Record)


class Shelf(Generic[Record]):
    """Records by id; `name` is what a message calls one. Thread-safe."""

    def __init__(self, name: str, key: Callable[[Record], Key]) -> None:
        self._name = name
        self._key = key
        self._lock = RLock()
        self._records: dict[str, Record] = {}
        self._listing: Listing[Record] | None = None
        self._revision = 0
        self._changed: dict[str, int] = {}
        """The revision in which each record was last put, or taken."""

    def __len__(self) -> int:
        return len(self._records)

    @property
    def listing(self) -> Listing[Record]:
        """All records in the order of their keys."""
        with self._lock:
            if self._listing is None:
                self._listing = Listing.of(self._records.values(), self._key)
            return self._listing

    def get(self, record_id: str) -> Record | None:
        """Return the record of an id, or None."""
        return self._records.get(record_id)

    def known(self, record_id: str) -> Record:
        """Return the record of an id. Raises LookupError when there is none."""
        record = self._records.get(record_id)
        if record is None:
            raise LookupError(f"The tenant has no {self._name} {record_id}.")
        return record

    def put(self, records: Iterable[Record]) -> None:
        """Add records, or replace those of their ids."""
        with self._lock:
            put = {record.id: record for record in records}
            self._note(put)
            self._records.update(put)

    def take(self, record_id: str) -> Record:
        """Remove a record and return it. Raises LookupError when there is none."""
        with self._lock:
            record = self.known(record_id)
            del self._records[record_id]
            self._note([record_id])
            return record

    def changes(self, since: int) -> tuple[list[Record], list[str], int]:
        """Return the records put after a revision, the ids of those taken after it, and the revision of now."""
        with self._lock:
            changed = [record_id for record_id, revision in self._changed.items() if revision > since]
            put = [self._records[record_id] for record_id in changed if record_id in self._records]
            return put, [record_id for record_id in changed if record_id not in self._records], self._revision

    def _note(self, changed: Iterable[str]) -> None:
        self._revision += 1
        self._changed.update(dict.fromkeys(changed, self._revision))
        self._listing = None
