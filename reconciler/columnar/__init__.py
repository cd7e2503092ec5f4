"""A fleet's records held column by column, and the columns that are worked on."""

from reconciler.columnar.columns import Coded, Column, equal, in_order, is_text, picked
from reconciler.columnar.keyed import Keyed
from reconciler.columnar.records import PIECE, Layout, Packed, Packing, layout_of, once_each, pack

__all__ = [
    "PIECE",
    "Coded",
    "Column",
    "Keyed",
    "Layout",
    "Packed",
    "Packing",
    "equal",
    "in_order",
    "is_text",
    "layout_of",
    "once_each",
    "pack",
    "picked",
]
