"""What the undo of a run may do without being asked again: as much as the run was allowed (J2)."""

from collections.abc import Mapping

from reconciler.model.plan import Kind


def carried_over(allowed: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Return the limits of an undo: what the run was `allowed`, by the kinds that putting back is of, then `more`.

    Taking away what was created is `removed`; putting back a status, a user or a field is `updated`.
    """
    found: dict[str, int] = dict(allowed)
    if Kind.CREATED in allowed:
        found[Kind.REMOVED] = max(allowed[Kind.CREATED], found.get(Kind.REMOVED, 0))
    others = [number for kind, number in allowed.items() if kind not in (Kind.CREATED, Kind.REMOVED, Kind.NEW_TYPES)]
    if others:
        found[Kind.UPDATED] = sum(others)
    return found | dict(more)
