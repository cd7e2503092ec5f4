"""Snipe-IT served over HTTPS: who may ask, how often, and which controller answers."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from reconciler.simulator.exchange import Call, Reply, decoded, json_reply
from reconciler.simulator.snipeit import hardware, references
from reconciler.simulator.snipeit.data import SnipeIt
from reconciler.simulator.snipeit.lists import listed
from reconciler.simulator.snipeit.replies import RefusedError, refusal, refused
from reconciler.simulator.snipeit.shapes import SHAPES
from reconciler.simulator.stores.server import HOST, StoreServer
from reconciler.simulator.stores.throttle import Throttle

_BASE: Final = "/api/v1/"
_ACTIONS: Final[dict[str, Callable[[SnipeIt, int, dict[str, Any]], Reply]]] = {
    "checkout": hardware.check_out,
    "checkin": hardware.check_in,
    "restore": lambda data, id_, _given: hardware.restore(data, id_),
}
_BY: Final = {"byserial": "serial", "bytag": "asset_tag"}


class SnipeItServer(StoreServer):
    """Serves one Snipe-IT's data; `per_minute` requests fit into a minute, as `API_THROTTLE_PER_MINUTE` has it."""

    def __init__(self, data: SnipeIt, *, port: int = 0, ca_file: Path | None = None, per_minute: int = 120) -> None:
        self.data = data
        super().__init__(self._answer_one, refused, port=port, ca_file=ca_file, clock=data.clock)
        self.audit = data.audit
        self._throttle = Throttle(data.clock, per_minute)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a store at this Snipe-IT needs."""
        return {
            "SNIPEIT_TOKEN": self.data.options.token,
            "RECONCILER_ALLOW_HOST": HOST,
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
        }

    def _answer_one(self, call: Call) -> Reply:
        left, wait = self._throttle.count()
        headers = {"X-RateLimit-Limit": str(self._throttle.most), "X-RateLimit-Remaining": str(left)}
        if wait is not None:
            headers["Retry-After"] = str(max(1, round(wait + 0.5)))
            reply = refusal("Too many requests", 429)
        else:
            reply = self._permitted(call)
        return Reply(reply.status, reply.body, {**reply.headers, **headers}, reply.sent)

    def _permitted(self, call: Call) -> Reply:
        """Answer a request with the right token; refuse, or lead to the login page, as Snipe-IT does."""
        if call.headers.get("accept") != "application/json":
            return Reply(302, b"", {"Location": f"{self.url}/login", "Content-Type": "text/html; charset=UTF-8"})
        if call.headers.get("authorization") != f"Bearer {self.data.options.token}":
            return refused(401, "Unauthorized or unauthenticated.")
        if not call.path.startswith(_BASE):
            return refusal("404 endpoint not found", 404)
        if call.method != "GET" and not self.data.options.may_write:
            return refused(403, "This action is unauthorized.")
        with self.data.lock:
            try:
                return self._routed(call, call.path.removeprefix(_BASE).strip("/").split("/"))
            except RefusedError as error:
                return refusal(error.messages)

    def _routed(self, call: Call, parts: list[str]) -> Reply:
        match call.method, parts:
            case "GET", ["version"]:
                return json_reply(200, {"version": self.data.options.version})
            case "GET", [table] if table in SHAPES:
                return listed(self.data, table, call, self.faults)
            case "GET", ["hardware", ("byserial" | "bytag") as by, value]:
                return self._looked_up(_BY[by], value, deleted=call.query.get("deleted") == "true")
            case "GET", [table, id_] if table in SHAPES and id_.isdecimal():
                return self._one(table, int(id_))
        return self._written(call, parts)

    def _written(self, call: Call, parts: list[str]) -> Reply:
        """Answer whatever writes; an unknown address is the one error that is no 200."""
        given, method = _body(call), "PATCH" if call.method == "PUT" else call.method
        match method, parts:
            case "POST", ["hardware", id_, ("checkout" | "checkin" | "restore") as action]:
                return _ACTIONS[action](self.data, int(id_), given)
            case "POST", [table] if table in SHAPES:
                create = hardware.create if table == "hardware" else partial(references.create, table=table)
                return create(self.data, given=given)
            case "PATCH", [table, id_] if table in SHAPES:
                update = hardware.update if table == "hardware" else partial(references.update, table=table)
                return update(self.data, id_=int(id_), given=given)
            case "DELETE", [table, id_] if table in SHAPES:
                remove = hardware.remove if table == "hardware" else partial(references.remove, table=table)
                return remove(self.data, id_=int(id_))
        known = parts[0] in SHAPES and re.fullmatch(r"[a-z]+(/\d+)?", "/".join(parts))
        return refusal("Method not allowed", 405) if known else refusal("404 endpoint not found", 404)

    def _one(self, table: str, id_: int) -> Reply:
        """Answer one record, an asset that is deleted too; what is not there is an error that is 200."""
        row = self.data.tables[table].get(id_)
        if row is None or (row["deleted_at"] and table != "hardware"):
            name = "Asset does not exist." if table == "hardware" else f"{table[:-1].title()} not found"
            raise RefusedError(name)
        return json_reply(200, SHAPES[table](self.data, row))

    def _looked_up(self, column: str, value: str, *, deleted: bool) -> Reply:
        rows = [
            row
            for row in self.data.tables["hardware"].values()
            if str(row[column]) == value and (deleted or not row["deleted_at"])
        ]
        if not rows:
            raise RefusedError("Asset does not exist.")
        shown = [SHAPES["hardware"](self.data, row) for row in rows]
        if column == "asset_tag" and len(rows) == 1 and not deleted:
            return json_reply(200, shown[0])
        return json_reply(200, {"total": len(shown), "rows": shown})


def _body(call: Call) -> dict[str, Any]:
    value = decoded(call.body) if call.body else {}
    if not isinstance(value, dict):
        raise RefusedError("Invalid JSON")
    return value
