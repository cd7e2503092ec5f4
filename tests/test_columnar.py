"""Records packed: they are what they were, whatever they hold, and take a fraction of the memory."""

import sys
from enum import StrEnum
from operator import attrgetter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from reconciler.columnar import PIECE, Keyed, Packing, layout_of, once_each, pack
from reconciler.model.layouts import BINDINGS, asset_layout
from reconciler.model.state import Asset, Binding, Life, Presence, Superseded


class Thing(Struct, frozen=True):
    """A record with a key and a value of any kind."""

    key: str
    value: Any = None


class Colour(StrEnum):
    """A text that is more than a text."""

    RED = "red"


VALUES = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from([UNSET, Colour.RED, "\ud800", "\x00", "", (), [], {"a": [1, True]}])
)  # fmt: skip
LISTS = st.lists(VALUES, max_size=30) | st.lists(st.sampled_from(["a", None, True, 1, 1.0, UNSET]), max_size=30)


def things(values: list[Any]) -> list[Thing]:
    """Return a record of each value."""
    return [Thing(str(number), value) for number, value in enumerate(values)]


def typed(values: Any) -> list[tuple[type, Any]]:
    """Return values with their types: 1, 1.0 and True are equal and not the same."""
    return [(type(value), value) for value in values]


@given(LISTS)
def test_whatever_is_packed_comes_out_as_it_was(values: list[Any]) -> None:
    """Every value, of every kind, with its kind; by itself, as a column, in the order of other places."""
    records = things(values)
    packed = pack(records)
    assert (packed, len(packed), list(packed)) == (records, len(records), records)
    assert typed(packed.column("value")) == typed(values)
    backwards = range(len(records))[::-1]
    assert typed(each.value for each in packed.take(backwards)) == typed(reversed(values))
    assert [packed[place] for place in backwards] == [records[place] for place in backwards]
    assert packed.at(backwards) == dict(enumerate(records))


def test_records_come_in_pieces_of_any_size() -> None:
    """A page may hold one record or none; those of a piece are had as fast as one of them."""
    records = things(list(range(2 * PIECE + 7)))
    layout = layout_of(Thing)
    packing = Packing(layout)
    for start, end in ((0, 1), (1, 1), (1, PIECE), (PIECE, 2 * PIECE + 7)):
        packing.add(layout.split(records[start:end]), end - start)
    packed = packing.packed()
    assert packed == records
    assert packed[PIECE - 2 : PIECE + 2] == records[PIECE - 2 : PIECE + 2]
    assert (packed.around(0), packed.around(5)) == (range(1), range(1, PIECE))


PLAIN = st.lists(st.none() | st.just(UNSET) | st.text(max_size=3) | st.just("\ud800"), max_size=30)


@given(st.one_of(PLAIN, st.lists(st.none() | st.booleans()), st.lists(st.none() | st.integers(-(2**65), 2**65))))
def test_a_plain_column_comes_out_as_it_was(values: list[Any]) -> None:
    """One that holds no equal values of two kinds is packed without a look at each, and nothing of it is lost."""
    packing = Packing(layout_of(Thing), plain=Thing.__struct_fields__)
    for start in range(0, len(values), 10):
        some = things(values[start : start + 10])
        packing.add(layout_of(Thing).split(some), len(some))
    assert typed(packing.packed().column("value")) == typed(values)


def test_a_column_that_starts_to_differ_is_held_as_it_is() -> None:
    """What comes again in one piece may all be new in the next one, and numbers may follow texts."""
    values = ["same"] * PIECE + [f"new {number}" for number in range(PIECE)] + [*range(PIECE)] + ["same"] * PIECE
    assert pack(things(values)).column("value") == values


def test_a_choice_and_the_same_text_stay_apart() -> None:
    """They are equal, and a column of the one may go on with the other."""
    values = [Colour.RED] * PIECE + ["red"] * PIECE
    assert typed(pack(things(values)).column("value")) == typed(values)
    assert typed(pack(things(values[::-1])).column("value")) == typed(values[::-1])


def test_assets_and_bindings_are_packed_with_what_is_inside_them() -> None:
    """A field of an asset, and of a binding's life, is a column."""
    assets = [Asset(number, f"A{number}", "Laptop", None, "In Use", None, ("x", number / 2)) for number in range(5)]
    packed = pack(assets, asset_layout(("name", "storageGb")))
    assert (packed, packed.column("storageGb")) == (assets, [0.0, 0.5, 1.0, 1.5, 2.0])
    superseded = (Superseded("d-0", "2026-11-01T08:00:00Z"),)
    bindings = [
        Binding("intune", "t", 1, Life("d-1", Presence.PRESENT, "2026-11-01T08:00:00Z")),
        Binding("intune", "t", 2, Life("d-2", Presence.DELETED, "2026-11-01T08:00:00Z", superseded=superseded)),
    ]
    assert pack(bindings, BINDINGS) == bindings
    assert typed(pack(bindings, BINDINGS).column("presence")) == typed([Presence.PRESENT, Presence.DELETED])


def test_nothing_is_packed_too() -> None:
    """No record has every column, and it is empty."""
    assert (pack(()), pack(()).column("any"), once_each(pack(()), "id")) == ((), [], ())


def test_a_column_that_there_is_not_is_an_error() -> None:
    """A misspelt name is no empty column."""
    with pytest.raises(KeyError, match="valeu"):
        pack(things([1])).column("valeu")


def test_of_records_with_one_key_one_stays() -> None:
    """It is the one with the latest time, else the last one, in its place."""
    records = [Thing("b", "2"), Thing("a", "1"), Thing("b", "1"), Thing("a", "1")]
    assert once_each(pack(records), "key", "value") == [Thing("b", "2"), Thing("a", "1")]
    assert once_each(pack(records), "key") == [Thing("b", "1"), Thing("a", "1")]


def test_records_by_key_are_made_when_asked_for_and_can_be_replaced() -> None:
    """A record is made once; a new one, or one of another key, is put in its place."""
    records = things(list("xyz"))
    keyed = Keyed(pack(records), {"0": 0, "2": 2}, attrgetter("key"))
    assert (keyed["2"], keyed.get("1"), "1" in keyed, list(keyed), len(keyed)) == (
        records[2],
        None,
        False,
        ["0", "2"],
        2,
    )
    assert keyed["2"] is keyed["2"]
    keyed["2"], keyed["new"] = Thing("2", "other"), Thing("new")
    assert list(keyed.values()) == [records[0], Thing("2", "other"), Thing("new")]
    assert (list(keyed), len(keyed)) == (["0", "2", "new"], 3)


def test_packed_records_take_a_fraction_of_the_memory() -> None:
    """Texts that come again take a byte each, others little more than they are long."""
    rng = Random(1)
    serials = pack([Thing(f"{rng.getrandbits(40):010X}", rng.choice(["Latitude", "ThinkPad"])) for _ in range(10_000)])
    held = [getattr(piece, "codes", piece) for column in serials._columns for piece in column]
    assert sum(map(sys.getsizeof, held)) / len(serials) < 13
