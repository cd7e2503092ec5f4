"""One whole reading of a Halo (W2): lists by REST, whose each asset is by SQL, else asset by asset.

1. Every list is proven whole, inactive records included.
2. Where Halo runs no reports, or lists leave out what settings need, each asset is read by itself; a remark has the
   cost.
3. When the database has many more assets than the list, the account may not see them all: nothing is created.
4. A tag that several assets have is identified by Halo's id.
5. Where an asset has several users, its first is shown and its link left alone: which is Intune's is not known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

import msgspec

from reconciler.errors import RemoteError
from reconciler.halo.api import HaloApi, ReportsRefusedError, Row
from reconciler.halo.directory import Directory
from reconciler.halo.proofs import unproven
from reconciler.halo.records import asset_record, first_user, person_record
from reconciler.halo.reports import count_devices, read_fields, read_links
from reconciler.halo.settings import INTUNE_ID, HaloSettings
from reconciler.halo.slots import LONGEST
from reconciler.model.offer import Offer
from reconciler.model.state import StoredCatalogue
from reconciler.remote import AssetRecord, PersonRecord, Reading
from reconciler.remote.proven import ask_unlisted

PRODUCT: Final = "Halo"
_SEVERAL_USERS: Final = "It has several users in Halo, and which of them is Intune's is not known."
_UNSEEN: Final = 20
_MOST_ASKED: Final = 5
"""How many users that are not listed are asked for by their id."""
_UNSEEN_SHARE: Final = 0.05


@dataclass
class Reader:
    """Reads one Halo; `proofs` are the answers of `store prove`, `remarks` grow."""

    api: HaloApi
    settings: HaloSettings
    proofs: Mapping[str, str]
    remarks: list[str] = field(default_factory=list)
    short: str | None = None
    several: set[str] = field(default_factory=set)
    """The assets that have several users, by Halo's id."""

    def read(self, directory: Directory, known: frozenset[str]) -> tuple[Reading, Directory]:
        """Return everything that planning needs, and the directory with the statuses that assets were found to have.

        Raises:
            RemoteError: a list is not proven whole.
        """
        rows = self._assets(directory)
        unlisted = ask_unlisted(PRODUCT, known, (str(each["id"]) for each in rows), self._single)
        directory = directory.with_statuses(rows)
        users = self._users(rows)
        whole = [*rows, *unlisted.found]
        records = [asset_record(each, users.get(str(each["id"])), directory) for each in rows]
        records += [asset_record(each, first_user(each), directory) for each in unlisted.found]
        records = _told_apart(records, self.remarks)
        locked = {each.tag: {"user": _SEVERAL_USERS} for each in records if each.remote_id in self.several}
        people = [person_record(each) for each in self.api.whole("Users", "store users")]
        self._refuse_lacking(users.values(), {each.remote_id for each in people})
        self._warn(whole)
        reading = Reading(
            records,
            _with_one_entra_id(people),
            self._catalogue(directory),
            msgspec.structs.replace(self._offer(directory), locked=locked),
            sites=directory.sites.ids,
            types=directory.types.ids,
            statuses=directory.statuses.ids,
            gone=unlisted.gone,
        )
        return reading, directory

    def _assets(self, directory: Directory) -> list[Row]:
        """Return every asset with its fields: from the list, else by SQL, else one by one."""
        slots = directory.slots
        custom = {"include_custom_fields": ",".join(str(id_) for id_, _ in slots.custom.values())}
        rows = self.api.whole(
            "Asset",
            "assets",
            order="id",
            includeassetfields="true",
            includeuser="true",
            noicon="true",
            **(custom if slots.custom else {}),
        )
        if slots.custom and any("customfields" not in each for each in rows):
            return self._one_by_one(rows, "lists leave out custom fields")
        if slots.fields and any("fields" not in each for each in rows):
            return self._with_fields(rows, directory)
        return rows

    def _with_fields(self, rows: list[Row], directory: Directory) -> list[Row]:
        """Return the assets of a list that left out their fields, with these."""
        own = directory.slots.of_types
        ids = sorted({id_ for fields in own.values() for id_ in fields.values()})
        try:
            held = read_fields(self.api, [int(each["id"]) for each in rows], ids)
        except ReportsRefusedError as error:
            return self._one_by_one(rows, f"lists leave out fields, and Halo refused the report on them: {error}")
        return [{**each, "fields": _fields_of(each, own, held)} for each in rows]

    def _one_by_one(self, rows: list[Row], why: str) -> list[Row]:
        minutes = ceil(len(rows) / self.settings.per_minute)
        self.remarks.append(f"Each of the {len(rows):,} assets is read by itself, about {minutes:,} minutes: {why}.")
        read = []
        for number, each in enumerate(rows, 1):
            read.append(self._single(str(each["id"])) or each)
            self.api.progress("assets one by one", number)
        return read

    def _single(self, id_: str) -> Row | None:
        return self.api.one("Asset", id_, includedetails="true")

    def _users(self, rows: list[Row]) -> Mapping[str, str | None]:
        """Return the user of each asset that has one."""
        if rows and all("users" in each for each in rows):
            return self._users_of(rows)
        try:
            self._compare(len(rows), count_devices(self.api))
            links = read_links(self.api)
        except ReportsRefusedError as error:
            why = f"lists do not say whose they are, and Halo refused the report on it: {error}. Give the application "
            read = self._one_by_one(rows, f"{why}edit:reporting to read them at once")
            return self._users_of(read)
        return {**links.one, **self._users_of(self._single(id_) or {"id": id_} for id_ in links.several)}

    def _refuse_lacking(self, linked: Iterable[str | None], listed: set[str]) -> None:
        """Refuse a list of users that lacks one whom an asset has, and who is there when asked for.

        Raises:
            RemoteError: a listed asset has a user whom the list lacks.
        """
        lacking = sorted({each for each in linked if each is not None} - listed, key=int)
        for id_ in lacking[:_MOST_ASKED]:
            if not listed or self.api.one("Users", id_) is not None:
                raise RemoteError(
                    f"The list of store users is not whole: it lacks {len(lacking):,} users whom assets have, such as "
                    f"the one with Halo's id {id_}. Nothing was planned. Check the rights of the application's agent."
                )

    def _users_of(self, rows: Iterable[Row]) -> dict[str, str | None]:
        """Return the first user of each asset that was read by itself, and note those that have more."""
        found = {}
        for each in rows:
            id_ = str(each["id"])
            found[id_] = first_user(each)
            if len(each.get("users") or ()) > 1:
                self.several.add(id_)
        return found

    def _compare(self, listed: int, stored: int) -> None:
        """Note when the database has many more assets than the account is shown."""
        if stored - listed > max(_UNSEEN, _UNSEEN_SHARE * stored) or (stored and not listed):
            self.short = (
                f"Halo shows the account {listed:,} assets and its database has {stored:,}: the agent may not see all."
            )

    def _warn(self, rows: Iterable[Row]) -> None:
        """Say what a person should know of the assets."""
        rows = list(rows)
        inactive = sum(1 for each in rows if each.get("inactive"))
        if inactive:
            self.remarks.append(f"{inactive:,} assets are inactive in Halo; they are matched and updated all the same.")
        bound = sum(1 for each in rows if each.get("intune_id"))
        if bound and self.settings.binding_field != INTUNE_ID:
            self.remarks.append(
                f"{bound:,} assets carry Halo's own `intune_id`: its Intune integration may write them too. Turn it "
                "off, or set `bindingField: intune_id`."
            )

    def _catalogue(self, directory: Directory) -> StoredCatalogue:
        mapped = [name.removeprefix("custom.") for name in self.settings.fields if name.startswith("custom.")]
        return StoredCatalogue(
            organisations=directory.organisations,
            sites=tuple(sorted(directory.sites.ids)),
            statuses=tuple(sorted(directory.statuses.ids)),
            asset_groups=tuple(sorted(directory.groups.ids)),
            types={name: directory.group_of[name] for name in sorted(directory.types.ids)},
            custom_fields=tuple(mapped),
        )

    def _offer(self, directory: Directory) -> Offer:
        """Return what Halo takes and makes, what it needs of new records, and what about it is unproven (W3)."""
        names = {"site": directory.sites, "status": directory.statuses, "type": directory.types}
        by_id = {int(id_): name for name, id_ in directory.types.ids.items()}
        lacking = directory.slots.lacking()
        return Offer(
            product=PRODUCT,
            theirs=("group",),
            makes=("type",),
            needs={"asset": ("type", "site"), "user": ("name", "site")},
            twice={kind: tuple(sorted(each.twice)) for kind, each in names.items() if each.twice},
            short=self.short,
            lacks={by_id[id_]: lacks for id_, lacks in lacking.items() if lacks and id_ in by_id},
            statuses={name: tuple(each.name for each in allowed) for name, allowed in directory.allowed.items()},
            statuses_after={
                name: {each.name: tuple(sorted(each.after)) for each in allowed if each.after is not None}
                for name, allowed in directory.allowed.items()
            },
            lengths=dict.fromkeys(directory.slots.fields, LONGEST),
            unproven=unproven(self.proofs),
            remarks=tuple(self.remarks),
            requests=self.api.requests,
            per_minute=self.settings.per_minute,
        )


