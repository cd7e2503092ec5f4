"""Entra's directory beyond its lists: what changed since a token, and objects by their ids."""

import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import msgspec

from reconciler.simulator.exchange import Call, Reply, decoded, json_reply
from reconciler.simulator.graph import rows
from reconciler.simulator.graph.errors import graph_error
from reconciler.simulator.tenant.tenant import Tenant

_MOST_IDS: Final = 1000
_LIFE: Final = timedelta(days=7)
"""How long a token of a directory object's delta lives (learn: graph/delta-query-overview)."""
_TOKEN: Final = re.compile(r"(?P<since>\d+)-(?P<until>\d+)-(?P<from>\d+)-(?P<made>\d+)")
_REFUSED: Final = ("$top", "$orderby", "$expand", "$search", "$filter")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Changes after the revision `since`, from entry `start` on; the read goes on from `until` when it is done.

    What changes while a read goes on comes again with its `deltaLink`.
    """

    since: int = 0
    until: int = 0
    start: int = 0
    lapsed: bool = False


class Directory:
    """Answers `/users/delta` and `getByIds` for one tenant at `base`; `page_size` is the most that a page holds."""

    def __init__(self, tenant: Tenant, base: str, page_size: int) -> None:
        self._tenant = tenant
        self._base = base
        self._page_size = page_size

    def delta(self, call: Call, _key: str) -> Reply:
        """Answer a page of what changed in the users since a token; all of them without one.

        The last page has a `deltaLink`. A deleted user is an id with `@removed` (learn: graph/api/user-delta). Raises
        ValueError for a token that no link gave.
        """
        refused = [option for option in _REFUSED if option in call.query]
        if refused:
            return graph_error(400, "Request_UnsupportedQuery", f"The simulator has no {refused[0]} on users/delta.")
        token = call.query.get("$deltatoken", call.query.get("$skiptoken", ""))
        if token == "latest":  # noqa: S105 - a word of the protocol
            return self._page(call, [], self._token(self._tenant.user_changes(0)[2], 0), last=True)
        asked = self._asked(token) if token else _Asked()
        if asked.lapsed:
            return self._lapsed(call)
        row = rows.user(rows.selected(call.query))
        since, start = asked.since, asked.start
        put, taken, revision = self._tenant.user_changes(since)
        until = asked.until or revision
        removed = [{"id": each, "@removed": {"reason": "deleted"}} for each in taken if since]
        everything: list[object] = [*map(row, put), *removed]
        page = everything[start : start + self._page_size]
        following = start + self._page_size
        if following < len(everything):
            return self._page(call, page, self._token(since, until, following), last=False)
        return self._page(call, page, self._token(until, 0), last=True)

    def by_ids(self, call: Call, _key: str) -> Reply:
        """Answer the users among some ids; who is not there is left out (learn: graph/api/directoryobject-getbyids)."""
        asked = decoded(call.body)
        ids = asked.get("ids") if isinstance(asked, dict) else None
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            return graph_error(400, "Request_BadRequest", "The ids property must be a collection of identifiers.")
        if len(ids) > _MOST_IDS:
            return graph_error(400, "Request_BadRequest", f"The number of ids exceeds the limit of {_MOST_IDS}.")
        row = rows.user(rows.selected(call.query))
        found = [
            user for each in dict.fromkeys(ids) if (user := self._tenant.user(each)) is not None and user.id == each
        ]
        values: list[dict[str, Any]] = [msgspec.to_builtins(row(user)) for user in found]
        of_type = [{"@odata.type": "#microsoft.graph.user", **value} for value in values]
        return json_reply(200, {"@odata.context": f"{self._base}/v1.0/$metadata#directoryObjects", "value": of_type})

    def _asked(self, token: str) -> _Asked:
        """Return what a token asks for. Raises ValueError for one that no link gave."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError("The deltatoken is not one of this service's.")
        age = self._tenant.now.timestamp() - int(found["made"])
        return _Asked(int(found["since"]), int(found["until"]), int(found["from"]), age > _LIFE.total_seconds())

    def _token(self, since: int, until: int, start: int = 0) -> str:
        return f"{since}-{until}-{start}-{int(self._tenant.now.timestamp())}"

    def _lapsed(self, call: Call) -> Reply:
        """Ask the client to read everything anew (learn: graph/delta-query-overview, synchronization reset)."""
        refusal = graph_error(HTTPStatus.GONE, "syncStateNotFound", "The sync state generation is not found.")
        return Reply(refusal.status, refusal.body, {**refusal.headers, "Location": self._link(call, "$deltatoken", "")})

    def _page(self, call: Call, page: list[Any], token: str, *, last: bool) -> Reply:
        name, option = ("@odata.deltaLink", "$deltatoken") if last else ("@odata.nextLink", "$skiptoken")
        context = f"{self._base}/v1.0/$metadata#users"
        return json_reply(200, {"@odata.context": context, name: self._link(call, option, token), "value": page})

    def _link(self, call: Call, option: str, token: str) -> str:
        """Return the link that goes on; what was asked is part of it."""
        kept = {name: text for name, text in call.query.items() if name not in ("$deltatoken", "$skiptoken")}
        asked = "".join(f"{name}={quote(text, safe=',')}&" for name, text in kept.items())
        return f"{self._base}/v1.0/users/delta?{asked}{option}={token}"
