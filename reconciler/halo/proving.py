"""Trying on one scratch asset what Halo's documentation leaves open (W9): made, asked, and taken away again."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from reconciler.errors import RefusedError, RemoteError
from reconciler.halo.api import HaloApi, Row
from reconciler.halo.proofs import NO, YES, Question

SCRATCH: Final = "reconciler-scratch"
"""The scratch asset's tag; one that an interrupted try left behind is taken away first."""
_QUIET: Final = {"_dontaddnewfields": True, "isassetdetails": True, "_dont_fire_automations": True}


def prove(api: HaloApi) -> dict[str, str]:
    """Return each answer by its question; a question that this Halo cannot answer is left out.

    Raises:
        RemoteError: Halo cannot be asked, or has no asset type or site yet.
        RefusedError: it refuses the scratch asset, in its words.
    """
    for left in _tagged(api):
        api.delete("Asset", str(left["id"]))
    types, sites = api.listed("AssetType"), api.whole("Site", "sites")
    homes = _two_of_one_client(sites)
    if not types or not homes:
        raise RemoteError("Halo has no asset type or no site yet: make one of each, then prove again.")
    scratch = _Scratch(api, types, homes)
    try:
        return scratch.answers()
    finally:
        scratch.remove()


class _Scratch:
    """The scratch asset, and the questions that are tried on it."""

    def __init__(self, api: HaloApi, types: list[Row], homes: list[Row]) -> None:
        self._api = api
        self._homes = homes
        details = [api.one("AssetType", str(each["id"]), includedetails="true") or {} for each in types[:10]]
        kind = max(details, key=lambda each: len(each.get("fields") or ()))
        self._fields = [int(each["field_id"]) for each in kind.get("fields") or ()]
        body = {"assettype_id": int(kind["id"]), "site_id": int(homes[0]["id"]), "inventory_number": SCRATCH}
        self._id = str(api.send("Asset", {**body, **_QUIET})["id"])

    def answers(self) -> dict[str, str]:
        """Ask everything."""
        asked: dict[Question, Callable[[], str | None]] = {
            Question.FINDS_BY_TAG: self._finds_by_tag,
            Question.STATUSES: self._statuses,
            Question.ARRAYS_REPLACE: self._arrays_replace,
            Question.EMPTY_LIST_UNLINKS: self._empty_list_unlinks,
            Question.MOVE_KEEPS_ID: self._move_keeps_id,
        }
        found = {str(question): ask() for question, ask in asked.items()}
        return {question: answer for question, answer in found.items() if answer is not None}

    def remove(self) -> None:
        """Take the scratch asset away, wherever it is by now."""
        for id_ in {self._id, *(str(each["id"]) for each in _tagged(self._api))}:
            if self._api.one("Asset", id_) is not None:
                self._api.delete("Asset", id_)

    def _write(self, **members: Any) -> None:
        self._api.send("Asset", {"id": int(self._id), **members, **_QUIET})

    def _read(self) -> Row:
        found = self._api.one("Asset", self._id, includedetails="true", includeallowedstatus="true")
        if found is None:
            raise RemoteError("The scratch asset is gone; somebody removed it meanwhile. Prove again.")
        return found

    def _finds_by_tag(self) -> str:
        rows = _asked_by_tag(self._api)
        return _answer([str(each["id"]) for each in rows] == [self._id])

    def _statuses(self) -> str | None:
        rows = self._read().get("allowed_status") or ()
        named = {str(each["status_name"]): str(each["status_id"]) for each in rows if each.get("status_name")}
        return msgspec.json.encode(dict(sorted(named.items()))).decode() if named else None

    def _arrays_replace(self) -> str | None:
        if len(self._fields) < 2:  # noqa: PLR2004
            return None
        first, second = self._fields[:2]
        self._write(fields=[{"id": first, "value": "1"}, {"id": second, "value": "2"}])
        self._write(fields=[{"id": first, "value": "3"}])
        held = {int(each["id"]): each.get("value") for each in self._read().get("fields") or ()}
        return _answer(not held.get(second))

    def _empty_list_unlinks(self) -> str | None:
        users = self._api.get("Users", pageinate="true", page_no=1, page_size=1).get("users") or []
        if not users:
            return None
        self._write(users=[{"id": int(users[0]["id"])}])
        if not self._read().get("users"):
            return None
        self._write(users=[])
        return _answer(not self._read().get("users"))

    def _move_keeps_id(self) -> str | None:
        if len(self._homes) < 2:  # noqa: PLR2004
            return None
        try:
            self._write(site_id=int(self._homes[1]["id"]))
        except RefusedError:
            return None
        return _answer(self._api.one("Asset", self._id) is not None)


def _two_of_one_client(sites: list[Row]) -> list[Row]:
    """Return two sites of one client, or what there is."""
    for site in sites:
        same = [each for each in sites if each.get("client_id") == site.get("client_id")]
        if len(same) > 1:
            return same[:2]
    return sites[:1]


def _tagged(api: HaloApi) -> list[Row]:
    return [each for each in _asked_by_tag(api) if each.get("inventory_number") == SCRATCH]


def _asked_by_tag(api: HaloApi) -> list[Row]:
    found = api.get(
        "Asset", pageinate="true", page_no=1, page_size=10, includeinactive="true", inventory_number=SCRATCH
    )
    rows: list[Row] = found.get("assets") or []
    return rows


def _answer(holds: bool) -> str:
    return YES if holds else NO
