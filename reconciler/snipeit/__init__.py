"""Snipe-IT as an asset store: its endpoints, its shapes, and how one change becomes requests."""

from reconciler.snipeit.room import SnipeItRoom

__all__ = ["SnipeItRoom"]
