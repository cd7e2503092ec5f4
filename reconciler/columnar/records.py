"""Records packed: held column by column, in a quarter of the memory, and made again when they are asked for.

1. A column is held in pieces. Where few values come again and again each is a byte; other texts, and numbers, are
   packed (MessagePack); the rest is held as it is.
2. A whole column is unpacked in milliseconds. One record costs a piece of every column, so that several are asked for
   together.
"""

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar, overload

from msgspec import UNSET, Struct, msgpack

from reconciler.columnar.columns import CODES, Column, DictionaryColumn, take

T = TypeVar("T")

PIECE: Final = 1000
"""Records in a piece, when whole columns are cut."""

_DISTINCT: Final = frozenset({str, bool, type(None), type(UNSET)})
"""Values of these kinds are equal only when they are the same."""
_PACKED: Final = frozenset({str, int, float, bool, type(None)})
_unpacked: Final = msgpack.Decoder(list[Any]).decode


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


_Piece = bytes | DictionaryColumn | tuple[Any, ...]


class Packing(Generic[T]):
    """Packs records that come piece by piece, each piece as its columns.

    The columns named in `plain` hold what JSON can say, or UNSET, and no two values that are equal and not the same:
    they are packed without a look at the kind of each.
    """

    def __init__(self, layout: Layout[T], plain: Container[str] = ()) -> None:
        self._layout = layout
        self._columns = [_Held(plain=name in plain) for name in layout.names]
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

    def __init__(self, *, plain: bool = False) -> None:
        self.pieces: list[_Piece] = []
        self._plain = plain
        self._values: list[Any] = []
        self._codes: dict[Any, int] = {}
        self._again = True
        self._choice: type[Enum] | None = None
        """The kind of a column of choices: as texts they would be equal to plain ones."""

    def add(self, column: Column) -> None:
        """Add a piece."""
        kinds = None if self._plain else set(map(type, column))
        coded = self._coded(column) if self._again and (kinds is None or self._may_be_coded(kinds)) else None
        self.pieces.append(coded or _encoded(column, kinds) or tuple(column))

    def _may_be_coded(self, kinds: set[type]) -> bool:
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        choice = kind if kind is not None and issubclass(kind, Enum) else None
        if (choice is None and not _DISTINCT.issuperset(kinds)) or (choice is not self._choice and self._codes):
            return False
        self._choice = choice
        return True

    def _coded(self, column: Column) -> DictionaryColumn | None:
        """Return a piece of values that come again; once they do not, the column's others are not tried."""
        distinct = set(column)
        new = distinct.difference(self._codes)
        self._again = len(new) <= (len(column) + 1) // 2 and len(self._codes) + len(new) <= CODES
        if not self._again:
            return None
        self._codes.update(zip(new, range(len(self._values), CODES), strict=False))
        self._values += new
        if len(distinct) == 1:
            return DictionaryColumn(bytes((self._codes[column[0]],)) * len(column), self._values)
        return DictionaryColumn(bytes(take(self._codes, column)), self._values)


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
        """Return a column, unpacked; KeyError when the records lack the field, and there are some."""
        return list(self.coded(name))

    def coded(self, name: str) -> Column:
        """Return a column, coded as far as it is held so, otherwise as `column` does."""
        if not self._ends:
            return []
        if name not in self.layout.names:
            raise KeyError(name)
        held = self._columns[self.layout.names.index(name)]
        return _together(held) or list(chain.from_iterable(map(_open, held)))

    def values_at(self, name: str, places: Sequence[int]) -> Column:
        """Return the values of a column at these places: of few, only the pieces that they are in are unpacked."""
        if len(places) > PIECE:
            return take(self.coded(name), places)
        held, opened, found = self._columns[self.layout.names.index(name)], dict[int, Sequence[Any]](), []
        for place in places:
            number = bisect_right(self._ends, place)
            if number not in opened:
                opened[number] = _open(held[number])
            found.append(opened[number][place - (self._ends[number - 1] if number else 0)])
        return found

    def at(self, places: Iterable[int]) -> dict[int, T]:
        """Return the records at these places, by place."""
        by_piece: dict[int, list[int]] = {}
        for place in places:
            by_piece.setdefault(bisect_right(self._ends, place), []).append(place)
        found: dict[int, T] = {}
        for number, mine in by_piece.items():
            start = self._ends[number - 1] if number else 0
            opened = (_open(column[number]) for column in self._columns)
            found_there = [[values[place - start] for place in mine] for values in opened]
            found.update(zip(mine, self.layout.make(found_there), strict=True))
        return found

    def around(self, place: int) -> range:
        """Return the places of the piece that a record is in: they cost as much together as that one."""
        number = bisect_right(self._ends, place)
        return range(self._ends[number - 1] if number else 0, self._ends[number])

    def take(self, places: Sequence[int]) -> "Packed[T]":
        """Return the records at these places, in the order of the places, packed."""
        starts = range(0, len(places), PIECE)
        columns: list[list[_Piece]] = []
        for held in self._columns:
            coded = _together(held)
            if coded is not None:
                coded = DictionaryColumn(bytes(take(coded.codes, places)), coded.values)
                columns.append([coded[start : start + PIECE] for start in starts])
                continue
            values = list(chain.from_iterable(map(_open, held)))
            again = _Held()
            for start in starts:
                again.add(take(values, places[start : start + PIECE]))
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
    return records.take(sorted({keys[place]: place for place in order}.values()))


def _encoded(column: Column, kinds: set[type] | None) -> bytes | None:
    if kinds is not None and not _PACKED.issuperset(kinds):
        return None
    try:
        return msgpack.encode(column)
    except (OverflowError, UnicodeEncodeError, TypeError):
        return None


def _together(pieces: Sequence[_Piece]) -> DictionaryColumn | None:
    """Return a column's pieces as one when they are all coded: they share their values then."""
    coded = [piece for piece in pieces if isinstance(piece, DictionaryColumn)]
    if not coded or len(coded) < len(pieces):
        return None
    return DictionaryColumn(b"".join([piece.codes for piece in coded]), coded[0].values)


def _open(piece: _Piece) -> Sequence[Any]:
    return _unpacked(piece) if isinstance(piece, bytes) else piece
