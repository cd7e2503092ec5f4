"""Between a plan's words and the rows' ids: asset attributes and the columns that hold them, both ways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec
from sqlalchemy import Connection

from reconciler.columnar import Packed
from reconciler.errors import StaleError
from reconciler.model.plan import SOFTWARE
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.planning.people import references
from reconciler.store.names import Names, read_names, read_people
from reconciler.store.tables import FIELD_COLUMNS

REFERENCES: Final = {"type": "type_id", "site": "site_id", "status": "status_id", "user": "person_id"}
"""The attributes whose value is a name, and the columns that hold the id."""

COLUMNS: Final = REFERENCES | {name: column.name for name, column in FIELD_COLUMNS.items()}
"""The column of each attribute of an asset, custom fields left out: those are in `custom`."""

BOOKKEEPING: Final = frozenset({"device"})
"""Attributes that a plan shows and that a binding holds."""

CUSTOM_PREFIX: Final = "custom."


def is_elsewhere(attribute: str) -> bool:
    """Say whether an attribute of an asset is held by another table than the asset's."""
    return attribute in BOOKKEEPING or attribute.startswith(SOFTWARE)


NO_CUSTOM: Final = "{}"
"""The text of an asset that has no custom field."""


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


decode_custom: Final[Callable[[str], dict[str, Scalar]]] = msgspec.json.Decoder(dict[str, Scalar]).decode
"""Return the custom fields of an asset's text by name, without prefix."""


def encode_custom(values: dict[str, Any]) -> str:
    """Return the text of custom fields; an empty one is left out."""
    if None in values.values():
        values = {name: value for name, value in values.items() if value is not None}
    return _ENCODER.encode(values).decode()


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
