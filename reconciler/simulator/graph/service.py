"""Graph v1.0 as far as assets need it: which path is what, who may ask, and the answers.

Where Graph is odd, so is this: unsupported `$filter` and `$orderby` on managed devices are ignored without a word
(microsoft-graph-docs-contrib#2416, msgraph-sdk-dotnet#1322), and `$skip` gives an empty list
(msgraph-beta-sdk-dotnet#681).
"""

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from reconciler.simulator.exchange import Call, Endpoint, Reply, decoded, json_reply
from reconciler.simulator.faults import REPLACING, FaultName, Faults
from reconciler.simulator.graph import rows
from reconciler.simulator.graph.detected_apps import DetectedApps
from reconciler.simulator.graph.directory import Directory
from reconciler.simulator.graph.entra_devices import EntraDevices
from reconciler.simulator.graph.errors import (
    directory_permission_missing,
    graph_error,
    intune_error,
    intune_permission_missing,
)
from reconciler.simulator.graph.exports import Exports
from reconciler.simulator.graph.fault_replies import replaced
from reconciler.simulator.graph.listing import Listing
from reconciler.simulator.graph.pages import Pager, Resource
from reconciler.simulator.graph.routes import INTUNE, PERMISSION, POSTED, route
from reconciler.simulator.request_log import Tally
from reconciler.simulator.signin.endpoints import RefusedError, SignIn
from reconciler.simulator.tenant.records import Device
from reconciler.simulator.tenant.tenant import Tenant

_DEVICES: Final = Resource(Endpoint.DEVICES, "deviceManagement/managedDevices", page=1000, counted=True)
_USERS: Final = Resource(Endpoint.USERS, "users", page=100, counted=False)
_MOST_USERS: Final = 999
_MOST_PARTS: Final = 20
_FAILED_DEPENDENCY: Final[dict[str, object]] = {
    "status": 424,
    "headers": {"Content-Type": "application/json"},
    "body": {"error": {"code": "FailedDependency", "message": "A request that this one depends on failed."}},
}


