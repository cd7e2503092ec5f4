"""Snipe-IT as a Room: what `remote` needs of one product, put together from this folder's modules."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from reconciler.model.plan import Action, Change, Subject
from reconciler.model.state import RemoteIdentity
from reconciler.remote.room import Reading, Seen
from reconciler.remote.transport import Transport
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.stores import SnipeIt
from reconciler.snipeit import reading, writing
from reconciler.snipeit.client import PRODUCT, Client, Row
from reconciler.snipeit.effort import requests
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
            row = self._client.get(f"hardware/{remote_id}") if remote_id else self._by("bytag", change.name)
            return [row] if isinstance(row, dict) and "asset_tag" in row and not row.get("deleted_at") else []
        found = self._by(*_told_apart_by(change))
        if found is None:
            return []
        return [found] if "asset_tag" in found else list(found["rows"])

    def _by(self, what: str, value: str) -> Row | None:
        row: Row | None = self._client.get(f"hardware/{what}/{quote(value, safe='')}")
        return row

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


def _told_apart_by(change: Change) -> tuple[str, str]:
    """Return how to look whether a new asset is there: by its serial number where that matches assets, else by its tag.

    A placeholder for a serial number, which many have, matches none; the tag alone cannot be given twice.
    """
    serial = next((each.after for each in change.attributes if each.name == "serialNumber"), None)
    return ("byserial", str(serial)) if serial and "serialNumber" in change.match else ("bytag", change.name)
