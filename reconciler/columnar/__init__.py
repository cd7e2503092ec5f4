"""A fleet's records held column by column, and the columns that are worked on."""

from reconciler.columnar.columns import Column, DictionaryColumn, among, is_text, take, take_ordered, unequal
from reconciler.columnar.keyed import Keyed
from reconciler.columnar.records import PIECE, Layout, Packed, Packing, layout_of, once_each, pack
from reconciler.columnar.value_index import ValueIndex

__all__ = [
    "PIECE",
    "Column",
    "DictionaryColumn",
    "Keyed",
    "Layout",
    "Packed",
    "Packing",
    "ValueIndex",
    "among",
    "is_text",
    "layout_of",
    "once_each",
    "pack",
    "take",
    "take_ordered",
    "unequal",
]
