"""What store users are called in plans; no two are called the same (P1)."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Final

from reconciler.columnar import Column, Packed, pack, take
from reconciler.model.layouts import PEOPLE
from reconciler.model.state import Person

IDENTIFYING: Final = ("upn", "mail", "employee_id", "name")
"""What a user is called by, most specific first."""


def references(people: Iterable[Person], ids: Collection[int] | None = None) -> dict[int, str]:
    """Return what each user (by id), or each of these, is called in plans; no two are called the same.

    It is the first of UPN, mail, employee id and name that no other user has in any of these, whatever the case; where
    there is none, the name with the id.
    """
    people = people if isinstance(people, Packed) else list(people)
    packed = pack(people, PEOPLE)
    return Called(packed.column("id"), [packed.column(name) for name in IDENTIFYING]).references(ids)


class Called:
    """What users have in the fields that they are called by, most specific first, column by column."""

    def __init__(self, ids: Sequence[int], values: Sequence[Column]) -> None:
        self.ids, self._values = ids, values

    def references(self, ids: Collection[int] | None) -> dict[int, str]:
        """Return what each user, or each of these, is called, by id."""
        called: dict[int, str] = {}
        left = [place for place, key in enumerate(self.ids) if ids is None or key in ids]
        for column in self._values:
            if not left:
                break
            owners = self._owners({value.casefold() for value in take(column, left) if value})
            rest = []
            for place in left:
                value, key = column[place], self.ids[place]
                if value and owners[value.casefold()] == key:
                    called[key] = value
                else:
                    rest.append(place)
            left = rest
        return called | {self.ids[place]: self._by_name(place) for place in left}

    def _owners(self, forms: set[str]) -> dict[str, int | None]:
        """Return who has each of these forms, None for several."""
        owners: dict[str, int | None] = {}
        for column in self._values:
            for value, key in zip(column, self.ids, strict=True):
                if value and (form := value.casefold()) in forms and owners.setdefault(form, key) != key:
                    owners[form] = None
        return owners

    @cached_property
    def _bracketed(self) -> set[str]:
        return {value.casefold() for column in self._values for value in column if value and value.endswith("]")}

    def _by_name(self, place: int) -> str:
        name = f"{self._values[-1][place]} [{self.ids[place]}]"
        while name.casefold() in self._bracketed:
            name += "]"
        return name
