"""Doing for many environments what a command does for one (N1-N6)."""
