"""Undoing a run: its journal and the state make a plan (J2)."""
