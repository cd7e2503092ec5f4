"""Reading the tenant's own organisation, a part of its own: when it fails, the rest goes on (S2, G4)."""

from typing import Final

import msgspec
from msgspec import Struct

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.model.snapshot import Organisation

PERMISSION: Final = "Organization.Read.All"


class _Tenant(Struct, rename="camel"):
    id: str
    display_name: str


class _Reply(Struct):
    value: tuple[_Tenant]


def read_organisation(graph: Graph, wanted: bool) -> tuple[Organisation | None, str | None]:
    """Return the organisation and None, or None and why it is not known; it is read when it is wanted."""
    if not wanted:
        return None, "not read"
    url = f"{graph.base}/v1.0/organization?$select=id,displayName"
    try:
        reply = graph.get(url, permission=PERMISSION)
        try:
            [tenant] = msgspec.json.decode(reply.body, type=_Reply).value
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise not_understood(url, reply) from error
    except (GraphError, SignInError) as error:
        return None, str(error)
    return Organisation(tenant.id.lower(), tenant.display_name.strip()), None
