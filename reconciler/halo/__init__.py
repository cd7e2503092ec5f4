"""Halo as a store behind its API, and its own Intune connection as settings to begin with."""
