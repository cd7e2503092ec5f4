"""Between the names that a plan uses and the ids that rows hold, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Connection

from reconciler.columnar import Packed
from reconciler.errors import StaleError
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.planning.users.references import references
from reconciler.store.rows.names import Names, read_names
from reconciler.store.rows.users import read_people


class Ids(dict[Scalar, Any]):
    """The ids that the names of an attribute of `REFERENCES` have; None is None's."""

    def __init__(self, attribute: str, called: Mapping[int, str]) -> None:
        super().__init__(zip(called.values(), called.keys(), strict=True))
        self._attribute = attribute
        self[None] = None

    def __missing__(self, name: Scalar) -> int:
        """Raise StaleError: the store has nothing of that name."""
        raise StaleError(
            f"The plan refers to the {self._attribute} {name!r}, which the store does not have (any more). "
            "Nothing was written; plan again."
        )


_NOBODY: Final[Mapping[str, int]] = {}


@dataclass(frozen=True)
class Vocabulary:
    """What ids are called and which ids names have, for each attribute of `REFERENCES`."""

    people: Packed[Person]
    called: dict[str, dict[int, str]]
    ids: dict[str, Ids]

    @classmethod
    def read(
        cls, connection: Connection, created: Mapping[str, int] = _NOBODY, gone: frozenset[int] = frozenset()
    ) -> Self:
        """Return the vocabulary of the store as it is.

        `created` are the ids of a plan's new users, `gone` those of the users that it is about to remove.
        """
        names = read_names(connection)
        people = read_people(connection, names.sites)
        all_new = len(created) == len(people)  # then the plan names every one, as in a first import
        users = {} if all_new else references([each for each in people if each.id not in gone] if gone else people)
        users |= {key: name for name, key in created.items()}
        return cls._of(names, people, users)

    def with_names_read_again(self, connection: Connection) -> Self:
        """Return it with what types, sites and statuses are called now; users, which are many, stay as they are."""
        return self._of(read_names(connection), self.people, self.called["user"])

    @classmethod
    def _of(cls, names: Names, people: Packed[Person], users: dict[int, str]) -> Self:
        called = {"type": names.types, "site": names.sites, "status": names.statuses, "user": users}
        return cls(people, called, {attribute: Ids(attribute, table) for attribute, table in called.items()})

    def stored(self, attribute: str, value: Scalar) -> Scalar:
        """Return what a column holds for an attribute's value.

        Raises:
            StaleError: the store has nothing of that name.
        """
        return self.ids[attribute][value] if attribute in self.ids else value
