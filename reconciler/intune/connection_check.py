"""Proving a connection: a token, then one real request of each kind that the settings need (C2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

import msgspec

from reconciler.errors import GraphError
from reconciler.intune.http import hosts
from reconciler.intune.http.batches import NoAnswer, ask_each
from reconciler.intune.http.budget import PROOF, Budget, Pace
from reconciler.intune.http.error_replies import Reply, one_line
from reconciler.intune.http.graph import OK, Graph
from reconciler.intune.http.transport import Transport
from reconciler.intune.inputs import Access
from reconciler.intune.parts.devices import PERMISSION as DEVICES
from reconciler.intune.parts.organisation import PERMISSION as ORGANISATION
from reconciler.intune.parts.owners import PERMISSION as ENTRA_DEVICES
from reconciler.intune.parts.software_csv import COLUMNS
from reconciler.intune.parts.software_export import REPORT
from reconciler.intune.parts.users import PERMISSION as USERS
from reconciler.intune.signin.claims import claims_of, permissions_in
from reconciler.intune.signin.tokens import SignIn
from reconciler.model.proof import Permission

TIME_BUDGET: Final = 120.0

_IDS: Final[dict[str, tuple[str, str]]] = {
    DEVICES: ("2f51be20-0bb4-4fed-bf7b-db946066c75e", "314874da-47d6-4978-88dc-cf0d37f0bb82"),
    USERS: ("df021288-bdef-4463-88db-98f22de89214", "a154be20-db9c-4678-8ab7-66f6cc099a59"),
    ENTRA_DEVICES: ("7438b122-aefc-4978-80ed-43db9fcc7715", "951183d1-1a61-466f-a6d1-1fde911bfd95"),
    ORGANISATION: ("498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185"),
}
"""Microsoft's ids of the application role and the delegated scope (devx-content, permissions-descriptions.json)."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What the settings read beside the devices: users' properties, registered owners, software, the organisation."""

    users: tuple[str, ...] = ()
    owners: bool = False
    software: Literal["export", "detected-apps"] | None = None
    organisation: bool = False


@dataclass(frozen=True, slots=True)
class Proven:
    """Who signed in, what Graph made of each request, and how many seconds this machine's clock is ahead."""

    signed_in_as: str
    permissions: tuple[Permission, ...]
    skew: float | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of request: the permission, why it is needed, and the request itself, which returns what it found."""

    permission: str
    why: str
    ask: Callable[[Graph], str]


def prove(access: Access, uses: Uses, *, pace: Pace = Pace()) -> Proven:  # noqa: B008 - frozen
    """Sign in and ask. Raises SignInError when there is no token; what Graph refuses is in the result."""
    hosts.check(access)
    transport = Transport(Budget(min(access.bounds.time_budget, TIME_BUDGET), pace, PROOF))
    try:
        sign_in = SignIn(access, transport)
        token = sign_in.token()
        claims = claims_of(token)
        graph = Graph(access.graph, sign_in, transport)
        kinds = list(_kinds(uses))
        claimed = permissions_in(claims)
        permissions = tuple(_proved(graph, kind, claimed, delegated=access.cache is not None) for kind in kinds)
        skew = sign_in.client.http.skew
    finally:
        transport.close()
    return Proven(_who(claims, access), permissions, skew)


def _kinds(uses: Uses) -> Iterator[_Kind]:
    """Yield each kind of request that a read makes, with the permission that it needs and what for."""
    yield _Kind(DEVICES, "to list the managed devices, and to ask for one by itself before it counts as gone", _device)
    if uses.users:
        yield _Kind(
            USERS, "to read the users' properties that mappings, matching or their import use", _user(uses.users)
        )
    if uses.owners:
        yield _Kind(ENTRA_DEVICES, "to read who registered a device in Entra (assignFrom: entra)", _owners)
    if uses.software == "export":
        yield _Kind(DEVICES, "to export the report of detected software", _export)
    if uses.software == "detected-apps":
        yield _Kind(DEVICES, "to list the detected applications", _applications)
    if uses.organisation:
        yield _Kind(ORGANISATION, "to read the organisation's name", _organisation)


def _proved(graph: Graph, kind: _Kind, claimed: frozenset[str], *, delegated: bool) -> Permission:
    """Return what is known of a permission: claimed by the token, and proved by a request of its kind."""
    try:
        proved, said = True, kind.ask(graph)
    except GraphError as error:
        proved, said = False, str(error)
    role, scope = _IDS.get(kind.permission, ("", ""))
    return Permission(
        name=kind.permission,
        id=scope if delegated else role,
        why=kind.why,
        claimed=kind.permission in claimed,
        proved=proved,
        said=said,
    )


def _device(graph: Graph) -> str:
    """List one device, and ask for it in a batch, as the proof of absence does."""
    rows = _rows(graph.get(_url(graph, "deviceManagement/managedDevices?$select=id&$top=1"), permission=DEVICES))
    id_ = rows[0].get("id") if rows else None
    if not isinstance(id_, str):
        return "The list of devices was answered; it is empty."
    address = f"/deviceManagement/managedDevices/{quote(id_, safe='')}?$select=id"
    for _, answer in ask_each(graph, {"one": address}):
        if isinstance(answer, NoAnswer):
            raise GraphError(answer.why)
        if answer.status != OK:
            raise GraphError(f"One device, asked for by itself, was answered {answer.described()}.")
    return "One device was listed, and answered by itself in a $batch."


def _user(properties: tuple[str, ...]) -> Callable[[Graph], str]:
    select = ",".join(("id", *properties))

    def ask(graph: Graph) -> str:
        rows = _rows(graph.get(_url(graph, f"users?$select={select}&$top=1"), permission=USERS))
        return "One user was read, with the properties that are used." if rows else "The list of users is empty."

    return ask


def _owners(graph: Graph) -> str:
    url = _url(graph, "devices?$select=id,deviceId&$expand=registeredOwners($select=id,userPrincipalName)&$top=1")
    rows = _rows(graph.get(url, permission=ENTRA_DEVICES))
    return "One Entra device was read with its registered owners." if rows else "The list of Entra devices is empty."


def _export(graph: Graph) -> str:
    """Ask for an export job, as a read does, and leave it there: only its permission is in question."""
    body = {"reportName": REPORT, "format": "csv", "select": COLUMNS}
    graph.post(_url(graph, "deviceManagement/reports/exportJobs"), body, permission=DEVICES)
    return f"An export of {REPORT} was accepted."


def _applications(graph: Graph) -> str:
    graph.get(_url(graph, "deviceManagement/detectedApps?$select=id&$top=1"), permission=DEVICES)
    return "The list of detected applications was answered."


def _organisation(graph: Graph) -> str:
    rows = _rows(graph.get(_url(graph, "organization?$select=id,displayName"), permission=ORGANISATION))
    name = rows[0].get("displayName") if rows else None
    return (
        f"The organisation is {one_line(str(name), 80)}." if name else "The organisation was answered without a name."
    )


def _url(graph: Graph, path: str) -> str:
    return f"{graph.base}/v1.0/{path}"


def _rows(reply: Reply) -> list[dict[str, Any]]:
    try:
        rows = msgspec.json.decode(reply.body, type=dict[str, Any]).get("value")
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GraphError("It was answered 200, but not with the list that Graph sends; a proxy may have answered.")
    return rows


def _who(claims: Any, access: Access) -> str:
    """Say who or what signed in, by the token's own words."""
    person = claims.get("upn") or claims.get("preferred_username") or claims.get("unique_name")
    application = f"application {one_line(str(claims.get('app_displayname') or access.client_id), 80)}"
    return f"{one_line(str(person), 120)}, by {application}" if person else application
