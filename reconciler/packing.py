"""Records packed: held column by column, in a quarter of the memory, and made again when they are asked for.

1. A column is held in pieces. Where few values come again and again each is a byte; other texts, and numbers, are
   packed (MessagePack); the rest is held as it is.
2. A whole column is unpacked in milliseconds. One record costs a piece of every column, so that several are asked for
   together.
"""

from bisect import bisect_right
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, eq, itemgetter
from typing import Any, Final, Generic, TypeVar, overload

from msgspec import UNSET, Struct, msgpack

Column = Sequence[Any]
"""One value of every record."""

T = TypeVar("T")
K = TypeVar("K")

PIECE: Final = 1000
"""Records in a piece, when whole columns are cut."""

_TEXT: Final = frozenset({str, type(None)})
_DISTINCT: Final = frozenset({str, bool, type(None), type(UNSET)})
"""Values of these kinds are equal only when they are the same."""
_NUMBERS: Final = frozenset({int, float})
_CODES: Final = 256
_PACKED: Final = frozenset({str, int, float, bool, type(None)})
_unpacked: Final = msgpack.Decoder(list[Any]).decode


class Coded(Sequence[Any]):
    """A column of few values that come again and again: each a byte, the place of its value.

    Not every one of `values` has to come. What is asked of each value is asked of these alone.
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: bytes, values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = values

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "Coded": ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Coded(self.codes[place], self.values)
        return self.values[self.codes[place]]

    def __contains__(self, value: object) -> bool:
        return value in self.values and value in map(self.values.__getitem__, set(self.codes))

    def mapped(self, function: Callable[[Any], Any]) -> "Coded":
        """Return the function of each value."""
        return Coded(self.codes, list(map(function, self.values)))

    def recoded(self, other: "Coded") -> bytes:
        """Return the other's codes as those of the same values here; for a value that is not here, one that is no code.

        There have to be fewer values than there are codes.
        """
        places = [self.values.index(value) if value in self.values else len(self.values) for value in other.values]
        return other.codes.translate(bytes(places).ljust(_CODES, b"\0"))


def is_text(values: Iterable[Any]) -> bool:
    """Say whether there is nothing but text and None: equal numbers of two kinds must not become one."""
    return _TEXT.issuperset(map(type, values.values if isinstance(values, Coded) else values))


def picked(values: Any, keys: Sequence[Any]) -> Column:
    """Return the values of these keys, all together: a look at each by itself takes twice as long."""
    if isinstance(values, Coded):
        return Coded(bytes(picked(values.codes, keys)), values.values)
    return itemgetter(*keys)(values) if len(keys) > 1 else tuple([values[key] for key in keys])


def in_order(column: Column, places: Sequence[int]) -> Column:
    """Return the values at these places, which are in order: the column itself when they are all."""
    return column if len(places) == len(column) else picked(column, places)


def equal(mine: Column, theirs: Column) -> Iterable[bool] | None:
    """Say of each value of a column whether the other has the same there; None when all are the same."""
    if isinstance(mine, Coded) and isinstance(theirs, Coded) and len(mine.values) < _CODES:
        codes = mine.recoded(theirs)
        mine, theirs = mine.codes, codes
    else:
        mine, theirs = tuple(mine), tuple(theirs)
    return None if mine == theirs else map(eq, mine, theirs)


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """How records of one kind become columns, which have these names, and columns records; both many at a time."""

    names: tuple[str, ...]
    split: Callable[[Sequence[T]], Iterable[Column]]
    make: Callable[[Sequence[Column]], Iterable[T]]


def layout_of(kind: type[Struct]) -> Layout[Any]:
    """Return the layout of a Struct, a column for each of its fields."""
    names = kind.__struct_fields__
    read = attrgetter(*names)
    one = len(names) == 1

    def split(records: Sequence[Any]) -> Iterable[Column]:
        return [list(map(read, records))] if one else zip(*map(read, records), strict=True)

    return Layout(names, split, lambda columns: map(kind, *columns))


_Piece = bytes | Coded | tuple[Any, ...]


class Packing(Generic[T]):
    """Packs records that come piece by piece, each piece as its columns."""

    def __init__(self, layout: Layout[T]) -> None:
        self._layout = layout
        self._columns = [_Held() for _ in layout.names]
        self._ends: list[int] = []
        self.count = 0

    def add(self, columns: Iterable[Column], count: int) -> None:
        """Add so many records."""
        if not count:
            return
        for held, column in zip(self._columns, columns, strict=True):
            held.add(column)
        self.count += count
        self._ends.append(self.count)

    def packed(self) -> "Packed[T]":
        """Return what was added."""
        return Packed(self._layout, [held.pieces for held in self._columns], self._ends)


class _Held:
    """A column as it is held, which grows by pieces; `values` are those that come again, `codes` their places."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self._values: list[Any] = []
        self._codes: dict[Any, int] = {}
        self._again = True

    def add(self, column: Column) -> None:
        """Add a piece."""
        kinds = set(map(type, column))
        coded = self._coded(column, kinds) if self._again else None
        self.pieces.append(coded or _encoded(column, kinds) or tuple(column))

    def _coded(self, column: Column, kinds: set[type]) -> Coded | None:
        """Return a piece of values that come again; once they do not, the column's others are not tried."""
        if not _DISTINCT.issuperset(kinds) and (len(kinds) > 1 or not kinds.isdisjoint(_NUMBERS)):
            return None
        try:
            distinct = set(column)
        except TypeError:
            return None
        new = distinct.difference(self._codes)
        self._again = len(new) <= (len(column) + 1) // 2 and len(self._codes) + len(new) <= _CODES
        if not self._again:
            return None
        self._codes.update(zip(new, range(len(self._values), _CODES), strict=False))
        self._values += new
        if len(distinct) == 1:
            return Coded(bytes((self._codes[column[0]],)) * len(column), self._values)
        return Coded(bytes(map(self._codes.__getitem__, column)), self._values)


