"""Halo as a store behind its API: reading it, finding one record, sending one change (W1-W9).

One change of an asset is three requests: it is read, written by one POST, and read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from msgspec import structs

from reconciler.errors import LostAnswerError, RemoteError
from reconciler.halo.api import HaloApi, Row
from reconciler.halo.bodies import asset_body, type_body, user_body
from reconciler.halo.directory import Directory, read_directory
from reconciler.halo.proofs import proven_statuses
from reconciler.halo.proving import prove
from reconciler.halo.reading import PRODUCT, Reader
from reconciler.halo.records import asset_seen, person_seen
from reconciler.halo.settings import HaloSettings
from reconciler.halo.tokens import Token
from reconciler.model.plan import Action, Change, Subject
from reconciler.model.state import RemoteIdentity
from reconciler.remote import Reading, Seen
from reconciler.remote.budget import Budget, Pace
from reconciler.remote.fitting import LEDGER_KINDS
from reconciler.remote.transport import Transport

REQUESTS_AN_ASSET: Final = 3
REQUESTS_A_TYPE: Final = 2


class HaloRoom:
    """One Halo; `proofs` gives the answers of `store prove` when they are needed, `proven` the version they are of."""

    product = PRODUCT

    def __init__(
        self,
        settings: HaloSettings,
        *,
        proofs: Callable[[], Mapping[str, str]] = dict,
        proven: Callable[[], str | None] = lambda: None,
        pace: Pace | None = None,
        progress: Callable[[str, int], None] = lambda _what, _count: None,
        waiting: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._settings = settings
        self._proofs = proofs
        self._proven = proven
        budget = Budget(settings.per_minute, pace or Pace(), waiting)
        self.api = HaloApi(Transport(budget, Token(settings, budget.wait)), settings.base, progress)
        self._rows: dict[str, Row] = {}

    def close(self) -> None:
        """Close every connection."""
        self.api.close()

    @cached_property
    def _info(self) -> Mapping[str, Any]:
        info = self.api.get("InstanceInfo")
        if not isinstance(info, dict):
            raise RemoteError(f"{self._settings.base} does not say which Halo it is. Check the address in `store:`.")
        return info

    @cached_property
    def _identity(self) -> RemoteIdentity:
        info = self._info
        instances = self.api.get("Instance")
        if not isinstance(instances, list):
            raise RemoteError(f"{self._settings.base} does not say which Halo it is. Check the address in `store:`.")
        own: Mapping[str, Any] = next((each for each in instances if each.get("isself")), {})
        facts = {
            "database": str(info.get("dbid")),
            "environment": str(own.get("envname")),
            "production": "yes" if own.get("isprod") else "no",
        }
        return RemoteIdentity(PRODUCT, self._settings.base, facts)

    def identity(self) -> RemoteIdentity:
        """Return which Halo this is: its address, database and environment, and whether it is production (W6)."""
        return self._identity

    @cached_property
    def _directory(self) -> Directory:
        return read_directory(self.api, self._settings, proven_statuses(self._proofs()))

    def read(self, known: frozenset[str]) -> Reading:
        """Return everything that planning needs.

        Raises:
            RemoteError: a list is not proven whole, or Halo lacks fields that settings name.
        """
        reading, self._directory = Reader(self.api, self._settings, self._proofs()).read(self._directory, known)
        offer = reading.offer
        return replace(reading, offer=structs.replace(offer, remarks=(*offer.remarks, *self._outdated())))

    def _outdated(self) -> Iterator[str]:
        """Yield what to think of where the answers of `store prove` are another version's."""
        proven, now = self._proven(), self.version()
        if proven is not None and proven != now:
            yield (
                f"What `store prove` found out is true of Halo {proven}, and this is {now}: prove again, with "
                "`reconciler store prove`."
            )

    def prove(self) -> dict[str, str]:
        """Try on a scratch asset what the documentation leaves open, and return each answer by its question (W9).

        Raises:
            RemoteError, RefusedError: the scratch asset cannot be made.
        """
        return prove(self.api)

    def version(self) -> str:
        """Return Halo's version."""
        return str(self._info.get("app_version") or "")

    def find(self, change: Change, remote_id: str | None) -> tuple[Seen, ...]:
        """Return the record that a change is about, or those that have the name of one to be created."""
        match change.subject:
            case Subject.ASSET:
                rows = self._assets(change, remote_id)
                return tuple(asset_seen(each, self._directory) for each in rows)
            case Subject.USER:
                return tuple(person_seen(each) for each in self._users(change, remote_id))
            case Subject.CATALOGUE:
                return self._types(change)

    def send(self, change: Change, seen: Seen | None) -> Seen:
        """Make the change in one request, and return the record as it is read afterwards.

        Raises:
            RefusedError: Halo refused, or lacks a name.
            LostAnswerError: whether it was done is not known.
        """
        row = self._rows.get(seen.remote_id) if seen else None
        match change.subject:
            case Subject.ASSET:
                body = asset_body(change, row, self._directory, self._settings)
                shown = self._again("Asset", self.api.send("Asset", body))
                return asset_seen(shown, self._directory)
            case Subject.USER:
                return person_seen(
                    self._again("Users", self.api.send("Users", user_body(change, row, self._directory)))
                )
            case Subject.CATALOGUE:
                name = change.name.partition("/")[2]
                made = self.api.send("AssetType", type_body(name, change.attributes, self._directory))
                self.__dict__.pop("_directory", None)  # read again with the new type's fields, when it is needed
                return Seen(str(made["id"]), change.name, {})

    def requests(self, changes: Sequence[Change]) -> int:
        """Return how many requests changes take in all."""
        return sum(map(_requests, changes))

    def _assets(self, change: Change, remote_id: str | None) -> Iterable[Row]:
        """Return the assets that a change is about; one that is inactive already is as good as removed (W8)."""
        if change.action is not Action.CREATE:
            found = self._whole("Asset", remote_id)
            gone = found is None or (change.action is Action.DELETE and found.get("inactive"))
            return () if found is None or gone else (found,)
        listed = self.api.get(
            "Asset", pageinate="true", page_no=1, page_size=10, includeinactive="true", inventory_number=change.name
        )
        rows = [each for each in listed.get("assets") or () if each.get("inventory_number") == change.name]
        return [found for each in rows if (found := self._whole("Asset", str(each["id"]))) is not None]

    def _users(self, change: Change, remote_id: str | None) -> Iterable[Row]:
        if change.action is not Action.CREATE:
            found = self._whole("Users", remote_id)
            return () if found is None else (found,)
        after = {each.name: str(each.after) for each in change.attributes if each.after is not None}
        key = after.get("mail") or after.get("upn") or after.get("name") or change.name
        listed = self.api.get("Users", pageinate="true", page_no=1, page_size=100, includeinactive="true", search=key)
        rows = [each for each in listed.get("users") or () if _is(each, after)]
        return [found for each in rows if (found := self._whole("Users", str(each["id"]))) is not None]

    def _types(self, change: Change) -> tuple[Seen, ...]:
        name = change.name.partition("/")[2]
        rows = [each for each in self.api.listed("AssetType") if each.get("name") == name]
        return tuple(Seen(str(each["id"]), change.name, {}) for each in rows)

    def _whole(self, resource: str, id_: str | None) -> Row | None:
        """Return one record with everything, and keep it for the write that follows."""
        if id_ is None:
            return None
        row = self.api.one(resource, id_, includedetails="true")
        self._rows = {} if row is None else {id_: row}
        return row

    def _again(self, resource: str, answer: Row) -> Row:
        """Return what was written as it reads now."""
        row = self._whole(resource, str(answer["id"]))
        if row is None:
            raise LostAnswerError(f"{resource} {answer['id']} was written and cannot be read")
        return row


def _requests(change: Change) -> int:
    """Return how many requests one change takes: none for what only the ledger holds."""
    if change.subject is Subject.CATALOGUE:
        return 0 if change.name.partition("/")[0] in LEDGER_KINDS else REQUESTS_A_TYPE
    only_ledger = {each.name for each in change.attributes} <= {"device", "entraId"}
    return 0 if only_ledger and change.action is Action.UPDATE else REQUESTS_AN_ASSET


def _is(row: Row, after: Mapping[str, str]) -> bool:
    """Return whether a user has the sign-in name or the mail address of one to be created."""
    pairs = (("login", "upn"), ("emailaddress", "mail"))
    return any(after.get(ours) and str(row.get(theirs) or "").lower() == after[ours].lower() for theirs, ours in pairs)
