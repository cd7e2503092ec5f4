"""Names that people see, resolved to the remote's ids before anything is sent (W3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

_MOST_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class Names:
    """The records of one kind by name; names that several have are in `twice` and have no id."""

    what: str
    ids: dict[str, str] = field(default_factory=dict)
    twice: frozenset[str] = frozenset()

    @classmethod
    def of(cls, what: str, records: Iterable[tuple[str, str]]) -> "Names":
        """Index records, given as name and id."""
        ids: dict[str, str] = {}
        twice = set()
        for name, id_ in records:
            if name in ids:
                twice.add(name)
            ids[name] = id_
        return cls(what, {name: id_ for name, id_ in ids.items() if name not in twice}, frozenset(twice))

    def trouble(self, name: str) -> str | None:
        """Return why a name has no id, in a sentence without its end; None when it has one."""
        if name in self.ids:
            return None
        if name in self.twice:
            return f"there is more than one {self.what} called {name!r}"
        near = get_close_matches(name, self.ids, _MOST_NEAR)
        meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"there is no {self.what} called {name!r}{meant}"
