"""Snipe-IT as an asset store: its endpoints, its shapes, and how one change becomes requests."""
