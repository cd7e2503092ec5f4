"""A row beside a plan's words: one side of an attribute, and how a difference is reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import msgspec

from reconciler.model.plan import Attribute
from reconciler.model.snapshot import Scalar

Side = Callable[[Attribute], tuple[str, Scalar]]

before: Final[Side] = attrgetter("name", "before")
"""An attribute's name and what it was when the plan was made."""

after: Final[Side] = attrgetter("name", "after")
"""An attribute's name and what it becomes."""

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a row is not what a plan says."""

    label: str
    attribute: str
    expected: Scalar
    found: Scalar

    def __str__(self) -> str:
        return f"{self.label}: {self.attribute} is {_shown(self.found)}, not {_shown(self.expected)}"


def _shown(value: Scalar) -> str:
    return "empty" if value is None else msgspec.json.encode(value).decode()


def listed(differences: Sequence[Difference]) -> str:
    """Return differences in words, the first of them and how many there are."""
    words = "; ".join(map(str, differences[:_SHOWN]))
    more = len(differences) - _SHOWN
    return words + (f"; and {more} more" if more > 0 else "")


def same(one: Scalar, other: Scalar) -> bool:
    """Return whether two values are the same; true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)
