"""Packed records found by a key."""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from typing import TypeVar

from reconciler.columnar.records import Packed

K = TypeVar("K")
T = TypeVar("T")


class Keyed(Mapping[K, T]):
    """Packed records by a key of each, made when they are asked for and then kept; others can be put in their place.

    `places` says where the record of each key is, `key` returns a record's key.
    """

    __slots__ = ("_key", "_made", "places", "records")

    def __init__(self, records: Packed[T], places: Mapping[K, int], key: Callable[[T], K]) -> None:
        self.records = records
        self.places = places
        self._key = key
        self._made: dict[K, T] = {}

    def __getitem__(self, key: K) -> T:
        if key not in self._made:
            self._make(self.records.around(self.places[key]))
        return self._made[key]

    def __setitem__(self, key: K, record: T) -> None:
        self._made[key] = record

    def __contains__(self, key: object) -> bool:
        return key in self.places or key in self._made

    def __iter__(self) -> Iterator[K]:
        yield from self.places
        yield from [key for key in self._made if key not in self.places]

    def __len__(self) -> int:
        return len(self.places) + sum(key not in self.places for key in self._made)

    def values(self) -> ValuesView[T]:
        """Return every record, all of them made together."""
        self.make(self.places)
        return super().values()

    def items(self) -> ItemsView[K, T]:
        """Return every key with its record, all of them made together."""
        self.make(self.places)
        return super().items()

    def make(self, keys: Iterable[K]) -> None:
        """Make the records of these keys together."""
        self._make([self.places[key] for key in keys if key not in self._made])

    def _make(self, places: Iterable[int]) -> None:
        for place, record in self.records.at(places).items():
            key = self._key(record)
            if self.places.get(key) == place:
                self._made.setdefault(key, record)
