"""What has a value: found by it, when most values are one record's alone."""

from collections.abc import Iterable, Sequence
from typing import Any


class Lookup:
    """The keys of the records that have a value, in the order of the records; None is no value."""

    def __init__(self, values: Sequence[Any], keys: Iterable[int]) -> None:
        self._one: dict[Any, int] = dict(zip(values, keys, strict=True))
        self._several: dict[Any, list[int]] = {}
        if len(self._one) < len(values):
            self._collect(values, keys)
        self._one.pop(None, None)

    def get(self, value: Any) -> Sequence[int]:
        """Return the keys of the records with this value."""
        if value in self._several:
            return self._several[value]
        return (self._one[value],) if value in self._one else ()

    @property
    def ambiguous(self) -> bool:
        """Whether any two records have the same value."""
        return bool(self._several)

    def _collect(self, values: Sequence[Any], keys: Iterable[int]) -> None:
        for value, key in zip(values, keys, strict=True):
            if self._one[value] != key and value is not None:
                self._several.setdefault(value, []).append(key)
        for value, found in self._several.items():
            found.append(self._one[value])