def _fields_of(row: Row, own: Mapping[int, Mapping[str, int]], held: Mapping[str, Mapping[int, str]]) -> list[Any]:
    values = held.get(str(row["id"]), {})
    fields = own.get(int(row.get("assettype_id") or 0), {})
    return [{"id": id_, "name": name, "value": values.get(id_, "")} for name, id_ in fields.items()]


def _told_apart(records: list[AssetRecord], remarks: list[str]) -> list[AssetRecord]:
    """Return the assets with tags that differ: Halo lets several have one, unless it is set not to."""
    counted = Counter(each.tag for each in records)
    twice = sorted(tag for tag, number in counted.items() if number > 1)
    if not twice:
        return records
    shown = ", ".join(twice[:3]) + (f" and {len(twice) - 3} more" if len(twice) > 3 else "")  # noqa: PLR2004
    remarks.append(f"Several assets in Halo have one tag ({shown}); they are identified by Halo's id.")
    return [
        AssetRecord(
            each.remote_id,
            f"{each.tag} (Halo {each.remote_id})",
            each.type,
            each.site,
            each.status,
            each.user,
            each.values,
        )
        if counted[each.tag] > 1
        else each
        for each in records
    ]


def _with_one_entra_id(people: list[PersonRecord]) -> list[PersonRecord]:
    """Return the users without the Entra ids that several of them have: an id of several identifies nobody."""
    counted = Counter(each.entra_id for each in people if each.entra_id)
    return [
        PersonRecord(each.remote_id, each.name, each.upn, each.mail, each.employee_id, each.site, each.active)
        if each.entra_id and counted[each.entra_id] > 1
        else each
        for each in people
    ]