class Packed(Sequence[T]):
    """Records in their order, equal to any sequence of the same ones."""

    __slots__ = ("_columns", "_ends", "layout")

    def __init__(self, layout: Layout[T], columns: Sequence[Sequence[_Piece]], ends: Sequence[int]) -> None:
        self.layout = layout
        self._columns = columns
        self._ends = ends

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._ends)):
            yield from self._made(number)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            places = range(len(self))[place]
            found = self.at(places)
            return [found[each] for each in places]
        place = range(len(self))[place]
        return self.at((place,))[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Packed({list(self)!r})"

    def column(self, name: str) -> list[Any]:
        """Return a column, unpacked; KeyError when the records have no such field, and there are some."""
        return list(self.coded(name))

    def coded(self, name: str) -> Column:
        """Return a column, coded as far as it is held so, otherwise as `column` does."""
        if not self._ends:
            return []
        if name not in self.layout.names:
            raise KeyError(name)
        held = self._columns[self.layout.names.index(name)]
        return _together(held) or list(chain.from_iterable(map(_open, held)))

    def at(self, places: Iterable[int]) -> dict[int, T]:
        """Return the records at these places, by place."""
        by_piece: dict[int, list[int]] = {}
        for place in places:
            by_piece.setdefault(bisect_right(self._ends, place), []).append(place)
        found: dict[int, T] = {}
        for number, mine in by_piece.items():
            start = self._ends[number - 1] if number else 0
            opened = (_open(column[number]) for column in self._columns)
            picked = [[values[place - start] for place in mine] for values in opened]
            found.update(zip(mine, self.layout.make(picked), strict=True))
        return found

    def around(self, place: int) -> range:
        """Return the places of the piece that a record is in: they cost as much together as that one."""
        number = bisect_right(self._ends, place)
        return range(self._ends[number - 1] if number else 0, self._ends[number])

    def picked(self, places: Sequence[int]) -> "Packed[T]":
        """Return the records at these places, in the order of the places, packed."""
        starts = range(0, len(places), PIECE)
        columns: list[list[_Piece]] = []
        for held in self._columns:
            coded = _together(held)
            if coded is not None:
                coded = Coded(bytes(picked(coded.codes, places)), coded.values)
                columns.append([coded[start : start + PIECE] for start in starts])
                continue
            values = list(chain.from_iterable(map(_open, held)))
            again = _Held()
            for start in starts:
                again.add(picked(values, places[start : start + PIECE]))
            columns.append(again.pieces)
        return Packed(self.layout, columns, [min(start + PIECE, len(places)) for start in starts])

    def _made(self, number: int) -> Iterable[T]:
        return self.layout.make([_open(column[number]) for column in self._columns])


def pack(records: Sequence[T], layout: Layout[T] | None = None) -> Packed[T]:
    """Return records packed, by default in the layout of their Struct; those that are packed already as they are."""
    if isinstance(records, Packed):
        return records
    if not records:
        return Packed(layout or Layout((), lambda records: (), lambda columns: ()), (), ())
    kind: Any = type(records[0])
    layout = layout or layout_of(kind)
    packing = Packing(layout)
    for start in range(0, len(records), PIECE):
        some = records[start : start + PIECE]
        packing.add(layout.split(some), len(some))
    return packing.packed()


def once_each(records: Packed[T], key: str, seen: str | None = None) -> Packed[T]:
    """Return records without those whose key another has that was `seen` later, or else came later."""
    keys = records.column(key)
    if len(set(keys)) == len(keys):
        return records
    order: Sequence[int] = range(len(keys))
    if seen is not None:
        times = records.column(seen)
        order = sorted(order, key=lambda place: times[place] or "")
    return records.picked(sorted({keys[place]: place for place in order}.values()))


def _encoded(column: Column, kinds: set[type]) -> bytes | None:
    if not _PACKED.issuperset(kinds):
        return None
    try:
        return msgpack.encode(column)
    except (OverflowError, UnicodeEncodeError):
        return None


def _together(pieces: Sequence[_Piece]) -> Coded | None:
    """Return a column's pieces as one when they are all coded: they share their values then."""
    coded = [piece for piece in pieces if isinstance(piece, Coded)]
    if not coded or len(coded) < len(pieces):
        return None
    return Coded(b"".join([piece.codes for piece in coded]), coded[0].values)


def _open(piece: _Piece) -> Sequence[Any]:
    return _unpacked(piece) if isinstance(piece, bytes) else piece


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
