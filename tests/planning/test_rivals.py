"""Whose the asset is among devices with one matching value (M5)."""

from reconciler.planning.matching.rivals import Machine, Rival, winner_of

LATER = Rival("later", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", Machine())
ALIVE = Rival("alive", "2025-01-01T00:00:00Z", "2026-02-01T00:00:00Z", Machine())


def test_an_excluded_holder_loses_only_to_a_later_enrolled_device() -> None:
    """Checking in later decides among devices in scope alone (M5a)."""
    assert winner_of([LATER, ALIVE]).device_id == "alive"
    assert winner_of([LATER, ALIVE], all_in_scope=False).device_id == "later"
