"""Snipe-IT as a Room: what `remote` needs of one product, put together from this folder's modules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.model.plan import Action, Change, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import RemoteIdentity
from reconciler.remote.room import Reading, Seen
from reconciler.remote.transport import Transport
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.stores import SnipeIt
from reconciler.snipeit import reading, writing
from reconciler.snipeit.client import PRODUCT, Client, Row
from reconciler.snipeit.effort import requests
from reconciler.snipeit.fields import Fields
from reconciler.snipeit.looks import looks, quoted
from reconciler.snipeit.records import seen_asset, seen_person
from reconciler.snipeit.vocabulary import Vocabulary

Progress = Callable[[str, int], None]


class SnipeItRoom:
    """One Snipe-IT; the names that it was last read with are kept for finding and sending."""

    product = PRODUCT

    def __init__(
        self,
        base: str,
        transport: Transport,
        settings: SnipeIt,
        catalogue: CatalogueFile,
        fields: Mapping[str, str],
        progress: Progress = lambda _what, _count: None,
    ) -> None:
        self._client = Client(base, transport)
        self._settings = settings
        self._catalogue = catalogue
        self._fields = fields
        self._progress = progress
        self._words: Vocabulary | None = None

    def identity(self) -> RemoteIdentity:
        """Return which Snipe-IT this is: it says nothing of itself but its version, which changes."""
        return RemoteIdentity(PRODUCT, self._client.base)

    def read(self, known: frozenset[str]) -> Reading:
        """Return everything that planning needs, as `Room.read`."""
        before = self._client.transport.budget.made
        self._words = self._read_words()
        return reading.read(self._client, self._words, self._catalogue, known, self._progress, before)

    def find(self, change: Change, remote_id: str | None) -> tuple[Seen, ...]:
        """Return what a change is about, as `Room.find`: one request."""
        words = self._known_words()
        match change.subject:
            case Subject.CATALOGUE:
                return writing.find_type(self._client, words, change)
            case Subject.USER:
                return tuple(seen_person(row, words) for row in self._users(change, remote_id))
            case Subject.ASSET:
                return tuple(seen_asset(row, words) for row in self._assets(change, remote_id))

    def send(self, change: Change, seen: Seen | None) -> Seen:
        """Make a change, as `Room.send`."""
        words = self._known_words()
        match change.subject:
            case Subject.CATALOGUE:
                return writing.send_type(self._client, words, change)
            case Subject.USER:
                return writing.send_person(self._client, words, change, seen)
            case Subject.ASSET:
                return writing.send_asset(self._client, words, change, seen)

    def requests(self, changes: Sequence[Change]) -> int:
        """Return how many requests a plan's changes take, as `Room.requests`."""
        return requests(changes, self._known_words())

    def _assets(self, change: Change, remote_id: str | None) -> list[Row]:
        if change.action is not Action.CREATE or remote_id is not None:
            row = self._client.get(f"hardware/{remote_id}" if remote_id else f"hardware/bytag/{quoted(change.name)}")
            return [row] if isinstance(row, dict) and "asset_tag" in row and not row.get("deleted_at") else []
        found: dict[Any, Row] = {}
        for path, query in looks(change, self._known_words().fields):
            answer = self._client.get(path, **query) or {}
            rows = [answer] if "asset_tag" in answer else answer.get("rows", ())
            found |= {row["id"]: row for row in rows if not query or _holds(row, change, self._known_words().fields)}
        return list(found.values())

    def _users(self, change: Change, remote_id: str | None) -> list[Row]:
        if remote_id is not None:
            row = self._client.get(f"users/{remote_id}")
            return [] if row is None or row.get("deleted_at") else [row]
        upn = next((each.after for each in change.attributes if each.name == "upn"), change.name)
        return list(self._client.get("users", username=str(upn), limit=2)["rows"])

    def _known_words(self) -> Vocabulary:
        if self._words is None:
            self._words = self._read_words()
        return self._words

    def _read_words(self) -> Vocabulary:
        return Vocabulary.read(self._client, self._settings, self._catalogue, self._fields, lambda _count: None)


def _holds(row: Row, change: Change, fields: Fields) -> bool:
    """Return whether an asset has one of the matching values of one to be created: a list's filter takes likenesses."""
    held, wanted = fields.values(row), {each.name: each.after for each in change.attributes}
    return any(_alike(held.get(name), wanted.get(name)) for name in change.match)


def _alike(one: Scalar, other: Scalar) -> bool:
    """Return whether two values match as devices and assets do: whatever their case and their spaces (M2)."""
    return None not in (one, other) and "".join(str(one).split()).casefold() == "".join(str(other).split()).casefold()
