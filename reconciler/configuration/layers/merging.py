"""One settings file laid under another of the same name, each value with the place where it stands (K9).

1. Mappings are merged key by key; a `null` above takes the value below away.
2. `mappings` go by `to`, `rules` and `cases` by `name`: those above come first, and one of the same name replaces the
   one below as a whole. An entry above in which all but its name is `null` takes the one below away.
3. Any other list replaces the one below, and so does a reference to a secret, a criterion, and what has another `type`.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.configuration.parsing.document import Document, Path, Place

NAMED_LISTS: Final = {"mappings": "to", "rules": "name", "cases": "name"}
_WHOLE: Final = frozenset({"when", "exclude", "include"})
_REFERENCES: Final = ({"env"}, {"file"})
_ABSENT: Final = object()


def laid_under(above: Document, below: Document) -> Document:
    """Return a document with another's values where it has none; it keeps the name of the one above."""
    merge = _Merge(above, below)
    data = merge.merged((), (), ())
    return Document(above.name, data, merge.places, origin=merge.origin)


@dataclass(slots=True)
class _Merge:
    """Two documents becoming one: `places` and `origin` are those of the values that it has by now."""

    above: Document
    below: Document
    places: dict[Path, Place] = field(default_factory=dict)
    origin: dict[Path, Path] = field(default_factory=dict)

    def merged(self, path: Path, upper: Path, lower: Path) -> Any:
        """Return the value for a path; `upper` and `lower` are where it stands in the two documents."""
        own, shared = self.above.value(upper), self.below.value(lower)
        if _are_named(path, own, shared):
            self._note(self.above, upper, path)
            return self._named(path, upper, lower, NAMED_LISTS[str(path[-1])])
        if not isinstance(own, dict) or not isinstance(shared, dict) or _is_whole(path, own, shared):
            return self._copied(self.above, upper, path)
        self._note(self.above, upper, path)
        result = {}
        for key, value in own.items():
            if value is None and key in shared:
                continue
            both = key in shared
            result[key] = (
                self.merged((*path, key), (*upper, key), (*lower, key))
                if both
                else self._copied(self.above, (*upper, key), (*path, key))
            )
        for key in shared.keys() - own.keys():
            result[key] = self._copied(self.below, (*lower, key), (*path, key))
        return result

    def _named(self, path: Path, upper: Path, lower: Path, key: str) -> list[Any]:
        """Return two lists of named things as one."""
        own, shared = self.above.value(upper), self.below.value(lower)
        names = {item.get(key) for item in own if isinstance(item, dict)}
        known = {item.get(key) for item in shared if isinstance(item, dict)}
        result: list[Any] = []
        for index, item in enumerate(own):
            if not _takes_away(item, key, known):
                result.append(self._copied(self.above, (*upper, index), (*path, len(result))))
        for index, item in enumerate(shared):
            if not isinstance(item, dict) or item.get(key) not in names:
                result.append(self._copied(self.below, (*lower, index), (*path, len(result))))
        return result

    def _copied(self, document: Document, old: Path, new: Path) -> Any:
        self._note(document, old, new)
        value = document.value(old)
        match value:
            case dict():
                return {key: self._copied(document, (*old, key), (*new, key)) for key in value}
            case list():
                return [self._copied(document, (*old, index), (*new, index)) for index in range(len(value))]
            case _:
                return value

    def _note(self, document: Document, old: Path, new: Path) -> None:
        if old in document.places:
            self.places[new] = document.places[old]
        origin = document.origin.get(old, old)
        if origin != new:
            self.origin[new] = origin


def _are_named(path: Path, own: Any, shared: Any) -> bool:
    return len(path) == 1 and path[0] in NAMED_LISTS and isinstance(own, list) and isinstance(shared, list)


def _takes_away(item: Any, key: str, known: set[Any]) -> bool:
    """Return whether an entry says no more than that the shared one of its name is not wanted."""
    if not isinstance(item, dict) or item.get(key) not in known or len(item) == 1:
        return False
    return all(value is None for name, value in item.items() if name != key)


def _is_whole(path: Path, own: dict[str, Any], shared: dict[str, Any]) -> bool:
    """Return whether a mapping replaces the one below: merged, the two would be neither."""
    if path and path[-1] in _WHOLE:
        return True
    if set(own) in _REFERENCES or set(shared) in _REFERENCES:
        return True
    return own.get("type", _ABSENT) != shared.get("type", own.get("type", _ABSENT)) and "type" in own
