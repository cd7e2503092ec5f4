"""Halo served over HTTPS: who may ask, how often, and which resource answers."""

from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

from reconciler.simulator.exchange import Call, Reply, decoded, json_reply
from reconciler.simulator.halo import assets, references
from reconciler.simulator.halo.data import Halo, Row
from reconciler.simulator.halo.lists import BARE, listed
from reconciler.simulator.halo.replies import TOO_MANY, RefusedError, refusal, refused
from reconciler.simulator.halo.report import Reports
from reconciler.simulator.halo.shapes import SHAPES, asset, asset_type, user
from reconciler.simulator.halo.signin import SignIn
from reconciler.simulator.halo.throttle import RollingThrottle
from reconciler.simulator.stores.server import HOST, StoreServer

_BASE: Final = "/api/"
_TABLES: Final = {
    "asset": "assets",
    "assettype": "types",
    "assetgroup": "groups",
    "status": "statuses",
    "field": "fields",
    "fieldinfo": "custom_fields",
    "client": "clients",
    "site": "sites",
    "users": "users",
    "softwarelicence": "licences",
}
_SCOPES: Final = {"assets": "assets", "clients": "customers", "sites": "customers", "users": "customers"}


class HaloServer(StoreServer):
    """Serves one Halo's data; `per_window` requests fit into any five minutes.

    `retry_after` is whether its throttling says how long to wait. `sign_in` issues the tokens.
    """

    def __init__(
        self,
        data: Halo,
        *,
        port: int = 0,
        ca_file: Path | None = None,
        per_window: int = 300,
        retry_after: bool = False,
    ) -> None:
        self.data = data
        super().__init__(self._answer_one, refused, port=port, ca_file=ca_file, clock=data.clock)
        self.audit = data.audit
        self.sign_in = SignIn(data)
        self._reports = Reports(data)
        self._throttle = RollingThrottle(data.clock, per_window)
        self._retry_after = retry_after

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._reports.close()

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a store at this Halo needs."""
        return {
            "HALO_SECRET": self.data.options.secret,
            "RECONCILER_ALLOW_HOST": HOST,
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
        }

    def _answer_one(self, call: Call) -> Reply:
        """Answer a request: where to sign in, tokens, throttling, then the API."""
        path = call.path.lower()
        if path == "/api/authinfo":
            return json_reply(200, {"auth_url": f"{self.url}/auth", "tenant_id": "simulated"})
        if path == "/auth/token":
            return self.sign_in.token(call)
        wait = self._throttle.wait()
        if wait is not None:
            reply = refused(429, TOO_MANY)
            headers = {"Retry-After": str(int(wait) + 1)} if self._retry_after else {}
            return replace(reply, headers={**reply.headers, **headers})
        if not path.startswith(_BASE):
            return Reply(404, b"<!DOCTYPE html><title>Halo</title>", {"Content-Type": "text/html; charset=utf-8"})
        return self._permitted(call, path.removeprefix(_BASE).strip("/").split("/"))

    def _permitted(self, call: Call, parts: list[str]) -> Reply:
        """Answer a request that its token's scopes allow; refuse any other."""
        scopes = self.sign_in.scopes(call)
        if scopes is None:
            return refused(401, "Authorization has been denied for this request.")
        table = _TABLES.get(parts[0], parts[0])
        verb = "read" if call.method == "GET" or parts[0] == "report" else "edit"
        needed = "edit:reporting" if parts[0] == "report" else f"{verb}:{_SCOPES.get(table, 'assets')}"
        if not scopes & {"all", needed}:
            return refused(403, f"The application needs the permission {needed}.")
        with self.data.lock:
            try:
                return self._routed(call, table, parts[1:])
            except RefusedError as error:
                return refusal(error)

    def _routed(self, call: Call, table: str, rest: list[str]) -> Reply:
        """Answer by method and path; 404 for what Halo does not have."""
        known = table == "assets" or table in SHAPES
        match call.method, rest:
            case "GET", []:
                return listed(self.data, table, call, self.faults) if known else self._about_itself(table, call)
            case "GET", [id_] if known or table == "azureadconnection":
                return json_reply(200, self._one(table, id_, call))
            case "POST", []:
                return self._posted(table, _array(call))
            case "DELETE", [id_] if table == "assets" and id_.isdecimal():
                assets.remove(self.data, int(id_))
                return json_reply(200, {"id": int(id_)})
        return refused(404, "No HTTP resource was found that matches the request.")

    def _about_itself(self, resource: str, call: Call) -> Reply:
        """Answer what Halo says of itself, and of its own connections."""
        options = self.data.options
        match resource:
            case "instanceinfo":
                return json_reply(200, {"dbid": options.database_id, "app_version": options.version})
            case "instance":
                own = {"envname": options.environment, "hostname": HOST, "isself": True, "isprod": options.production}
                return json_reply(200, [{"id": 1, **own}])
            case "azureadconnection":
                rows = list(self.data.tables["connections"].values())
                wanted = [row for row in rows if row.get("isintune") or call.query.get("isintune") != "true"]
                return json_reply(200, [{name: row.get(name) for name in ("id", "name", "isintune")} for row in wanted])
        return refused(404, "No HTTP resource was found that matches the request.")

    def _one(self, table: str, id_: str, call: Call) -> Row:
        """Return one record with the details that are asked for."""
        if table == "azureadconnection":
            return self._found("connections", id_)
        row = self._found(table, id_)
        details = call.query.get("includedetails") == "true"
        if table == "assets":
            allowed = call.query.get("includeallowedstatus") == "true"
            return asset(self.data, row, fields=True, details=details, allowed=allowed)
        if table == "types":
            return asset_type(self.data, row, details=details)
        if table == "users":
            return user(self.data, row, details=True)
        return SHAPES[table](self.data, row)

    def _found(self, table: str, id_: str) -> Row:
        row = self.data.tables[table].get(int(id_)) if id_.isdecimal() else None
        hidden = not self.data.options.agent_sees and table not in BARE
        if row is None or hidden:
            raise RefusedError("The record could not be found.", status=404)
        return row

    def _posted(self, table: str, sent: list[Row]) -> Reply:
        """Answer a POST: one record for an array of one, a list for more; the array is all or nothing in no way."""
        if table == "report":
            shown = [self._reports.answer(each) for each in sent]
            return json_reply(201, shown[0] if len(shown) == 1 else shown)
        if table == "assets":
            ids = [assets.write(self.data, each, at) for at, each in enumerate(sent)]
            rows = [self.data.tables["assets"][id_] for id_ in ids]
            shown = [asset(self.data, row, fields=True, details=True, allowed=False) for row in rows]
        else:
            ids = [references.write(self.data, table, each) for each in sent]
            shown = [SHAPES[table](self.data, self.data.tables[table][id_]) for id_ in ids]
        return json_reply(201, shown[0] if len(shown) == 1 else shown)


def _array(call: Call) -> list[Row]:
    if "json" not in call.headers.get("content-type", ""):
        raise RefusedError("The media type is not supported.", status=415)
    value = decoded(call.body)
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        raise RefusedError("The request is invalid: an array was expected.")
    return value
