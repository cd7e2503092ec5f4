"""Collections as Graph lists them: in a fixed order, page by page after a key, behind an opaque token."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from urllib.parse import quote

Record = TypeVar("Record")
Key = tuple[str, str]

_TOKEN: Final = re.compile(
    r"LastDeviceName='(?P<name>.*)',LastDeviceId='(?P<id>[^']*)',Read='(?P<read>\d+)\.(?P<turn>\d+)'", re.S
)


@dataclass(frozen=True)
class Mark:
    """Where in a list the next page starts: after this key.

    `read` numbers the read that it belongs to, `turn` how often that read was given an empty page, so that the
    link that follows an empty page is another one.
    """

    key: Key
    read: int = 0
    turn: int = 0

    def token(self) -> str:
        """Spell the mark as a quoted `$skiptoken`, in the form seen from Intune (Intune-PowerShell-SDK#146)."""
        name, last_id = self.key
        return quote(f"LastDeviceName='{name}',LastDeviceId='{last_id}',Read='{self.read}.{self.turn}'", safe="")

    @classmethod
    def parse(cls, token: str) -> "Mark":
        """Read a token back, unquoted. Raises ValueError for one that no mark gave."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError("The skiptoken is not one of this service's.")
        return cls((found["name"], found["id"]), int(found["read"]), int(found["turn"]))


@dataclass(frozen=True)
class Listing(Generic[Record]):
    """Records in their order, each with the key it is ordered by."""

    items: tuple[Record, ...]
    keys: tuple[Key, ...]

    @classmethod
    def of(cls, items: Iterable[Record], key: Callable[[Record], Key]) -> "Listing[Record]":
        """Order the records by their keys."""
        ordered = tuple(sorted(items, key=key))
        return cls(ordered, tuple(map(key, ordered)))

    def after(self, key: Key | None, size: int) -> "Listing[Record]":
        """Return the next `size` records after a key that need not be there any more; from the start for None."""
        start = 0 if key is None else bisect_right(self.keys, key)
        return Listing(self.items[start : start + size], self.keys[start : start + size])

    def ends_after(self, key: Key) -> bool:
        """Return whether nothing follows the key."""
        return not self.keys or self.keys[-1] <= key
