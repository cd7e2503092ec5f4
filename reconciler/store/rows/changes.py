"""A plan's changes by what they are about, sorted out once for everything that an apply does with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from reconciler.model.plan import Action, Change, Subject
from reconciler.store.rows.shapes import Shaped, shape_of


def those(changes: Iterable[Change], *actions: Action) -> list[Change]:
    """Return the changes that do one of these."""
    return [change for change in changes if change.action in actions]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of each subject in the plan's order; those of assets once more with their shapes."""

    catalogue: list[Change]
    users: list[Change]
    assets: list[Change]
    shaped: list[Shaped]

    @classmethod
    def sort(cls, changes: Iterable[Change]) -> Self:
        """Return these changes, sorted."""
        subjects: dict[Subject, list[Change]] = {subject: [] for subject in Subject}
        for change in changes:
            subjects[change.subject].append(change)
        assets = subjects[Subject.ASSET]
        shaped = [(change, shape_of(change)) for change in assets]
        return cls(subjects[Subject.CATALOGUE], subjects[Subject.USER], assets, shaped)
