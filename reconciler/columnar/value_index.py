"""What has a value: found by it, when most values are one record's alone."""

from collections.abc import Sequence
from typing import Any


class ValueIndex:
    """The keys of the records that have a value, in the order of the records; None is no value."""

    def __init__(self, values: Sequence[Any], keys: Sequence[int]) -> None:
        self.alone: dict[Any, int] = dict(zip(values, keys, strict=True))
        """The one key of each value that no other record has."""
        self._several: dict[Any, list[int]] = {}
        if len(self.alone) < len(values):
            self._part(values, keys)
        self.alone.pop(None, None)

    def get(self, value: Any) -> Sequence[int]:
        """Return the keys of the records with this value."""
        if value in self.alone:
            return (self.alone[value],)
        return self._several.get(value, ())

    def _part(self, values: Sequence[Any], keys: Sequence[int]) -> None:
        """Put apart what several records have."""
        for value, key in zip(values, keys, strict=True):
            if self.alone[value] != key and value is not None:
                self._several.setdefault(value, []).append(key)
        for value, found in self._several.items():
            found.append(self.alone.pop(value))