class Graph:
    """Graph for one tenant, at `base`."""

    def __init__(
        self, tenant: Tenant, base: str, sign_in: SignIn, faults: Faults, tally: Tally, page_size: int
    ) -> None:
        self._tenant = tenant
        self._base = base
        self._sign_in = sign_in
        self._faults = faults
        self._tally = tally
        self._pager = Pager(base, faults, page_size)
        self._ids = count(1)
        self.exports = Exports(tenant, base, faults)
        detected = DetectedApps(tenant, self._pager)
        directory = Directory(tenant, base, page_size)
        self._answers: dict[Endpoint, Callable[[Call, str], Reply]] = {
            Endpoint.DEVICES: self._devices,
            Endpoint.DEVICE: self._device,
            Endpoint.OVERVIEW: self._overview,
            Endpoint.USERS: self._users,
            Endpoint.USER: self._user,
            Endpoint.USERS_DELTA: directory.delta,
            Endpoint.BY_IDS: directory.by_ids,
            Endpoint.ENTRA_DEVICES: EntraDevices(tenant, self._pager).answer,
            Endpoint.ORGANIZATION: self._organization,
            Endpoint.DETECTED_APPS: detected.apps,
            Endpoint.APP_DEVICES: detected.devices,
            Endpoint.EXPORTS: self.exports.answer,
            Endpoint.EXPORT: self.exports.poll,
            Endpoint.BATCH: self._batch,
        }

    def answer(self, call: Call) -> Reply:
        """Answer one request, batch or not."""
        request_id = f"{next(self._ids):08x}-0000-4000-8000-{self._tenant.seed & 0xFFFFFFFFFFFF:012x}"
        reply = self._answer(call, part=False)
        ids = {"request-id": request_id, "client-request-id": call.headers.get("client-request-id", request_id)}
        return _identified(reply, ids, f"{self._tenant.now:%Y-%m-%dT%H:%M:%S}")

    def _answer(self, call: Call, *, part: bool) -> Reply:
        endpoint, key = route(call.path)
        fault = self._faults.strike_first(REPLACING - {FaultName.HTML} if part else REPLACING, endpoint, key or None)
        if fault:
            return replaced(fault, endpoint, call, PERMISSION.get(endpoint, ""))
        try:
            permissions = self._sign_in.permissions(call.headers.get("authorization", ""))
            return self._permitted(endpoint, key, call, permissions)
        except RefusedError as refused:
            return refused.reply
        except (rows.UnknownPropertyError, ValueError) as wrong:
            return graph_error(400, "BadRequest", str(wrong))

    def _permitted(self, endpoint: Endpoint, key: str, call: Call, permissions: frozenset[str]) -> Reply:
        """Answer a request that its permission and method allow; refuse any other as Graph does."""
        needed = PERMISSION.get(endpoint)
        if needed and needed not in permissions:
            return intune_permission_missing(needed) if endpoint in INTUNE else directory_permission_missing()
        methods = ("GET", "POST") if endpoint is Endpoint.EXPORTS else ("POST" if endpoint in POSTED else "GET",)
        if call.method not in methods:
            return graph_error(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        answer = self._answers.get(endpoint)
        if answer is None:
            told = f"Resource not found for the segment '{call.path.rsplit('/', 1)[-1]}'."
            return graph_error(400, "BadRequest", told)
        return answer(call, key)

    def _devices(self, call: Call, _key: str) -> Reply:
        if "$skiptoken" not in call.query:
            self._tenant.tick()
        listing = Listing[Device]((), ()) if "$skip" in call.query else self._tenant.devices
        return self._pager.answer(call, _DEVICES, listing, rows.listed_device(rows.selected(call.query)))

    def _device(self, call: Call, device_id: str) -> Reply:
        row = rows.single_device(rows.selected(call.query))
        device = self._tenant.single(device_id) or self._stale(device_id)
        if device is None:
            return intune_error(404, "ResourceNotFound", "An error has occurred")
        return self._entity("deviceManagement/managedDevices/$entity", row(device))

    def _stale(self, device_id: str) -> Device | None:
        deleted = self._tenant.deleted(device_id)
        stale = {FaultName.STALE_RECORD}
        return deleted if deleted and self._faults.strike_first(stale, Endpoint.DEVICE, device_id) else None

    def _users(self, call: Call, _key: str) -> Reply:
        asked = call.query.get("$top", "1")
        if not asked.isdecimal() or not 1 <= int(asked) <= _MOST_USERS:
            told = f"Invalid page size specified: '{asked}'. Must be between 1 and {_MOST_USERS} inclusive."
            return graph_error(400, "Request_UnsupportedQuery", told)
        unsupported = [option for option in ("$filter", "$search", "$skip", "$orderby") if option in call.query]
        if unsupported:
            return graph_error(400, "Request_UnsupportedQuery", f"The simulator has no {unsupported[0]} on users.")
        return self._pager.answer(call, _USERS, self._tenant.users, rows.user(rows.selected(call.query)))

    def _user(self, call: Call, key: str) -> Reply:
        row = rows.user(rows.selected(call.query))
        user = self._tenant.user(key)
        if user is None:
            told = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            return graph_error(404, "Request_ResourceNotFound", told)
        return self._entity("users/$entity", row(user))

    def _entity(self, context: str, row: object) -> Reply:
        members: dict[str, Any] = msgspec.to_builtins(row)
        return json_reply(200, {"@odata.context": f"{self._base}/v1.0/$metadata#{context}", **members})

    def _organization(self, call: Call, _key: str) -> Reply:
        """Answer with the one organisation, its verified domain included."""
        tenant = self._tenant
        domain = {
            "capabilities": "Email",
            "isDefault": True,
            "isInitial": True,
            "name": tenant.domain,
            "type": "Managed",
        }
        one = {"id": tenant.tenant_id, "displayName": tenant.organisation, "countryLetterCode": "GB"}
        whole = {**one, "verifiedDomains": [domain]}
        wanted = rows.selected(call.query) or tuple(whole)
        context = f"{self._base}/v1.0/$metadata#organization"
        return json_reply(
            200, {"@odata.context": context, "value": [{name: whole[name] for name in wanted if name in whole}]}
        )

    def _overview(self, _call: Call, _key: str) -> Reply:
        """Count the devices; Defender's are enrolled nowhere, so that this differs from the list's length."""
        devices = [device for device in self._tenant.devices.items if device.managementAgent != "msSense"]
        systems = Counter(device.operatingSystem for device in devices)
        overview = {
            "@odata.context": f"{self._base}/v1.0/$metadata#deviceManagement/managedDeviceOverview/$entity",
            "id": self._tenant.tenant_id,
            "enrolledDeviceCount": len(devices),
            "mdmEnrolledCount": len(devices),
            "dualEnrolledDeviceCount": 0,
            "deviceOperatingSystemSummary": {
                "androidCount": systems["Android"],
                "iosCount": systems["iOS"],
                "macOSCount": systems["macOS"],
                "windowsCount": systems["Windows"],
                "windowsMobileCount": 0,
                "unknownCount": 0,
            },
        }
        return json_reply(200, overview)

    def _batch(self, call: Call, _key: str) -> Reply:
        """Answer up to twenty requests in one, in an order that is not theirs (learn: graph/json-batching)."""
        asked = decoded(call.body)
        parts = asked.get("requests") if isinstance(asked, dict) else None
        if not isinstance(parts, list) or not all(_is_part(part) for part in parts):
            return graph_error(400, "BadRequest", "Invalid batch payload format.")
        if len(parts) > _MOST_PARTS:
            told = f"Number of batch request steps exceeds the maximum value of {_MOST_PARTS}."
            return graph_error(400, "BadRequest", told)
        ids = [part["id"] for part in parts]
        if len(set(ids)) < len(ids):
            return graph_error(400, "BadRequest", "Request Id has to be unique in a batch.")
        answers: list[dict[str, object]] = []
        failed: set[str] = set()
        for part in parts:
            needs = part.get("dependsOn") or ()
            answer = _FAILED_DEPENDENCY | {"id": part["id"]} if failed.intersection(needs) else self._part(part, call)
            if int(str(answer["status"])) >= HTTPStatus.BAD_REQUEST:
                failed.add(part["id"])
            answers.append(answer)
        Random(",".join(ids)).shuffle(answers)  # noqa: S311 - any order, but always the same
        return json_reply(200, {"responses": answers})

    def _part(self, part: dict[str, Any], outer: Call) -> dict[str, object]:
        address = urlsplit(part["url"].removeprefix(f"{self._base}/v1.0"))
        if address.netloc:
            told = f"Invalid request URL in the batch: {part['url']}. It leads to another host."
            refusal = graph_error(400, "BadRequest", told)
            return {"id": part["id"], "status": 400, "headers": refusal.headers, "body": msgspec.Raw(refusal.body)}
        path = f"/v1.0/{unquote(address.path).lstrip('/')}"
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        call = Call(part["method"].upper(), path, query, outer.headers)
        self._tally.note_part(route(path)[0], call.method, path)
        reply = self._answer(call, part=True)
        return {"id": part["id"], "status": reply.status, "headers": reply.headers, "body": msgspec.Raw(reply.body)}


def _is_part(part: object) -> bool:
    return isinstance(part, dict) and all(isinstance(part.get(name), str) for name in ("id", "method", "url"))


def _identified(reply: Reply, ids: dict[str, str], now: str) -> Reply:
    """Put the request's ids into the headers, and into a refusal's body."""
    body = reply.body
    told = decoded(body) if reply.status >= HTTPStatus.BAD_REQUEST else None
    if isinstance(told, dict) and isinstance(told.get("error"), dict):
        told["error"]["innerError"] = {"date": now, **ids}
        body = msgspec.json.encode(told)
    return Reply(reply.status, body, {**reply.headers, **ids}, reply.sent)
