"""The audit: every write that took place in a pretend store, in order, whether its answer arrived or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Write:
    """One write to one record: `before` is None for a creation, `after` None for a removal.

    `by` is `api` for what a request did, else the name of whoever did it beside the API.
    """

    number: int
    action: str
    kind: str
    id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    by: str = "api"

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Return the members that differ, each with both values."""
        old, new = self.before or {}, self.after or {}
        names = sorted(old.keys() | new.keys())
        return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


@dataclass
class Audit:
    """Every write so far. Thread-safe."""

    _writes: list[Write] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def note(
        self,
        action: str,
        kind: str,
        id_: int,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        by: str = "api",
    ) -> None:
        """Add a write; the records are copied."""
        with self._lock:
            old, new = before if before is None else dict(before), after if after is None else dict(after)
            self._writes.append(Write(len(self._writes) + 1, action, kind, id_, old, new, by))

    def writes(self, kind: str | None = None, *, by: str | None = "api") -> tuple[Write, ...]:
        """Return the writes to one kind of record, or all; those of the API unless `by` says otherwise."""
        with self._lock:
            return tuple(each for each in self._writes if kind in (None, each.kind) and by in (None, each.by))

    def created_twice(self, kind: str, member: str) -> dict[Any, int]:
        """Return the values of a member that more than one creation through the API had, with their number."""
        counted: dict[Any, int] = {}
        for each in self.writes(kind):
            if each.before is None and each.after is not None and each.after.get(member):
                counted[each.after[member]] = counted.get(each.after[member], 0) + 1
        return {value: number for value, number in counted.items() if number > 1}
