"""Entra's sign-in."""
